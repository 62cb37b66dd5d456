// What an upload says in figures: sizes, spans, hours of Paris. Values in, words out.
const NBSP = "\u00a0";
const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

const two = (number) => String(number).padStart(2, "0");

export const percent = (part) => `${Math.floor(100 * part)}${NBSP}%`;

export function size(bytes) {
  const [factor, unit] = [[1e9, "Go"], [1e6, "Mo"], [1e3, "ko"]].find(([least]) => bytes >= least) ?? [1, bytes > 1 ? "octets" : "octet"];
  return `${(bytes / factor).toLocaleString("fr-FR", { maximumFractionDigits: 1 })}${NBSP}${unit}`;
}

export function span(seconds) {
  if (seconds < MINUTE) return "moins d’une minute";
  if (seconds >= 2 * DAY) return `environ ${Math.round(seconds / DAY)}${NBSP}jours`;
  const minutes = Math.round(seconds / MINUTE);
  if (minutes < 60) return `environ ${minutes}${NBSP}min`;
  return `environ ${Math.floor(minutes / 60)}${NBSP}h${NBSP}${two(minutes % 60)}`;
}

// « 19 h 58 (heure de Paris) »; with its day when that is not today's. Both in milliseconds.
export function hour(instant, now) {
  const parts = (when, options) => new Intl.DateTimeFormat("fr-FR", { timeZone: "Europe/Paris", ...options }).format(when);
  const day = { weekday: "long", day: "numeric", month: "long" };
  const [hours, minutes] = parts(instant, { hour: "numeric", minute: "2-digit", hourCycle: "h23" }).split(":");
  const clock = `${Number(hours)}${NBSP}h${NBSP}${minutes} (heure${NBSP}de${NBSP}Paris)`;
  return parts(instant, day) === parts(now, day) ? clock : `${parts(instant, day)} à ${clock}`;
}
