// Keeps « Il reste… » up to date on the server's clock, and adds the visitor's own hour where it is not that of Paris.
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SPOKEN_AT = [HOUR, 15 * MINUTE, 5 * MINUTE, MINUTE, 0];
const NBSP = "\u00a0";

const two = (number) => String(number).padStart(2, "0");

function sentence(left) {
  if (left <= 0) return "C’est terminé.";
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

function start(box) {
  const until = new Date(box.dataset.countdown);
  const drift = new Date(box.dataset.now).getTime() - Date.now();
  const left = () => until.getTime() - Date.now() - drift;
  const spoken = box.querySelector("[data-spoken]");
  let next = SPOKEN_AT.findIndex((threshold) => threshold < left());
  box.querySelector("[data-local]").textContent = localHour(until);
  const tick = () => {
    const now = left();
    box.querySelector("[data-left]").textContent = sentence(now);
    if (next >= 0 && now <= SPOKEN_AT[next]) {
      spoken.textContent = sentence(now);
      next = SPOKEN_AT.findIndex((threshold) => threshold < now);
    }
    if (now > 0) setTimeout(tick, now < HOUR ? 1000 : 20_000);
  };
  tick();
}

export function startCountdowns(root = document) {
  for (const box of root.querySelectorAll("[data-countdown]")) start(box);
}
