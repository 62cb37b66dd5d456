// A page left open says, some minutes before, that its session ends, and can push the end away. It is quiet: a sentence
// with the hour, no countdown; screen readers hear it once. What was typed stays in the page all along.
const WARN_S = 10 * 60;
const LOOK_MS = 20_000;

const paris = new Intl.DateTimeFormat("fr-FR", { hour: "numeric", minute: "2-digit", hourCycle: "h23", timeZone: "Europe/Paris" });
const hour = (instant) => paris.format(instant).replace(":", "\u00a0h\u00a0").replace(/^0(?=\d)/, "");

export function watchSession() {
  const box = document.querySelector("[data-session]");
  if (!box) return;
  const said = document.querySelector("[data-session-said]");
  const button = box.querySelector("button");
  const drift = new Date(box.dataset.now).getTime() - Date.now();
  const now = () => Date.now() + drift;
  let end = new Date(box.dataset.ends).getTime();
  let shown = "";

  const show = (state) => {
    if (state === shown) return;
    shown = state;
    box.hidden = !state || state === "renewed";
    button.hidden = state === "ended";
    for (const each of box.querySelectorAll("[data-when]")) each.hidden = each.dataset.when !== state;
    for (const each of box.querySelectorAll("[data-hour]")) each.textContent = hour(end);
    said.textContent = box.querySelector(`[data-when="${state}"]`)?.textContent.trim() ?? "";
  };

  // Another tab may have pushed the end away meanwhile: the server knows.
  const ask = async (address, options) => {
    const response = await fetch(address, { headers: { "X-CSRFToken": box.querySelector("[name=csrf_token]").value }, ...options });
    if (!response.ok) throw new Error(response.status);
    const { ends } = await response.json();
    end = ends ? new Date(ends).getTime() : now();
  };
  const state = () => (end <= now() ? "ended" : end - now() <= WARN_S * 1000 ? "soon" : "");

  const look = async () => {
    if (shown === "ended" || !state()) return;
    if (state() !== shown && shown !== "failed") await ask(box.dataset.left).catch(() => {});
    if (shown !== "failed" || state() === "ended") show(state());
  };
  button.addEventListener("click", async () => {
    const focused = document.activeElement === button;
    try {
      await ask(box.dataset.stay, { method: "POST" });
      show(state() || "renewed");
      if (focused && box.hidden) (document.querySelector("h1[tabindex]") ?? focusable(document.querySelector("h1")))?.focus();
    } catch {
      show("failed");
    }
  });
  setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", () => document.hidden || look());
}

function focusable(element) {
  element?.setAttribute("tabindex", "-1");
  return element;
}
