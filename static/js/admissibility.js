// Entries examined by the keyboard, one key an act: only while no field has the focus, and only for whoever wants it.
// Every key presses a button or follows a link that the page shows; without this module the page is whole.
const KEPT = "concours-touches";
const HERE_MS = 60 * 1000;

const find = (selector) => document.querySelector(selector);
const form = find("[data-decide]");
const help = find("[data-keys]");
const said = find("[data-keys-said]");
const wanted = find("[data-keys-on]");

const say = (words) => (said.textContent = words);

function declare(value) {
  const radio = form?.querySelector(`[name=decision][value=${value}]`);
  if (!radio) return say("Aucune décision n'est à prendre ici.");
  radio.checked = true;
  const differs = form.dataset.differs.split(" ").some((other) => other && other !== value);
  const note = form.querySelector("[name=note]");
  if (value === "refused") {
    say("Irrecevable : choisissez le motif.");
    form.querySelector("[name=ready_reason]").focus();
  } else if (differs && !note.value.trim()) {
    say("Recevable : dites pourquoi vous êtes d'un autre avis.");
    note.focus();
  } else {
    say("Recevable : enregistrement.");
    form.requestSubmit();
  }
}

function lookTogether() {
  const box = find("[data-together]");
  if (!box) return say("La revue à deux ne se demande pas ici.");
  box.open = true;
  say("Revoir à deux : dites pourquoi.");
  box.querySelector("textarea").focus();
}

function follow(selector, none) {
  const link = find(selector);
  if (link) link.click();
  else say(none);
}

function play() {
  const film = find(".cc-bench video");
  if (film) return film.paused ? film.play().catch(() => {}) : film.pause();
  const pages = [...document.querySelectorAll(".cc-pages li")];
  const next = pages.find((page) => page.getBoundingClientRect().top > 8) ?? pages[0];
  if (!next) return say("La copie n'est pas prête.");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  next.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  say(`Page ${pages.indexOf(next) + 1} sur ${pages.length}.`);
}

const acts = {
  r: () => declare("admitted"),
  i: () => declare("refused"),
  d: lookTogether,
  s: () => follow("[data-after]", "Aucune autre candidature n'attend votre examen."),
  p: () => follow("[data-before]", "Aucune autre candidature n'attend votre examen."),
  l: play,
  z: () => follow("[data-undo] button", "Rien n'est à annuler ici."),
  "?": () => {
    help.open = !help.open;
    if (help.open) help.querySelector("summary").focus();
  },
};

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable], video, .cc-film");

function startKeys() {
  help.hidden = false;
  wanted.checked = localStorage.getItem(KEPT) !== "non";
  wanted.addEventListener("change", () => localStorage.setItem(KEPT, wanted.checked ? "oui" : "non"));
  document.addEventListener("keydown", (event) => {
    if (!wanted.checked || event.repeat || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    const act = acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

// The others are told that somebody is still here, and the page who else is.
async function stayHere(box) {
  if (document.hidden) return;
  const headers = { "X-CSRFToken": find("input[name=csrf_token]").value };
  const answer = await fetch(box.dataset.present, { method: "POST", headers }).catch(() => null);
  if (!answer?.ok) return;
  const lines = (await answer.json()).said;
  if (lines.join() === [...box.children].map((line) => line.dataset.line ?? line.textContent).join()) return;
  box.replaceChildren(
    ...lines.map((line) => {
      const shown = document.createElement("p");
      shown.textContent = shown.dataset.line = line;
      return shown;
    }),
  );
}

if (help) startKeys();
const present = find("[data-present]");
if (present && form) setInterval(() => stayHere(present), HERE_MS);
