import { same } from "./draft-field.js";
import { forget, recall, remember, watchStore } from "./draft-store.js";
import { fill } from "./upload-say.js";
import { hour } from "./upload-words.js";

// What a closed tab left unsaved is offered back, beside its field: taken up again, or put away.
const OLDER = "~"; // an offer that is still open while something newer is typed

export function offerUnsaved(draft) {
  const open = new Map();
  const close = (name) => {
    open.get(name)?.remove();
    open.delete(name);
  };
  const offer = (field, record) => {
    const box = draft.form.querySelector("template[data-offer]").content.firstElementChild.cloneNode(true);
    fill(box, { hour: hour(record.at, Date.now()), text: field.input.type === "checkbox" ? "(une case cochée ou décochée)" : record.value || "(rien)" });
    const done = () => {
      close(field.name);
      forget(draft.entry, `${field.name}${OLDER}`);
      if (!field.dirty) forget(draft.entry, field.name);
      field.input.focus();
    };
    box.querySelector("[data-resume]").addEventListener("click", () => {
      done();
      draft.resume(field, record);
    });
    box.querySelector("[data-discard]").addEventListener("click", done);
    field.input.addEventListener(
      "input",
      () => open.has(field.name) && remember(draft.entry, `${field.name}${OLDER}`, record),
      { once: true },
    );
    open.set(field.name, box);
    field.group.before(box);
  };
  for (const field of draft.fields.values()) {
    const name = `${field.name}${OLDER}`;
    const record = recall(draft.entry, name) ?? recall(draft.entry, field.name);
    if (!record) continue;
    if (same(record.value, field.seen) || field.conflict) [field.name, name].forEach((each) => forget(draft.entry, each));
    else if (!field.dirty) offer(field, record);
  }
  // Another tab of the same dossier was only writing it: once it is kept there, there is nothing to offer here.
  const stop = watchStore(draft.entry, (name, value) => value === null && close(name));
  return { has: (name) => open.has(name), stop };
}
