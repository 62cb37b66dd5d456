import { Field, same } from "./draft-field.js";
import { offerUnsaved } from "./draft-offer.js";
import { bringUpToDate, renameTo } from "./draft-page.js";
import { forget, remember } from "./draft-store.js";
import { Status } from "./draft-status.js";
import { sentence } from "./upload-say.js";

// Keeps a form's answers as one types. Each is sent by itself, with what it was written over; what the server has not
// got yet stays in the page, and on this device. Without script, the form's button sends it all.
const PAUSE_MS = 1000;
const STORE_MS = 200;
const DELAYS_S = [5, 10, 15, 20];
const PATIENCE_MS = 20_000;

export class Draft {
  #timer = null;
  #storing = null;
  #running = null;
  #attempts = 0;
  #due = 0;
  #closed = false;
  listening = new AbortController();

  constructor(form) {
    this.form = form;
    this.entry = form.dataset.entry;
    const stored = JSON.parse(form.dataset.kept);
    this.fields = new Map(
      Object.keys(stored)
        .filter((name) => form.elements.namedItem(name))
        .map((name) => [name, new Field(form.elements.namedItem(name), stored[name])]),
    );
    this.status = new Status(form, { again: () => this.retry() });
    this.#takeConflicts(stored);
    this.offers = offerUnsaved(this);
    form.addEventListener("input", (event) => this.typed(event.target.name));
    form.addEventListener("change", (event) => event.target.type !== "file" && this.save());
    form.addEventListener("focusout", ({ target }) => {
      this.fields.get(target.name)?.catchUp();
      this.save();
    });
    form.addEventListener("click", (event) => this.#chosen(event.target.closest("[data-mine], [data-theirs]")));
    this.#takeFile();
    const { signal } = this.listening;
    const wake = () => document.visibilityState === "visible" && this.retry();
    window.addEventListener("online", wake, { signal });
    document.addEventListener("visibilitychange", wake, { signal });
    document.addEventListener("closing:closed", () => this.#end(), { signal });
    document.addEventListener("closing:reopened", () => this.#goOn(), { signal });
    if (this.waiting.length) this.#soon();
  }

  get waiting() {
    return [...this.fields.values()].filter((field) => field.waiting);
  }

  get dirty() {
    return [...this.fields.values()].some((field) => field.dirty || field.conflict);
  }

  get token() {
    return this.form.elements.namedItem("csrf_token");
  }

  typed(name) {
    const field = this.fields.get(name);
    if (!field) return;
    field.at = Date.now();
    clearTimeout(this.#storing);
    this.#storing = setTimeout(() => this.store(), STORE_MS);
    this.#soon();
  }

  // What is not kept yet, on this device; what is kept has no need of it.
  store() {
    clearTimeout(this.#storing);
    for (const field of this.fields.values()) {
      if (field.dirty) remember(this.entry, field.name, { value: field.value, seen: field.seen, at: field.at ?? Date.now() });
      else if (!this.offers.has(field.name)) forget(this.entry, field.name);
    }
  }

  // Resolves once what was typed so far has been answered for; true when nothing is left that the server has not.
  async save() {
    clearTimeout(this.#timer);
    while (this.#running) await this.#running;
    if (this.waiting.length && !this.#closed) {
      this.#running = this.#send(this.waiting).finally(() => (this.#running = null));
      await this.#running;
    }
    return !this.dirty;
  }

  // The form is about to be sent whole: with what others kept of it meanwhile. False while it can't be.
  async settle() {
    await this.save();
    await this.save();
    for (const field of this.fields.values()) field.catchUp();
    return !this.#troubled;
  }

  // Two versions of an answer wait for a choice: nobody else makes it.
  get undecided() {
    return [...this.fields.values()].find((field) => field.conflict) ?? null;
  }

  // What was typed has not come through, and sending the whole form would not either.
  get #troubled() {
    return ["offline", "down", "locked", "closed", "conflict"].includes(this.status.box.dataset.state) && this.dirty;
  }

  async retry() {
    if (this.#closed || !this.waiting.length) return;
    if (this.status.box.dataset.state === "locked" && !(await this.#renew())) return;
    await this.save();
  }

  // The page goes away: what is left goes with it, as far as the browser allows; the device remembers it.
  leave() {
    this.store();
    const fields = this.waiting;
    if (!fields.length || this.#closed) return;
    for (const field of fields) field.sent.push(field.value);
    fetch(this.form.dataset.draft, { method: "POST", body: this.#body(fields), keepalive: true }).catch(() => {});
  }

  close() {
    this.leave();
    clearTimeout(this.#timer);
    this.status.stop();
    this.offers.stop();
    this.#closed = true;
    this.listening.abort();
  }

  // The deposits are closed: nothing more is sent, and what did not come through is said not to have.
  async #end() {
    clearTimeout(this.#timer);
    while (this.#running) await this.#running;
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#closed = true;
    this.store();
    if (this.dirty) this.status.trouble("over");
    else this.status.stop();
  }

  #goOn() {
    this.#closed = false;
    this.status.trouble("idle");
    this.retry();
  }

  #soon(milliseconds = PAUSE_MS) {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => this.save(), milliseconds);
  }

  #body(fields) {
    const body = new URLSearchParams({ csrf_token: this.token.value });
    for (const field of fields) {
      body.append("changed", field.name);
      body.append(`seen-${field.name}`, field.seen);
      if (field.input.type !== "checkbox" || field.value) body.append(field.name, field.value);
    }
    return body;
  }

  async #send(fields) {
    this.status.saving();
    const typed = new Map(fields.map((field) => [field.name, field.value]));
    for (const field of fields) field.sent.push(field.value);
    const answer = await fetch(this.form.dataset.draft, {
      method: "POST",
      body: this.#body(fields),
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch(() => null);
    const found = await answer?.json().catch(() => null);
    if (answer?.ok && found) return this.#answered(fields, typed, found);
    if (answer?.status === 403) return this.#locked();
    if (found && answer.status < 500 && ![408, 429].includes(answer.status)) return this.#stopped(found);
    return this.#later(answer ? "down" : "offline");
  }

  #answered(fields, typed, found) {
    this.#attempts = this.#due = 0;
    this.form.elements.namedItem("version").value = found.version;
    for (const field of fields) {
      const { name } = field;
      if (found.refused[name]) this.#refuse(field, typed.get(name), found.refused[name]);
      else if (found.conflicts[name] && field.ours(found.stored[name])) field.seen = String(found.stored[name]);
      else if (found.conflicts[name]) field.ask(found.conflicts[name], found.stored[name]);
      else field.kept(typed.get(name), found.stored[name]);
    }
    for (const [name, field] of this.fields) if (!typed.has(name)) field.follow(found.stored[name]);
    renameTo(found.title);
    bringUpToDate(found.pieces);
    this.store();
    this.#tell(found);
    if (this.waiting.length) this.#soon();
  }

  #tell(found) {
    const fields = [...this.fields.values()];
    if (fields.some((field) => field.conflict)) this.status.trouble("conflict");
    else if (fields.some((field) => field.dirty && field.refused === field.value)) this.status.trouble("refused");
    else this.status.saved(found.said);
  }

  // Said at once when it is too long, as the counter says it; else once the field is left, not while one types.
  #refuse(field, typed, messages) {
    field.refused = typed;
    field.sent = [];
    if (document.activeElement !== field.input) return field.tell(messages);
    field.input.addEventListener("blur", () => field.refused === field.value && field.tell(messages), { once: true });
  }

  async #locked() {
    if (await this.#renew()) return this.#soon(0);
    this.status.trouble("locked");
    this.store();
  }

  #stopped(found) {
    this.store();
    this.#closed = Boolean(found.closed);
    this.status.trouble("closed", found.message);
  }

  #later(name) {
    this.store();
    const now = Date.now();
    // Answers that fail one after the other, as fields are left, put nothing off.
    if (now >= this.#due) this.#due = now + 1000 * DELAYS_S[Math.min(this.#attempts++, DELAYS_S.length - 1)];
    this.status.retry(name, Math.ceil((this.#due - now) / 1000));
    this.#soon(this.#due - now);
  }

  // The page's token ends with its session: whoever signed in again elsewhere has a new one.
  async #renew() {
    const answer = await fetch(this.form.dataset.token).catch(() => null);
    const found = answer?.ok ? await answer.json().catch(() => null) : null;
    if (!found || found.token === this.token.value) return false;
    for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = found.token;
    return true;
  }

  #takeConflicts(stored) {
    for (const name of this.form.dataset.conflicts.split(" ").filter(Boolean)) {
      const box = this.form.querySelector(`[data-conflict="${name}"]`);
      if (box) this.fields.get(name)?.await(box, stored[name]);
    }
  }

  #chosen(button) {
    const field = button && this.fields.get(button.dataset.mine ?? button.dataset.theirs);
    if (!field?.conflict) return;
    field.choose("mine" in button.dataset);
    this.store();
    if (field.waiting) this.save();
    else this.#tell({ said: sentence(this.form, "idle").textContent });
  }

  // Captions come as a file too: its text goes where it can be read and kept.
  #takeFile() {
    const input = this.form.elements.namedItem("captions_file");
    input?.addEventListener("change", async () => {
      const text = await input.files[0]?.text().catch(() => null);
      if (!text || text.includes("\ufffd")) return;
      this.fields.get("captions").value = text;
      input.value = "";
      this.save();
    });
  }

  // A resumed text goes on from what it was written over: whatever changed since is a conflict, and shown.
  resume(field, record) {
    field.seen = record.seen;
    field.clean = same(field.value, record.value) ? field.clean : null;
    field.value = record.value;
    field.at = record.at;
    this.save();
  }
}
