// The blind test beside the reveal: it needs the network, the reveal does not and never waits for it.
import { drawn, fill } from "./stage-show.js";

const EVERY_MS = 2000;
const LATE_MS = 6000;

export class Game {
  constructor(box) {
    this.box = box;
    this.facts = null;
    this.stamp = "";
    this.waiting = new Map(); // acts that the network has not taken yet
    if (box.dataset.game) this.ask();
  }

  async ask() {
    clearTimeout(this.timer);
    try {
      const headers = { "X-By-Itself": "stage", ...(this.stamp && { "If-None-Match": this.stamp }) };
      const answer = await fetch(this.box.dataset.game, { headers, cache: "no-store", signal: AbortSignal.timeout(LATE_MS) });
      if (answer.status !== 304) {
        if (!answer.ok || answer.redirected) throw new Error(answer.status);
        this.facts = await answer.json();
        this.stamp = answer.headers.get("ETag") ?? "";
      }
      this.offline = false;
      for (const [number, act] of this.waiting) await this.#send(number, act);
    } catch {
      this.offline = true;
    }
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), EVERY_MS);
  }

  // The step that is shown now; its answer is revealed to telephones when the stage says it.
  at(step) {
    this.step = step;
    if (step.kind === "answer" && this.#round(step.work)) this.act(step.work, "reveler");
    this.draw();
  }

  toggle() {
    const { work, kind } = this.step ?? {};
    if (kind !== "work" || !work.played) return;
    const round = this.#round(work);
    if (!round) this.act(work, "ouvrir");
    else if (round.state === "open") this.act(work, "clore");
  }

  async act(work, act) {
    this.waiting.set(work.number, act);
    await this.ask();
    await this.ask();
  }

  async #send(number, act) {
    const headers = { "X-CSRFToken": this.box.dataset.csrf };
    const answer = await fetch(`${this.box.dataset.game}/${number}/${act}`, { method: "POST", headers, signal: AbortSignal.timeout(LATE_MS) });
    if (answer.status >= 500) throw new Error(answer.status);
    this.waiting.delete(number);
  }

  #round(work) {
    return this.facts?.rounds.find(({ number }) => number === work.number);
  }

  #words(name, facts = {}) {
    return fill(this.box.querySelector(`[data-words="${name}"]`).content.cloneNode(true), facts);
  }

  draw() {
    const scores = this.box.querySelector("[data-screen] [data-scores]");
    if (scores && this.step.kind === "answers" && this.facts?.scores.length) {
      const [[best, winners]] = this.facts.scores;
      scores.hidden = false;
      scores.replaceChildren(this.#line(this.#words("scores", { players: this.facts.players, best, winners })));
    }
    const table = this.box.querySelector("[data-screen] [data-table]");
    if (table && this.step.work?.played) this.#table(table, this.#round(this.step.work));
  }

  #table(table, round) {
    const guessing = this.step.kind === "work";
    table.hidden = !round && !guessing;
    const parts = [];
    if (guessing && round?.state !== "closed" && round?.state !== "revealed") parts.push(this.#button(round ? "close" : "open"));
    if (round) parts.push(this.#options(round), this.#total(round));
    if (this.offline) parts.push(this.#line(this.#words("offline")));
    const pressed = table.contains(document.activeElement);
    table.replaceChildren(...parts);
    if (pressed) table.querySelector("button")?.focus();
  }

  #button(name) {
    const button = drawn(this.box, "act").firstElementChild;
    button.append(this.#words(name));
    button.addEventListener("click", () => this.toggle());
    return button;
  }

  #options(round) {
    const total = round.counts.reduce((sum, count) => sum + count, 0);
    const list = document.createElement("ol");
    for (const [index, name] of round.options.entries()) {
      const share = total ? Math.round((100 * round.counts[index]) / total) : 0;
      const row = drawn(this.box, "option", { name, share: `${share}\u00a0%` }).firstElementChild;
      row.querySelector("progress").value = share;
      row.querySelector("progress").setAttribute("aria-label", name);
      if (this.step.kind === "answer" && name === this.step.work.administration) row.className = "is-right";
      list.append(row);
    }
    return list;
  }

  #total(round) {
    return this.#line(this.#words("total", { total: round.counts.reduce((sum, count) => sum + count, 0) }));
  }

  #line(words) {
    const line = document.createElement("p");
    line.append(words);
    return line;
  }
}
