import { Draft } from "./draft.js";
import { forgetAll } from "./draft-store.js";
import { sentence } from "./upload-say.js";

// The form of the step that is shown, if it has one: what its page does when it is left, hidden or signed out of.
let current = null;

export function startDraft(root = document) {
  const form = root.querySelector("form[data-draft]");
  current?.close();
  current = form ? new Draft(form) : null;
  return current;
}

export const currentDraft = () => current;

window.addEventListener("pagehide", () => current?.leave());
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && current?.save());

// Signing out forgets what this device remembers: what can still be kept is kept first.
document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    if (!form.action.endsWith("/deconnexion") || !current?.dirty) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const kept = await current.save();
    if (!kept && !window.confirm(sentence(current.form, "unsaved-leave").textContent)) return;
    current = null;
    forgetAll();
    form.submit();
  },
  true,
);
