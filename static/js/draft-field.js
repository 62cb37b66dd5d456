import { onceReleased } from "./pressed.js";

// One answer of the form: what is typed, and what the server was last known to have of it. Ticks are "y" or "".
const raw = (stored) => (typeof stored === "boolean" ? (stored ? "y" : "") : String(stored ?? ""));

export const same = (one, other) => one === other || one.normalize("NFC").trim() === other.normalize("NFC").trim();

export class Field {
  constructor(input, stored) {
    this.input = input;
    this.name = input.name;
    this.seen = raw(stored);
    this.clean = same(this.value, this.seen) ? this.value : this.seen; // what is typed and means what is kept
    this.sent = []; // what the server may have kept without our hearing of it
    this.refused = null; // what it refused
    this.conflict = null;
    this.behind = null; // what another tab kept of it while the cursor was in it
    this.at = null; // when it was typed
  }

  get value() {
    return this.input.type === "checkbox" ? (this.input.checked ? "y" : "") : this.input.value;
  }

  set value(text) {
    if (this.input.type === "checkbox") this.input.checked = text === "y";
    else this.input.value = text;
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  get dirty() {
    return this.value !== this.clean;
  }

  // Worth sending: neither kept, nor refused as it is, nor waiting for a choice.
  get waiting() {
    return this.dirty && this.value !== this.refused && this.conflict === null;
  }

  get group() {
    return this.input.closest(".fr-input-group, .fr-select-group, .fr-checkbox-group") ?? this.input;
  }

  kept(typed, stored) {
    this.seen = raw(stored);
    this.clean = typed;
    this.sent = [];
    this.refused = null;
    this.behind = null;
    this.tell([]);
  }

  // Another tab changed it, and nothing is typed here: the page shows what is kept, once nobody is about to type.
  follow(stored) {
    this.behind = raw(stored);
    if (document.activeElement !== this.input) this.catchUp();
  }

  catchUp() {
    const now = this.behind;
    this.behind = null;
    if (now === null || this.dirty || this.conflict !== null || now === this.seen) return;
    this.seen = this.clean = now;
    this.value = now;
  }

  // Whether this « other version » is only our own, kept without our hearing of it.
  ours(stored) {
    return this.sent.some((typed) => same(typed, raw(stored)));
  }

  tell(messages) {
    const place = document.getElementById(`${this.input.id}-messages`);
    if (!place || (!messages.length && !place.childElementCount)) return;
    this.input.setAttribute("aria-invalid", String(messages.length > 0));
    const lines = messages.map((words) => {
      const line = document.createElement("p");
      line.className = "fr-message fr-message--error";
      line.textContent = words;
      return line;
    });
    onceReleased(() => place.replaceChildren(...lines));
  }

  // Beside its field, both versions; an answer is chosen by its buttons.
  ask(html, stored) {
    this.settle();
    const box = document.createElement("div");
    box.dataset.conflict = this.name;
    box.innerHTML = html;
    this.await(box, stored);
    this.group.before(box);
  }

  await(box, stored) {
    this.conflict = { box, stored: raw(stored) };
    for (const part of box.querySelectorAll("[data-with-script]")) part.hidden = false;
  }

  settle() {
    this.conflict?.box.remove();
    this.conflict = null;
  }

  choose(mine) {
    const { stored } = this.conflict;
    this.settle();
    this.seen = stored;
    this.clean = mine ? null : stored;
    this.refused = null;
    if (!mine) this.value = stored;
    this.input.focus();
  }
}
