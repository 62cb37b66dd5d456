// Keeps « Il reste… » up to date on the server's clock, and adds the visitor's own hour where it is not that of Paris.
import { serverNow, tellClock } from "./server-clock.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SPOKEN_AT = [DAY, HOUR, 15 * MINUTE, 5 * MINUTE, MINUTE];
const NBSP = "\u00a0";

const two = (number) => String(number).padStart(2, "0");

// That it is over is the server's to say: see closing.js.
function sentence(left) {
  if (left <= 0) return "L’heure est passée.";
  const days = Math.floor(left / DAY);
  const hours = Math.floor((left % DAY) / HOUR);
  const minutes = Math.floor((left % HOUR) / MINUTE);
  if (days > 0) return `Il reste ${days} jour${days > 1 ? "s" : ""} et ${hours}${NBSP}h.`;
  if (hours > 0) return `Il reste ${hours}${NBSP}h ${two(minutes)}${NBSP}min.`;
  return `Il reste ${minutes}${NBSP}min ${two(Math.floor((left % MINUTE) / 1000))}${NBSP}s.`;
}

function localHour(until) {
  const show = (timeZone) => {
    const day = new Intl.DateTimeFormat("fr-FR", { weekday: "long", day: "numeric", month: "long", timeZone }).format(until);
    const hour = new Intl.DateTimeFormat("fr-FR", { hour: "numeric", minute: "2-digit", hourCycle: "h23", timeZone }).format(until);
    const [hours, minutes] = hour.split(":");
    return `${day} à ${Number(hours)}${NBSP}h${NBSP}${minutes}`;
  };
  const here = show(undefined);
  return here === show("Europe/Paris") ? "" : `Chez vous${NBSP}: ${here}.`;
}

class Countdown {
  #timer = null;
  #until = null;
  #next = -1;

  constructor(box) {
    this.box = box;
    for (const name of ["visibilitychange", "closing:moved"]) document.addEventListener(name, () => this.tick());
    this.tick();
  }

  get left() {
    return this.#until - serverNow();
  }

  tick() {
    clearTimeout(this.#timer);
    if (!this.box.isConnected || "over" in this.box.dataset) return;
    this.#read();
    const { left } = this;
    this.box.querySelector("[data-left]").textContent = sentence(left);
    if (this.#next >= 0 && left <= SPOKEN_AT[this.#next]) {
      this.box.querySelector("[data-spoken]").textContent = sentence(left);
      this.#next = SPOKEN_AT.findIndex((threshold) => threshold < left);
    }
    this.#timer = setTimeout(() => this.tick(), left < HOUR + 20_000 ? 1000 : 20_000);
  }

  // The instant may have been moved; thresholds are then those of the new one.
  #read() {
    const until = new Date(this.box.dataset.countdown).getTime();
    if (until === this.#until) return;
    this.#until = until;
    this.#next = SPOKEN_AT.findIndex((threshold) => threshold < this.left);
    this.box.querySelector("[data-local]").textContent = localHour(until);
  }
}

export function startCountdowns(root = document) {
  const first = root.querySelector("[data-now]");
  if (first) tellClock(new Date(first.dataset.now).getTime());
  for (const box of root.querySelectorAll("[data-countdown]")) new Countdown(box);
}
