import { showConflict } from "./score-conflict.js";
import { watchKeys } from "./score-keys.js";
import { Sender } from "./score-send.js";
import { keep, keyOf, settle, waiting } from "./score-store.js";
import { sentence } from "./upload-say.js";

// The sheet of one work: each answer goes to the device at once, then to the server, and the page says where it is.
const REMARK = "remark";
const REMARK_PAUSE_MS = 1200;
const BEGIN = "#noter";

class Sheet {
  #undo = [];
  #typing = null;
  #good = false;
  #keeping = 0; // answers on their way to the device
  #held = null; // what will be true once they are there
  #given = new Set();

  constructor(form) {
    this.form = form;
    this.data = form.dataset;
    this.practice = "practice" in form.dataset;
    // What the server was last known to have.
    this.kept = new Map(Object.entries(JSON.parse(this.data.points)).map(([key, value]) => [key, String(value)]));
    this.kept.set(REMARK, this.data.remark);
    this.last = new Map(this.kept); // what was last given
    this.status = form.querySelector("[data-status]");
    this.line = form.querySelector("[data-line]");
    this.undoButton = form.querySelector("[data-undo]");
    for (const each of form.querySelectorAll("[data-without-script]")) each.hidden = true;
    this.keys = watchKeys(form, {
      score: (criterion, value) => this.#press(criterion.dataset.criterion, String(value)),
      next: () => this.next(),
      undo: () => this.undo(),
    });
    this.status.hidden = false;
    this.say(this.practice ? "practice" : "idle", { quiet: true });
    form.addEventListener("change", (event) => event.target.type === "radio" && this.give(fieldOf(event.target), event.target.value));
    this.remark = form.elements.namedItem(REMARK);
    this.remark.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#remarked(), REMARK_PAUSE_MS);
    });
    this.remark.addEventListener("blur", () => this.#remarked());
    this.undoButton.addEventListener("click", () => this.undo());
    form.addEventListener("submit", (event) => {
      if (event.submitter?.value === "clear") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.next();
    });
    if (!this.practice) this.sender = this.#sender();
    window.addEventListener("pagehide", () => this.#remarked());
  }

  #sender() {
    return new Sender({
      owner: this.data.owner,
      acts: this.data.acts,
      token: this.data.token,
      told: (act, answer) => this.#told(act, answer),
      stopped: (name, words, act) => this.#stopped(name, words, act),
    });
  }

  // What waits from before is shown as it was given, then sent.
  async resume() {
    if (this.practice) return;
    const acts = await waiting(this.data.owner);
    for (const act of acts) {
      if (act.number !== this.data.number || this.#given.has(act.field)) continue;
      this.#show(act.field, act.value);
      this.last.set(act.field, act.value);
    }
    if (acts.length) this.#rest("device");
    await this.sender.send();
  }

  async give(field, value, { undone = false } = {}) {
    const before = this.last.get(field) ?? "";
    if (before === value) return;
    if (!undone) this.#undo.push({ field, before, value });
    this.last.set(field, value);
    this.#given.add(field);
    this.#offerUndo();
    if (this.practice) return this.say("practice");
    this.say("saving", { quiet: true });
    const key = keyOf(this.data.owner, this.data.number, field);
    this.#keeping += 1;
    const { lasting } = await keep({ key, number: this.data.number, field, value, seen: [this.kept.get(field) ?? ""], at: Date.now() });
    this.#keeping -= 1;
    if (!lasting && !navigator.onLine) this.say("lost");
    else if (this.#held) this.#rest(...this.#held);
    await this.sender.send();
  }

  // Says where the answers rest, not before the last one given is there too.
  #rest(name, options = {}) {
    this.#held = this.#keeping ? [name, options] : null;
    if (!this.#held) this.say(name, options);
  }

  undo() {
    const change = this.#undo.pop();
    if (!change) return;
    this.#show(change.field, change.before);
    this.give(change.field, change.before, { undone: true });
    this.#offerUndo();
  }

  async next() {
    await this.#remarked();
    if (this.practice) return go(this.data.next);
    await this.sender.send();
    const address = this.data.next || this.data.home;
    if (!navigator.onLine && !(await caches?.match(address).catch(() => null))) return this.say("unread");
    if (this.form.querySelector("[data-conflict-of]")) return this.say("conflict");
    go(address);
  }

  #press(field, value) {
    const radio = this.form.querySelector(`[name="note-${field}"][value="${value}"]`);
    radio.checked = true;
    this.give(field, value);
  }

  async #remarked() {
    clearTimeout(this.#typing);
    await this.give(REMARK, this.remark.value);
  }

  #show(field, value) {
    if (field === REMARK) this.remark.value = value;
    else for (const radio of this.form.querySelectorAll(`[name="note-${field}"]`)) radio.checked = radio.value === value;
  }

  #told(act, answer) {
    if (act.number !== this.data.number) return;
    this.kept = new Map(Object.entries(answer.points).map(([key, value]) => [key, String(value)]));
    this.kept.set(REMARK, answer.remark);
    this.form.elements.namedItem("version").value = answer.version;
    this.data.next = answer.next;
    this.#bringUpToDate(answer);
    if (answer.outcome === "conflict") return this.#conflict(act);
    this.#rest(null, { words: answer.said, quiet: this.#good });
    this.#good = true;
  }

  #conflict(act) {
    const theirs = this.kept.get(act.field) ?? "";
    showConflict(this.form, act, theirs, (mine) => {
      this.#show(act.field, mine ? act.value : theirs);
      this.last.set(act.field, theirs);
      settle(act).then(() => (mine ? this.give(act.field, act.value) : this.say("idle")));
    });
    this.say("conflict");
  }

  #bringUpToDate(answer) {
    document.querySelector("[data-done]").textContent = `${answer.done} sur ${answer.total}`;
    document.querySelector("[data-left]").textContent = answer.left ? `, il vous reste ${answer.left}` : "";
    const badge = document.querySelector(`template[data-state="${answer.state}"]`);
    document.querySelector("[data-badge]").replaceChildren(badge.content.cloneNode(true));
    const saved = document.querySelector("[data-saved]");
    if (saved) saved.hidden = true;
  }

  #stopped(name, words) {
    this.#good = false;
    this.#rest(words ? null : name, { words });
    return false;
  }

  #offerUndo() {
    const change = this.#undo.at(-1);
    this.undoButton.hidden = !change;
    if (!change) return;
    const label = change.field === REMARK ? "l'appréciation" : `${labelOf(this.form, change.field)} (${change.before || "pas de note"} → ${change.value || "pas de note"})`;
    this.undoButton.textContent = `Annuler : ${label}`;
  }

  say(name, { words = null, quiet = false } = {}) {
    this.status.dataset.state = name ?? (words?.startsWith("Enregistré") ? "saved" : "refused");
    const said = name ? sentence(this.form, name) : document.createTextNode(words);
    const text = said.textContent;
    if (this.line.textContent !== text) this.line.replaceChildren(said);
    if (!quiet) this.form.querySelector("[data-spoken]").textContent = text;
  }
}

const fieldOf = (input) => input.name.replace(/^note-/, "");
const labelOf = (form, field) => form.querySelector(`[data-criterion="${field}"] .cj-criterion__label`)?.textContent ?? field;

function go(address) {
  window.location.assign(`${address}${BEGIN}`);
}

const form = document.querySelector("form[data-scoring]");
if (form) {
  const sheet = new Sheet(form);
  sheet.resume();
  if (window.location.hash === BEGIN) sheet.keys.begin();
}
