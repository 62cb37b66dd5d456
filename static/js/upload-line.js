import { fill, sentence } from "./upload-say.js";

// What the other steps show of a file on its way: one line, and the way back to it.
export function drawLine({ state, name, percent, reason = "" }) {
  const line = document.querySelector("[data-upload-line]");
  if (!line) return;
  line.hidden = false;
  line.dataset.state = state;
  const said = line.querySelector(`template[data-say="line-${state}"]`) ? sentence(line, `line-${state}`).textContent : "";
  const part = percent === null ? "" : `${percent}\u00a0%`;
  fill(line, { "line-said": said, "line-name": name, "line-percent": part, "line-reason": reason });
  const bar = line.querySelector("[data-bar]");
  bar.hidden = percent === null;
  bar.value = percent ?? 0;
  fill(line, { "line-spoken": [said, name, reason].join(" ") });
}
