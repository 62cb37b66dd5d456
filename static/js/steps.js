import { currentDraft, startDraft } from "./draft-current.js";
import { onShown, parsed, showPage } from "./swap.js";
import { sentence } from "./upload-say.js";
import "./act.js";
import "./upload.js";

// The steps of a dossier change places inside one page: a file on its way goes on while one writes. Each step has its
// own address; without script, or past these steps, links and forms do as they always do.
const STEP = /^(.*\/candidatures\/[^/]+)\/(equipe|innovation|creation|publics|verification|depot)$/;

const dossierOf = (url) => STEP.exec(new URL(url, window.location.href).pathname)?.[1] ?? null;
const placeOf = (url) => url.pathname + url.search;

let shown = placeOf(window.location);
let latest = 0;
let refused = null; // what is said of a step that did not open

function say(name) {
  const place = document.querySelector("[data-step-refused]");
  const words = document.createElement("p");
  words.className = "cc-step-refused";
  if (name) words.append(sentence(document, name));
  refused = name;
  place?.replaceChildren(...(name ? [words] : []));
  if (name) place?.scrollIntoView({ block: "nearest" });
}

function focusOn(main, hash) {
  const field = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
  const target = field || main.querySelector("#erreurs") || main.querySelector("#etape");
  if (target !== field) window.scrollTo(0, 0);
  target?.focus();
}

function show(page, url, { push }) {
  if (push && placeOf(url) !== shown) window.history.pushState(null, "", url);
  shown = placeOf(url);
  focusOn(showPage(page), url.hash);
}

// An answer that is no step: the dossier's own page once it is closed, or the way to sign in again.
async function take(answer, asked, { push }) {
  const url = new URL(answer.url);
  const page = parsed(await answer.text());
  const known = dossierOf(url) && page.querySelector("#etape");
  if (known) {
    url.hash = asked.hash;
    return show(page, url, { push });
  }
  if (answer.ok && url.pathname.startsWith(dossierOf(asked))) return window.location.assign(url);
  say(answer.ok ? "step-locked" : "step-down");
}

async function go(url, { push = true } = {}) {
  const turn = ++latest;
  say(null);
  await currentDraft()?.save();
  const answer = await fetch(url).catch(() => null);
  if (turn !== latest) return;
  if (answer) await take(answer, url, { push });
  else say("step-offline");
}

async function send(form) {
  const draft = currentDraft();
  const turn = ++latest;
  say(null);
  const settled = await draft.settle();
  if (turn !== latest) return;
  if (draft.undecided) return draft.undecided.conflict.box.querySelector("button").focus();
  if (!settled) return;
  const asked = new URL(window.location.href);
  asked.hash = "";
  const answer = await fetch(asked, { method: "POST", body: new FormData(form) }).catch(() => null);
  if (turn !== latest) return;
  if (answer) await take(answer, asked, { push: true });
  else say("step-offline");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("main a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target || dossierOf(link.href) === null || dossierOf(link.href) !== dossierOf(window.location.href)) return;
  const url = new URL(link.href);
  if (url.hash && placeOf(url) === shown) return;
  event.preventDefault();
  go(url);
});

document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.matches("form[data-draft]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    send(event.target);
  },
  true,
);

window.addEventListener("popstate", () => {
  if (placeOf(window.location) !== shown) go(new URL(window.location.href), { push: false });
});

window.addEventListener("online", () => refused === "step-offline" && say(null));

onShown(startDraft);
startDraft();
