import { fill, reasonText } from "./upload-say.js";
import { hour, percent, size, span } from "./upload-words.js";

// The part of the page that shows a file being sent: one of its states at a time, how far it is, when it will be there.
const NBSP = "\u00a0";
const SLACK_MS = 20_000; // an estimate wavers: the warning does not come and go with it

const capital = (text) => text[0].toUpperCase() + text.slice(1);

export class Panel {
  // `acts`: toggle() and abandon(), for its two buttons.
  constructor(box, acts) {
    this.box = box;
    this.root = box.querySelector("[data-panel]");
    this.bar = this.root.querySelector("[data-bar]");
    this.late = this.root.querySelector("[data-late]");
    this.toggle = this.root.querySelector("[data-toggle]");
    this.abandon = this.root.querySelector("[data-abandon]");
    this.abandonLabel = this.abandon.textContent;
    this.drift = new Date(box.dataset.now).getTime() - Date.now(); // the server's clock, as the countdown reads it
    this.closes = new Date(box.dataset.closes).getTime();
    this.toggle.addEventListener("click", acts.toggle);
    this.abandon.addEventListener("click", acts.abandon);
  }

  open(file) {
    this.file = file;
    this.quarter = null;
    this.root.querySelector("[data-spoken]").textContent = "";
    this.late.hidden = true;
    this.root.hidden = false;
    fill(this.root, { name: file.name, figures: size(file.size), percent: percent(0), arrival: "" });
    this.bar.value = 0;
  }

  close() {
    this.root.hidden = true;
  }

  state(name, reason = "") {
    this.root.dataset.state = name;
    fill(this.root, { reason: reasonText(this.box, reason) });
    for (const part of this.root.querySelectorAll("[data-when]")) {
      part.hidden = !part.dataset.when.split(" ").includes(name);
    }
    this.#label(this.toggle, this.toggle.dataset[name]);
    this.#label(this.abandon, name === "arrived" ? "" : this.abandon.dataset[name] ?? this.abandonLabel);
  }

  // `speed` in bytes a second and `left` in seconds, null while they are not known.
  progress(sent, speed, left) {
    const { size: total } = this.file;
    const part = sent / total;
    this.bar.value = Math.floor(100 * part);
    const figures = [`${size(sent)} sur ${size(total)}`, ...(speed ? [`${size(Math.round(speed))}/s`] : [])].join(", ");
    const arrival = left === null ? "" : `${span(left)}, arrivée vers ${this.#arrival(left)}`;
    fill(this.root, { percent: percent(part), figures, arrival: arrival && `${capital(arrival)}.` });
    this.#speak(part, left);
    if (left !== null && sent < total) this.warn(left);
  }

  // Tells whether the file would come too late, and shows it.
  warn(left) {
    const over = this.#now() + 1000 * left - this.closes;
    if (over >= 0) fill(this.late, { late: this.#arrival(left) });
    if (over >= 0 || over < -SLACK_MS) this.late.hidden = over < 0;
    return over >= 0;
  }

  #now() {
    return Date.now() + this.drift;
  }

  #arrival(left) {
    return hour(this.#now() + 1000 * left, this.#now());
  }

  // Said aloud at each quarter; where a resumed file stands is said by its state.
  #speak(part, left) {
    const quarter = Math.floor(4 * part);
    const former = this.quarter;
    this.quarter = quarter;
    if (former === null || quarter <= former || quarter === 4) return;
    const words = `${25 * quarter}${NBSP}% envoyés${left === null ? "" : `, encore ${span(left)}`}`;
    this.root.querySelector("[data-spoken]").textContent = words;
  }

  #label(button, words) {
    button.hidden = !words;
    if (words) button.textContent = words;
  }
}
