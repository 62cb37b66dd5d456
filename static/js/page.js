// What every page may need. Each part looks for its own markup and does nothing without it; pages work without script.
import { startClosing } from "./closing.js";
import { startCounters } from "./counter.js";
import { startCountdowns } from "./countdown.js";
import { forgetAll } from "./draft-store.js";
import { startMenu } from "./menu.js";
import { keepPlayersFresh } from "./player.js";
import { watchSession } from "./session.js";
import { forgetPeople } from "./welcome-store.js";

startMenu();
keepPlayersFresh();
startCounters();
startCountdowns();
startClosing();
watchSession();

// A refused form, or one that comes back: what is said of it takes the focus, so that everyone meets it first.
(document.getElementById("erreurs") ?? document.getElementById("reprise"))?.focus();

// A form is sent once: a second press while the first is on its way would only repeat it.
// Not for forms that stay on the page: those whose answer is a file (data-repeat) or that htmx took over.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "repeat" in form.dataset) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

// Whoever signs out leaves nothing of what they wrote on this device, nor of whom they received.
document.addEventListener("submit", async (event) => {
  const { target } = event;
  if (!target.action?.endsWith("/deconnexion") || event.defaultPrevented) return;
  event.preventDefault();
  forgetAll();
  await forgetPeople();
  target.submit();
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
