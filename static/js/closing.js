// Follows the closing: asks the server what its clock says and until when, and changes the page once it says closed.
import { startCountdowns } from "./countdown.js";
import { clockJumped, serverNow, tellClock } from "./server-clock.js";
import { fill } from "./upload-say.js";

const CALM_MS = 5 * 60_000;
const NEAR_MS = 60_000; // in the last hour
const HOUR_MS = 60 * 60_000;
const BEAT_MS = 3000;
const SPREAD_MS = 1500; // all pages come to the same instant: not all of them at once

const parse = (html) => new DOMParser().parseFromString(html, "text/html");
const FIELDS = "input:not([type=hidden]), textarea, select";

class Closing {
  #asking = false;
  #asked = Date.now();
  #undo = [];
  #spread = Math.random() * SPREAD_MS;

  get box() {
    return document.querySelector("[data-clock]");
  }

  get notice() {
    return document.querySelector("[data-closing-notice]");
  }

  get closed() {
    return this.#undo.length > 0;
  }

  // Timers of a tab out of sight are late, and stop in one that sleeps: each beat looks at where it is.
  beat() {
    const { box } = this;
    if (!box || this.#asking) return;
    const left = new Date(box.dataset.until).getTime() - serverNow();
    const due = box.dataset.phase !== "closed" && left <= -this.#spread;
    const every = left > 0 && left < HOUR_MS ? NEAR_MS : CALM_MS;
    if (due || clockJumped() || Date.now() - this.#asked > every) this.ask();
  }

  async ask() {
    const { box } = this;
    if (!box || this.#asking) return;
    this.#asking = true;
    this.#asked = Date.now();
    const answer = await fetch(box.dataset.clock, { cache: "no-store", redirect: "manual", headers: { "X-By-Itself": "yes" } }).catch(() => null);
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    if (told) tellClock(new Date(told.now).getTime(), this.#asked);
    if (told) await this.#follow(box, told);
    else if (box.dataset.phase !== "closed" && new Date(box.dataset.until).getTime() <= serverNow()) {
      this.#say(answer?.type === "opaqueredirect" ? "signed-out" : "unreachable"); // sent to sign in again
    }
    this.#asking = false;
  }

  async #follow(box, told) {
    if (!box.isConnected) return;
    const changed = told.phase !== box.dataset.phase;
    const moved = told.until !== null && told.until !== box.dataset.until;
    if (!changed && ["unreachable", "signed-out"].includes(this.notice.dataset.said)) this.#say(null);
    if ((changed || moved) && "whole" in box.dataset && !(await this.#redraw())) return;
    box.dataset.phase = told.phase;
    if (moved) this.#move(box, told);
    if (changed) this.#change(box, told);
    else if (moved && told.phase === "open") this.#say("moved", { words: told.words });
    if (told.deadline) this.#tellDeadline(told.deadline);
  }

  // The band is hidden while the page's news says the same: no longer once it has changed.
  #tellDeadline(words) {
    for (const band of document.querySelectorAll("[data-deadline]")) {
      if (band.textContent !== words) band.parentElement.hidden = false;
      band.textContent = words;
    }
  }

  #move(box, told) {
    box.dataset.until = told.until;
    for (const each of document.querySelectorAll("[data-countdown]")) {
      each.dataset.countdown = told.until;
      each.querySelector("time").dateTime = told.until;
    }
    for (const each of document.querySelectorAll("[data-closes]")) each.dataset.closes = told.until;
    for (const each of document.querySelectorAll("[data-closing-words]")) each.textContent = told.words;
    document.dispatchEvent(new Event("closing:moved"));
  }

  #change(box, told) {
    if ("whole" in box.dataset) this.#say(told.phase === "closed" ? "closed" : null);
    else if (told.phase === "closed") this.#close(told);
    else this.#reopen();
  }

  // Nothing is typed on such a page: its parts are those of the page as it is now. Tells whether it could be had.
  async #redraw() {
    const answer = await fetch(window.location.href, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return false;
    swapParts(parse(await answer.text()));
    return true;
  }

  #close(told) {
    const main = document.querySelector("main");
    for (const part of main.querySelectorAll("[data-open-only], [data-standing], .cc-messages")) this.#set(part, "hidden", true);
    for (const part of main.querySelectorAll("[data-closed-only]")) this.#set(part, "hidden", false);
    for (const form of main.querySelectorAll("form[method=post]")) this.#closeForm(form);
    for (const each of main.querySelectorAll("[data-countdown]")) {
      each.dataset.over = "";
      each.querySelector("[data-left]").textContent = "C’est terminé.";
      each.querySelector("[data-spoken]").textContent = "";
    }
    this.#undo.push(() => main.querySelectorAll("[data-over]").forEach((each) => delete each.dataset.over));
    this.#say("closed", {}, told.standing);
    document.dispatchEvent(new Event("closing:closed"));
  }

  #closeForm(form) {
    for (const field of form.querySelectorAll(FIELDS)) {
      const typed = field.matches("textarea, input:not([type=checkbox]):not([type=radio]):not([type=file])");
      this.#set(field, typed ? "readOnly" : "disabled", true);
    }
    for (const button of form.querySelectorAll("button:not([type=button])")) this.#set(button, "hidden", true);
    if (!form.querySelector(FIELDS)) return;
    const words = document.createElement("p");
    words.className = "cc-form__closed";
    words.append(this.#sentence(form.querySelector("input[type=file]") ? "no-file" : "no-form"));
    form.append(words);
    this.#undo.push(() => words.remove());
  }

  #reopen() {
    for (const undo of this.#undo.splice(0)) undo();
    this.#say("reopened");
    document.dispatchEvent(new Event("closing:reopened"));
  }

  #set(element, property, value) {
    const former = element[property];
    element[property] = value;
    this.#undo.push(() => (element[property] = former));
  }

  #sentence(name, values = {}) {
    const content = document.querySelector(`template[data-closing-say="${name}"]`).content.cloneNode(true);
    fill(content, values);
    return content;
  }

  // Into the one region that speaks; the same is not said twice.
  #say(name, values = {}, standing = "") {
    const { notice } = this;
    if (name === notice.dataset.said && name !== "moved") return;
    notice.dataset.said = name ?? "";
    notice.replaceChildren(...(name ? [this.#sentence(name, values)] : []));
    notice.querySelector("[data-stands]")?.append(...parse(standing).body.childNodes);
  }
}

// The parts of this page that depend on the phase, from the page as it is now; the rest keeps what was opened or typed.
function swapParts(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
    const focused = part.contains(document.activeElement);
    if (!fresh) part.remove();
    else part.replaceWith(document.adoptNode(fresh));
    if (fresh) startCountdowns(fresh);
    if (focused) document.getElementById("contenu").focus();
  }
}

const closing = new Closing();

export function startClosing() {
  const look = () => document.visibilityState === "visible" && closing.ask();
  setInterval(() => closing.beat(), BEAT_MS);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  window.addEventListener("pageshow", (event) => event.persisted && look());
  if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") look();
  document.addEventListener(
    "submit",
    (event) => {
      if (!closing.closed || !event.target.closest("main") || event.target.method !== "post") return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
}
