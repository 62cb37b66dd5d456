// The reveal on stage: what is loaded stays in this closure; the document holds one step at a time.
import { Game } from "./stage-game.js";
import { load } from "./stage-load.js";
import { fill, show, steps } from "./stage-show.js";

const box = document.querySelector("[data-stage]");
const NEXT = new Set([" ", "ArrowRight", "PageDown"]);
const BACK = new Set(["ArrowLeft", "PageUp"]);

function say(name, facts) {
  const line = box.querySelector("[data-ready]");
  line.dataset.state = name;
  line.replaceChildren(fill(box.querySelector(`[data-say="${name}"]`).content.cloneNode(true), facts));
}

function start(taken) {
  const game = new Game(box);
  const mode = box.querySelector("[data-mode]");
  let line = steps(taken.works, mode.value);
  let at = 0;
  const go = (where) => {
    at = Math.max(0, Math.min(line.length - 1, where));
    show(box, line[at], taken).querySelector("video")?.play().catch(() => {});
    game.at(line[at]);
    box.querySelector("[data-back]").disabled = at === 0;
    box.querySelector("[data-next]").disabled = at === line.length - 1;
  };
  const full = () => (document.fullscreenElement ? document.exitFullscreen() : box.requestFullscreen?.());
  const film = () => box.querySelector("[data-screen] video");
  const turn = (detail) => box.querySelector(".ho-pages")?.dispatchEvent(new CustomEvent("turn", { detail }));
  const keys = {
    f: full,
    j: () => game.toggle(),
    k: () => (film()?.paused ? film().play() : film()?.pause()),
    arrowup: () => turn(-1),
    arrowdown: () => turn(1),
    home: () => go(0),
  };
  box.querySelector("[data-next]").addEventListener("click", () => go(at + 1));
  box.querySelector("[data-back]").addEventListener("click", () => go(at - 1));
  box.querySelector("[data-full]").addEventListener("click", full);
  mode.addEventListener("change", () => {
    line = steps(taken.works, mode.value);
    go(0);
  });
  // Whoever presses a button with the mouse goes on with the keyboard: the space bar is for the reveal again.
  box.addEventListener("click", ({ detail, target }) => detail && target.closest("button")?.blur());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("select")) return;
    if (event.key === " " && event.target.matches("button, a")) return;
    if (NEXT.has(event.key)) go(at + 1);
    else if (BACK.has(event.key)) go(at - 1);
    else if (keys[event.key.toLowerCase()]) keys[event.key.toLowerCase()]();
    else return;
    event.preventDefault();
  });
  go(0);
}

// Without a network a page that is closed does not come back.
window.addEventListener("beforeunload", (event) => navigator.onLine || event.preventDefault());

load(box, say).then(start);
