// The session of the jury, live: asks every two seconds what changed, says when nobody answers, catches up by itself.
import { hour } from "./upload-words.js";

const EVERY_MS = 2000;
const SLOWEST_MS = 30_000;
const LATE_MS = 8000; // a question without an answer by then has none

export function startRoom() {
  const box = document.querySelector("[data-room]");
  if (box) new Room(box).ask();
}

class Room {
  constructor(box) {
    this.box = box;
    this.state = box.querySelector("[data-state]");
    this.stamp = box.dataset.stamp;
    this.wait = EVERY_MS;
    this.seen = Date.now();
    this.said = this.#said();
    this.#say("live");
    window.addEventListener("online", () => this.ask());
    document.addEventListener("visibilitychange", () => document.hidden || this.ask());
  }

  async ask() {
    clearTimeout(this.timer);
    if (this.asking) return;
    this.asking = true;
    try {
      await this.#read(await this.#fetch());
      this.wait = EVERY_MS;
      this.seen = Date.now();
      this.#say("live");
    } catch {
      this.wait = Math.min(2 * this.wait, SLOWEST_MS);
      this.#say(this.ended ? "ended" : "offline");
    }
    this.asking = false;
    if (!this.ended) this.timer = setTimeout(() => this.ask(), this.wait);
  }

  #fetch() {
    const headers = { "If-None-Match": `"${this.stamp}"`, "X-By-Itself": "room" };
    return fetch(this.box.dataset.room, { headers, cache: "no-store", signal: AbortSignal.timeout(LATE_MS) });
  }

  async #read(answer) {
    if (answer.status === 304) return;
    this.ended = answer.redirected;
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const text = await answer.text();
    this.stamp = answer.headers.get("ETag")?.replaceAll('"', "") ?? "";
    this.#show(text);
  }

  // What was opened stays open, and whoever was on a button is on the same one again.
  #show(text) {
    const before = place(this.state, document.activeElement);
    const opened = new Set([...this.state.querySelectorAll("[data-keep][open]")].map((each) => each.dataset.keep));
    const read = new DOMParser().parseFromString(text, "text/html");
    this.state.replaceChildren(...read.body.childNodes);
    for (const each of this.state.querySelectorAll("[data-keep]")) each.open = opened.has(each.dataset.keep);
    if (before) find(this.state, before)?.focus({ preventScroll: true });
    const said = this.#said();
    if (said !== this.said) this.box.querySelector("[data-spoken]").textContent = said;
    this.said = said;
  }

  #said() {
    return this.state.querySelector("[data-said]")?.dataset.said ?? "";
  }

  #say(name) {
    const line = this.box.querySelector("[data-live]");
    if (line.dataset.state === name) return;
    line.dataset.state = name;
    const words = this.box.querySelector(`[data-say="${name}"]`).content.cloneNode(true);
    for (const each of words.querySelectorAll("[data-fill]")) each.textContent = hour(this.seen, Date.now());
    line.querySelector("[data-line]").replaceChildren(words);
    line.querySelector("a").hidden = name === "live";
    if (name !== "live") this.box.querySelector("[data-spoken]").textContent = line.querySelector("[data-line]").textContent.trim();
  }
}

// A control by what it does: its address, and what its form would send.
const name = (each) => each.href ?? `${each.form?.action} ${[...new FormData(each.form)].filter(([key]) => key !== "csrf_token").join()}`;
const controls = (root) => [...root.querySelectorAll("a[href], form button")];
const place = (root, active) => (root.contains(active) && active.matches("a[href], form button") ? name(active) : null);
const find = (root, wanted) => controls(root).find((each) => name(each) === wanted);
