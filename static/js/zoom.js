// Pages as large as one needs to read them.
const LEVELS = [50, 75, 100, 150, 200, 300];

export function startZoom() {
  for (const bar of document.querySelectorAll("[data-zoom]")) {
    const pages = bar.parentElement.querySelector("[data-pages]");
    const [smaller, larger, level] = ["smaller", "larger", "level"].map((name) => bar.querySelector(`[data-${name}]`));
    let at = LEVELS.indexOf(100);
    const show = () => {
      pages.dataset.zoom = LEVELS[at];
      level.textContent = `${LEVELS[at]}\u00a0%`;
      smaller.disabled = at === 0;
      larger.disabled = at === LEVELS.length - 1;
    };
    smaller.addEventListener("click", () => show((at -= 1)));
    larger.addEventListener("click", () => show((at += 1)));
    bar.hidden = false;
    show();
  }
}
