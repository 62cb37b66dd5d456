import { sentence } from "./upload-say.js";

// The line that tells whether answers are kept. In sight, each save; aloud, the first one, failures and recoveries.
export class Status {
  #timer = null;
  #spoken = "";
  #good = false;

  constructor(form, { again }) {
    this.form = form;
    this.box = form.querySelector("[data-draft-status]");
    this.line = this.box.querySelector("[data-line]");
    this.acts = this.box.querySelector("[data-acts]");
    this.acts.querySelector("[data-again]").addEventListener("click", again);
    this.box.hidden = false;
    this.#show("idle");
  }

  saving() {
    // The words of a failure stay until it is over.
    if (["idle", "saved"].includes(this.box.dataset.state)) this.#show("saving");
  }

  saved(words) {
    this.#show("saved", words);
    if (!this.#good) this.#speak(words);
    this.#good = true;
  }

  trouble(name, words = null) {
    const said = words ?? sentence(this.form, name).textContent;
    this.#show(name, said);
    this.#speak(said);
    this.#good = false;
  }

  // `name`: offline or down; the seconds go by in sight only.
  retry(name, seconds) {
    let left = seconds;
    const tick = () => this.#draw(sentence(this.form, name, { seconds: String(left--) }).textContent);
    this.#show(name);
    tick();
    this.#timer = setInterval(() => (left > 0 ? tick() : clearInterval(this.#timer)), 1000);
    this.#speak(sentence(this.form, "offline-spoken").textContent);
    this.#good = false;
  }

  stop() {
    clearInterval(this.#timer);
  }

  #show(name, words = null) {
    clearInterval(this.#timer);
    this.box.dataset.state = name;
    this.acts.hidden = !["locked", "offline", "down"].includes(name);
    this.acts.querySelector("a").hidden = name !== "locked";
    const template = this.form.querySelector(`template[data-say="${name}"]`);
    this.#draw(words ?? (template ? sentence(this.form, name).textContent : ""));
  }

  #draw(words) {
    if (this.line.textContent !== words) this.line.textContent = words;
  }

  #speak(words) {
    if (words === this.#spoken) return;
    this.#spoken = words;
    this.box.querySelector("[data-spoken]").textContent = words;
  }
}
