import { serverNow } from "./server-clock.js";
import { fill, reasonText } from "./upload-say.js";
import { hour, percent, size, span } from "./upload-words.js";

// The part of the page that shows a file being sent: one of its states at a time, how far it is, when it will be there.
const NBSP = "\u00a0";
const MINUTE_MS = 60_000;
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
    this.toggle.addEventListener("click", acts.toggle);
    this.abandon.addEventListener("click", acts.abandon);
  }

  open(file) {
    this.file = file;
    this.quarter = null;
    this.root.querySelector("[data-spoken]").textContent = "";
    this.late.hidden = true;
    this.root.hidden = false;
    fill(this.root, { name: file.name, arrival: "" });
    this.#draw(0);
  }

  close() {
    this.root.hidden = true;
  }

  state(name, reason = "") {
    this.root.dataset.state = name;
    fill(this.root, { reason: reasonText(this.box, reason) });
    if (name !== "sending") this.#draw(this.sent);
    for (const part of this.root.querySelectorAll("[data-when]")) {
      part.hidden = !part.dataset.when.split(" ").includes(name);
    }
    this.#label(this.toggle, this.toggle.dataset[name]);
    this.#label(this.abandon, ["arrived", "kept"].includes(name) ? "" : this.abandon.dataset[name] ?? this.abandonLabel);
  }

  // `speed` in bytes a second and `left` in seconds, null while they are not known.
  progress(sent, speed, left) {
    this.#draw(sent, speed);
    fill(this.root, { arrival: left === null ? "" : `${capital(span(left))}, arrivée vers ${this.#hour(left)}.` });
    this.#speak(sent / this.file.size, left);
    if (left !== null && sent < this.file.size) this.warn(left);
  }

  // Tells whether the file would come too late, and shows it.
  warn(left) {
    // Read each time: the closing may be moved while a file is on its way.
    const over = this.#at(left) - new Date(this.box.dataset.closes).getTime();
    if (over >= 0) fill(this.late, { late: this.#hour(left) });
    if (over >= 0 || over < -SLACK_MS) this.late.hidden = over < 0;
    return over >= 0;
  }

  #now() {
    return serverNow();
  }

  // Rounded up: in the very minute of closing, « 20 h 00 » would look in time.
  #hour(left) {
    return hour(Math.ceil(this.#at(left) / MINUTE_MS) * MINUTE_MS, this.#now());
  }

  #at(left) {
    return this.#now() + 1000 * left;
  }

  #draw(sent, speed = null) {
    const { size: total } = this.file;
    this.sent = sent;
    this.bar.value = Math.floor((100 * sent) / total);
    const figures = [`${size(sent)} sur ${size(total)}`, ...(speed ? [`${size(Math.round(speed))}/s`] : [])];
    fill(this.root, { percent: percent(sent / total), figures: figures.join(", ") });
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
