import { sentence } from "./upload-say.js";
import { percent, size } from "./upload-words.js";

// The file that is chosen or dropped: what it is called, and whether an interrupted upload is of the same file.
const HEAD_BYTES = 65_536;

async function headDigest(file) {
  const bytes = await file.slice(0, Math.min(HEAD_BYTES, file.size)).arrayBuffer();
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The interrupted upload that is of this very file: same size, same first bytes. Names do not count.
async function sameAs(file, interrupted) {
  const sized = interrupted.filter((each) => Number(each.dataset.size) === file.size);
  if (!sized.length) return null;
  const digest = await headDigest(file);
  return sized.find((each) => each.dataset.head === digest) ?? null;
}

export class Choice {
  constructor(box) {
    this.box = box;
    this.form = box.querySelector("[data-form] form");
    this.input = this.form.querySelector("input[type=file]");
    this.button = this.form.querySelector("button[type=submit]");
    this.label = this.button.textContent;
    this.input.addEventListener("change", () => this.look());
    this.#takeDrops(this.form.querySelector("[data-drop]"));
    if (this.file) this.look();
  }

  get file() {
    return this.input.files[0] ?? null;
  }

  get interrupted() {
    return [...this.box.querySelectorAll("[data-coming]")];
  }

  // The address at which this file goes on; null for a new upload.
  async address() {
    if (!this.interrupted.length || !window.crypto?.subtle) return null;
    const same = await sameAs(this.file, this.interrupted).catch(() => null);
    return same && new URL(same.dataset.coming, window.location.href).href;
  }

  async look() {
    this.clear();
    if (!this.file) return this.say();
    const { file, interrupted } = this;
    const values = { name: file.name, size: size(file.size), former: interrupted[0]?.dataset.name ?? "" };
    if (!interrupted.length) return this.say("ready", values);
    if (!window.crypto?.subtle) return this.say("unknown", values);
    const same = await sameAs(file, interrupted).catch(() => null);
    if (file !== this.file) return;
    if (same) this.say("same", { percent: percent(Number(same.dataset.percent) / 100) });
    else this.say("other", values);
  }

  say(name, values) {
    const place = this.form.querySelector("[data-chosen]");
    place.dataset.kind = name ?? "";
    this.button.textContent = name === "same" ? sentence(this.box, "resume").textContent : this.label;
    place.replaceChildren(...(name ? [sentence(this.box, name, values)] : []));
  }

  // A refusal leads back to the field, as the server's own error pages do.
  refuse(words) {
    this.clear();
    this.say();
    const summary = this.box.querySelector("template[data-summary]").content.firstElementChild.cloneNode(true);
    summary.id = "erreurs";
    summary.querySelector("[data-fill=sentence]").textContent = words;
    this.form.prepend(summary);
    const line = document.createElement("p");
    line.className = "fr-message fr-message--error";
    line.textContent = words;
    this.form.querySelector(`#${this.input.id}-messages`).replaceChildren(line);
    this.input.setAttribute("aria-invalid", "true");
    this.form.closest("details")?.setAttribute("open", "");
    document.title = `Erreur\u00a0: ${document.title}`;
    summary.focus();
  }

  clear() {
    document.getElementById("erreurs")?.remove();
    this.form.querySelector(`#${this.input.id}-messages`).replaceChildren();
    this.input.setAttribute("aria-invalid", "false");
    document.title = document.title.replace(/^Erreur\s:\s/, "");
  }

  #takeDrops(zone) {
    const over = (event, inside) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.toggle("is-over", inside);
    };
    zone.addEventListener("dragenter", (event) => over(event, true));
    zone.addEventListener("dragover", (event) => over(event, true));
    zone.addEventListener("dragleave", (event) => over(event, zone.contains(event.relatedTarget)));
    zone.addEventListener("drop", (event) => {
      over(event, false);
      const { files } = event.dataTransfer;
      if (this.input.disabled) return; // closed meanwhile
      if (files.length > 1) return this.say("several", { count: String(files.length) });
      if (!files.length) return;
      this.input.files = files;
      this.look();
    });
  }
}

// Beside its place, a file dropped would replace the page.
export function keepPageFromDrops() {
  for (const name of ["dragover", "drop"]) {
    document.addEventListener(name, (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
  }
}
