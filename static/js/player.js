// A film may come from a storage's address that expires after ten minutes, and browsers never ask ours again by
// themselves. Before it expires, the next move in the film loads it anew, where the viewer was.
const FRESH_MS = 9 * 60 * 1000;

// Films begin to load before this script does.
const openedAt = Date.now();
const loadedAt = new WeakMap();

const renew = (film) => {
  const { currentTime, paused } = film;
  film.addEventListener(
    "loadedmetadata",
    () => {
      film.currentTime = currentTime;
      if (!paused) film.play();
    },
    { once: true },
  );
  loadedAt.set(film, Date.now());
  film.load();
};

export function keepPlayersFresh() {
  // These events do not bubble: they are seen on their way down.
  document.addEventListener("loadstart", (event) => loadedAt.set(event.target, Date.now()), true);
  for (const move of ["seeking", "play"]) {
    document.addEventListener(
      move,
      ({ target }) => {
        if (Date.now() - (loadedAt.get(target) ?? openedAt) > FRESH_MS) renew(target);
      },
      true,
    );
  }
}
