// Draws one step of the reveal, and nothing of any other.
export const drawn = (box, name, facts = {}) => fill(box.querySelector(`[data-draw="${name}"]`).content.cloneNode(true), facts);

export function fill(root, facts) {
  for (const each of root.querySelectorAll("[data-fill]")) each.textContent = facts[each.dataset.fill] ?? "";
  return root;
}

const ordinal = (rank) => (rank === 1 ? "1er" : `${rank}e`);
const seen = ({ name, title, category, rank }) => ({ name, title, category, rank: ordinal(rank) });
const whole = (work) => ({ ...seen(work), team: work.team, administration: work.administration, reason: work.reason });

export const steps = (works, mode) => {
  const last = [...works].reverse();
  const each = mode === "all" ? [{ kind: "works" }, { kind: "answers" }] : last.flatMap((work) => [{ kind: "work", work }, { kind: "answer", work }]);
  return [{ kind: "title" }, ...each, ...(mode === "all" ? [] : [{ kind: "answers" }])];
};

export function show(box, step, { works, code }) {
  const screen = box.querySelector("[data-screen]");
  screen.replaceChildren(DRAW[step.kind](box, step.work, works, code));
  return screen;
}

const DRAW = {
  title(box, _work, _works, code) {
    const drawing = drawn(box, "title");
    const picture = drawing.querySelector("[data-qr]");
    if (picture) picture.src = code;
    return drawing;
  },
  work(box, work) {
    const drawing = drawn(box, "work", seen(work));
    drawing.querySelector("[data-copy]").append(copy(box, work));
    return drawing;
  },
  answer(box, work) {
    const drawing = drawn(box, "answer", whole(work));
    const file = work.files.find(({ role }) => role === "poster") ?? work.files.find(({ role }) => role === "page");
    if (file) drawing.querySelector("[data-picture]").append(picture(file, ""));
    return drawing;
  },
  works: (box, _work, works) => list(box, works, seen),
  answers: (box, _work, works) => list(box, works, whole),
};

function list(box, works, facts) {
  const drawing = drawn(box, "list");
  for (const work of works) {
    const row = drawn(box, "row", facts(work));
    row.querySelector("[data-who]").hidden = facts === seen;
    drawing.querySelector("[data-rows]").append(row);
  }
  return drawing;
}

function copy(box, work) {
  if (!work.consented) return drawn(box, "none");
  const film = work.files.find(({ role }) => role === "video");
  return film ? player(work, film) : pages(box, work.files.filter(({ role }) => role === "page"));
}

function player(work, film) {
  const video = document.createElement("video");
  Object.assign(video, { src: film.src, controls: true, playsInline: true, poster: work.files.find(({ role }) => role === "poster")?.src ?? "" });
  video.setAttribute("aria-label", work.title);
  if (work.track) {
    const track = Object.assign(document.createElement("track"), { kind: "captions", srclang: "fr", label: "Français", src: work.track, default: true });
    video.append(track);
  }
  return video;
}

function pages(box, files) {
  const holder = document.createElement("div");
  holder.className = "ho-pages";
  let at = 0;
  const draw = () => {
    const where = { at: at + 1, of: files.length };
    holder.replaceChildren(picture(files[at], `Page ${where.at} sur ${where.of}. ${files[at].text}`));
    if (files.length > 1) holder.append(drawn(box, "page", where));
  };
  holder.addEventListener("turn", ({ detail }) => {
    at = Math.max(0, Math.min(files.length - 1, at + detail));
    draw();
  });
  if (files.length) draw();
  return holder;
}

const picture = (file, alt) => Object.assign(new Image(), { src: file.src, alt });
