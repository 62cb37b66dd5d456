// The film's own commands, in the place of the browser's: the same everywhere, with words, by the keyboard.
const STEP_S = 5;
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export function startFilms() {
  for (const box of document.querySelectorAll("[data-film]")) start(box, box.querySelector("video"), box.querySelector(".cc-film"));
}

function start(box, film, bar) {
  const part = (name) => bar.querySelector(`[data-${name}]`);
  const [play, seek, time, mute, volume, captions, speed, full] = ["play", "seek", "time", "mute", "volume", "captions", "speed", "full"].map(part);
  const length = () => (Number.isFinite(film.duration) ? film.duration : 0);
  const draw = () => {
    const said = `${clock(film.currentTime)} / ${clock(length())}`;
    if (time.textContent !== said) time.textContent = said;
    if (document.activeElement !== seek || film.paused === false) seek.value = length() ? (1000 * film.currentTime) / length() : 0;
    seek.setAttribute("aria-valuetext", `${clock(film.currentTime)} sur ${clock(length())}`);
  };
  const label = (button, on) => {
    button.textContent = on ? button.dataset.on : button.dataset.off;
    button.classList.toggle("is-on", on);
  };
  const toggle = () => (film.paused ? film.play().catch(() => {}) : film.pause());
  const jump = (seconds) => (film.currentTime = Math.max(0, Math.min(length(), film.currentTime + seconds)));
  const track = film.textTracks[0];

  film.controls = false;
  bar.hidden = false;
  play.addEventListener("click", toggle);
  film.addEventListener("click", toggle);
  for (const name of ["play", "pause"]) film.addEventListener(name, () => label(play, !film.paused));
  for (const name of ["timeupdate", "loadedmetadata", "seeked"]) film.addEventListener(name, draw);
  seek.addEventListener("input", () => (film.currentTime = (length() * seek.value) / 1000));
  mute.addEventListener("click", () => (film.muted = !film.muted));
  volume.addEventListener("input", () => {
    film.volume = volume.value / 100;
    film.muted = film.volume === 0;
  });
  film.addEventListener("volumechange", () => label(mute, film.muted));
  speed.addEventListener("change", () => (film.playbackRate = Number(speed.value)));
  film.addEventListener("loadedmetadata", () => (film.playbackRate = Number(speed.value)));
  full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : box.requestFullscreen?.()));
  full.hidden = !box.requestFullscreen;
  if (captions && track) {
    track.mode = "showing";
    captions.addEventListener("click", () => {
      track.mode = track.mode === "showing" ? "hidden" : "showing";
      captions.setAttribute("aria-pressed", String(track.mode === "showing"));
    });
  }
  // Inside the player only: elsewhere the same keys score.
  const keys = { k: toggle, j: () => jump(-2 * STEP_S), l: () => jump(2 * STEP_S), m: () => mute.click(), c: () => captions?.click(), f: () => full.click() };
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target === seek && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      event.preventDefault();
      return jump(event.key === "ArrowLeft" ? -STEP_S : STEP_S);
    }
    if (event.target.matches("select")) return;
    keys[event.key.toLowerCase()]?.();
  });
  draw();
}
