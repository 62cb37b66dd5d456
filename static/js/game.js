// The blind test on a telephone: asks every two seconds what is new, sends a guess without leaving the page.
const EVERY_MS = 2000;
const SLOWEST_MS = 15_000;
const LATE_MS = 8000;

const box = document.querySelector("[data-play]");
const part = box.querySelector("[data-part]");
let stamp = box.dataset.stamp;
let wait = EVERY_MS;
let timer;

const ask = (address, more) => fetch(address, { cache: "no-store", signal: AbortSignal.timeout(LATE_MS), ...more });

async function read(answer) {
  if (answer.status === 304) return;
  if (!answer.ok) throw new Error(answer.status);
  const text = await answer.text();
  stamp = answer.headers.get("ETag")?.replaceAll('"', "") ?? "";
  const chosen = document.activeElement?.value;
  const pressed = part.contains(document.activeElement);
  part.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  if (pressed) part.querySelector(`button[value="${chosen}"]`)?.focus();
  box.querySelector("[data-spoken]").textContent = part.querySelector("[data-said]")?.dataset.said ?? "";
}

function say(name) {
  const line = box.querySelector("[data-line]");
  if (line.dataset.state === name) return;
  line.dataset.state = name;
  line.replaceChildren(box.querySelector(`[data-say="${name}"]`).content.cloneNode(true));
}

async function attempt(question) {
  clearTimeout(timer);
  try {
    await read(await question());
    wait = EVERY_MS;
    say("live");
  } catch {
    wait = Math.min(2 * wait, SLOWEST_MS);
    say("offline");
  }
  clearTimeout(timer);
  // A room that asks all at once would ask all at once for ever.
  timer = setTimeout(poll, wait * (0.85 + 0.3 * Math.random()));
}

const poll = () => attempt(() => ask(box.dataset.play, { headers: { "If-None-Match": `"${stamp}"`, "X-By-Itself": "game" } }));

part.addEventListener("submit", (event) => {
  event.preventDefault();
  const body = new FormData(event.target);
  body.set("choix", event.submitter.value);
  attempt(() => ask(event.target.action, { method: "POST", body, headers: { "X-By-Itself": "game" } }));
});
document.addEventListener("visibilitychange", () => document.hidden || poll());
window.addEventListener("online", poll);
say("live");
poll();
