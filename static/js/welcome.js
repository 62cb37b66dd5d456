import { ActSender } from "./act-sender.js";
import { drawn } from "./device-store.js";
import { serverNow, tellClock } from "./server-clock.js";
import { sentence } from "./upload-say.js";
import { hour } from "./upload-words.js";
import { Camera } from "./welcome-camera.js";
import { cardOf, paragraph } from "./welcome-cards.js";
import { Newcomer } from "./welcome-newcomer.js";
import { keepPage } from "./welcome-page.js";
import { People, ticketIn } from "./welcome-people.js";
import { asked, bodyOf, holderOf } from "./welcome-server.js";
import { keep, recall, remember, settle, waiting } from "./welcome-store.js";
import { counted, sentenceOf } from "./welcome-words.js";

// The welcome at the door. Each act goes to the device at once, then to the server; without a network it waits here.
const EVERY_MS = 4000;
const SLOWEST_MS = 30_000;

const numbered = new Intl.NumberFormat("fr-FR");

class Desk {
  #stamp = "";
  #answered = 0;
  #wait = EVERY_MS;
  #state = "live";
  #lasting = true;
  #words = "";
  #drawing = false;
  #seats = { taken: 0, capacity: null };
  #shown = null;

  constructor(box) {
    this.box = box;
    this.people = new People();
    this.waiting = [];
    this.part = (name) => box.querySelector(`[data-${name}]`);
    this.sender = new ActSender({
      lock: "concours-accueil-send",
      store: { waiting, settle },
      post: (act) => ({ address: box.dataset.acts, body: bodyOf(act) }),
      token: box.dataset.token,
      told: (act, answer) => this.#told(act, answer),
      stopped: (name, words, act) => this.#stopped(name, words, act),
    });
  }

  async begin() {
    tellClock(Date.parse(this.box.dataset.now));
    this.#listen();
    const [roll, board] = [await recall("roll"), await recall("board")];
    if (roll) this.people.takeRoll(roll);
    if (board) this.#takeBoard(board);
    await this.#count();
    this.part("status").hidden = this.part("scan").hidden = false;
    this.ask();
    this.sender.send();
    keepPage(this.box.dataset.worker);
  }

  #listen() {
    this.camera = new Camera(this.box.querySelector("video"), (text) => this.scan(text));
    this.part("camera").addEventListener("click", () => this.#toggle());
    this.part("undo").addEventListener("click", () => this.#undoShown());
    const search = this.part("search");
    search.addEventListener("input", () => this.#search(search.q.value));
    search.addEventListener("submit", (event) => this.#submit(event, search.q));
    this.newcomer = new Newcomer(this.part("walk-in"), {
      full: () => this.#full(),
      refused: () => this.#show("refused", sentence(this.box, "full")),
      came: (act) => this.#act(act),
    });
    window.addEventListener("online", () => this.ask());
    window.addEventListener("offline", () => this.#say("alone"));
    document.addEventListener("visibilitychange", () => document.hidden || this.ask());
  }

  // ------------------------------------------------------------ what the server knows

  async ask() {
    clearTimeout(this.timer);
    if (!this.asking) {
      this.asking = true;
      try {
        await this.#board();
        this.#wait = EVERY_MS;
        this.#say("live");
      } catch (failure) {
        this.#wait = Math.min(2 * this.#wait, SLOWEST_MS);
        this.#say(failure.message === "403" ? "locked" : "alone");
      }
      this.asking = false;
    }
    this.timer = setTimeout(() => document.hidden || this.ask(), this.#wait);
  }

  async #board() {
    const answered = this.#answered;
    const board = await asked(this.box.dataset.board, this.#stamp);
    if (board && board.roll !== this.people.roll) await this.#roll();
    // An act was answered meanwhile: what was asked before it is stale.
    if (!board || answered !== this.#answered) return;
    this.#stamp = board.stamp;
    this.#takeBoard(board);
    await remember("board", board);
    await this.#count();
  }

  async #roll() {
    const roll = await asked(this.box.dataset.roll);
    this.people.takeRoll(roll);
    await remember("roll", roll);
  }

  #takeBoard({ arrivals, expected, taken, capacity }) {
    this.people.takeArrivals(arrivals);
    this.#seats = { taken, capacity };
    this.part("expected").textContent = numbered.format(expected);
  }

  // ------------------------------------------------------------ acts

  async scan(text) {
    const code = ticketIn(text);
    if (!code) return this.#show("refused", sentence(this.box, "no-ticket"));
    const id = (await this.people.ofTicket(code)) ?? (await this.#unknown(code));
    if (!id) return;
    const [first] = this.people.standing(id);
    const name = this.people.find(id).name;
    if (!first) return this.#act({ kind: "came", person: id, name });
    this.#show("already", sentence(this.box, "already", { name, hour: hour(first[1], serverNow()) }), { person: id, name });
  }

  // A ticket that the device does not know: of somebody who registered since, or refused by the server in words.
  async #unknown(code) {
    try {
      await this.#roll();
      const id = await this.people.ofTicket(code);
      if (id) return id;
      const found = await holderOf(code, this.box.dataset.ticket, this.box.querySelector("input[name=csrf_token]").value);
      if (this.people.find(found.person)) return found.person;
      this.#show("refused", document.createTextNode(found.message));
    } catch {
      this.#show("refused", sentence(this.box, "unknown"));
    }
    return null;
  }

  async #act(told) {
    const act = { id: drawn(), at: Math.round(serverNow()), ...told };
    this.#lasting = await keep(act);
    const undone = act.kind === "undone";
    this.#show(undone ? "already" : "came", this.#welcome(act, "on-device"), undone ? null : act);
    await this.#count();
    this.sender.send();
  }

  #welcome(act, where) {
    return sentence(this.box, act.kind === "undone" ? "undone" : "came", { name: act.name, where: sentence(this.box, where).textContent });
  }

  #undoShown() {
    const { person, name } = this.#shown;
    this.#undo(person, name);
    this.part("camera").focus();
  }

  #undo(person, name) {
    this.#act({ kind: "undone", person, name, seen: this.people.standing(person).map(([each]) => each) });
  }

  #full() {
    const { taken, capacity } = this.#seats;
    return capacity !== null && taken + this.people.newcomers >= capacity;
  }

  // ------------------------------------------------------------ answers

  async #told(act, { said, person, arrivals }) {
    this.#answered++;
    this.people.takePerson(person[0], arrivals);
    if (act.kind !== "undone" && arrivals.length > 1) {
      this.#review(said);
      if (this.#shown?.id === act.id) this.#show("already", document.createTextNode(said), { ...act, person: person[0] });
    } else if (this.#shown?.id === act.id) {
      this.#shown = { ...act, person: person[0] };
      this.part("words").replaceChildren(this.#welcome(act, "saved"));
      this.part("undo").hidden = false;
    }
    await this.#count();
    if (act.kind === "walk_in") this.ask();
  }

  // True where the acts that follow are still to be sent.
  async #stopped(name, words, act) {
    if (name !== "refused") {
      this.#say(name);
      return false;
    }
    await settle(act);
    if (act.kind === "walk_in") this.newcomer.giveBack(act);
    this.#review(act.kind === "walk_in" ? `${act.name} : ${words}` : words);
    this.#show("refused", document.createTextNode(words));
    await this.#count();
    return true;
  }

  #review(words) {
    const item = document.createElement("li");
    item.textContent = words;
    this.part("review").querySelector("ul").prepend(item);
    this.part("review").hidden = false;
  }

  // ------------------------------------------------------------ what is shown

  async #count() {
    this.waiting = await waiting();
    this.people.takeWaiting(this.waiting);
    this.part("present").textContent = numbered.format(this.people.present);
    this.part("taken").textContent = numbered.format(this.#seats.taken + this.people.newcomers);
    if (this.#drawing) this.#search(this.#words);
    this.#say(this.#state);
  }

  #say(state) {
    this.#state = state;
    const left = this.waiting.length;
    const name = sentenceOf({ state, left, lasting: this.#lasting });
    const line = this.part("status");
    const said = sentence(this.box, name, { waiting: counted(left) });
    const text = said.textContent;
    if (this.part("line").textContent === text) return;
    if (line.dataset.state !== name && name !== "sending") this.part("spoken").textContent = text;
    line.dataset.state = name;
    this.part("line").replaceChildren(said);
  }

  #show(kind, words, act = null) {
    this.#shown = act;
    const box = this.part("result");
    box.dataset.kind = kind;
    box.hidden = false;
    this.part("words").replaceChildren(words);
    this.part("undo").hidden = !act?.person;
    if (this.camera.open) navigator.vibrate?.(kind === "came" ? 60 : [80, 60, 80]);
  }

  #search(words) {
    this.#words = words;
    this.#drawing = true;
    const { found, more } = this.people.search(words);
    const list = document.createElement("ul");
    list.className = "we-people";
    for (const person of found) list.append(this.#card(person));
    const parts = found.length ? [list] : words.trim() ? [paragraph(sentence(this.box, "none"))] : [];
    if (more) parts.push(paragraph(sentence(this.box, "more")));
    const held = document.activeElement?.closest("[data-person]")?.dataset.person;
    this.part("found").replaceChildren(...parts);
    if (held) this.box.querySelector(`[data-person="${held}"] button`)?.focus();
  }

  #card(person) {
    const standing = this.people.standing(person.id);
    const pressed = () => (standing.length ? this.#undo(person.id, person.name) : this.#act({ kind: "came", person: person.id, name: person.name }));
    return cardOf(this.box, person, standing, pressed);
  }

  // A hand-held reader types the ticket's address here; a name that the device does not have is asked of the server.
  #submit(event, input) {
    const ticket = ticketIn(input.value);
    const known = this.people.search(input.value).found.length > 0;
    if (!ticket && !known && this.#state === "live") return;
    event.preventDefault();
    if (!ticket) return this.#search(input.value);
    input.value = "";
    this.#search("");
    this.scan(ticket);
  }

  async #toggle() {
    if (this.camera.open) this.camera.stop();
    else {
      try {
        await this.camera.start();
      } catch {
        this.camera.stop();
        this.#show("refused", sentence(this.box, "camera"));
      }
    }
    for (const name of ["view", "open"]) this.part(name).hidden = !this.camera.open;
    this.part("closed").hidden = this.camera.open;
  }
}

const box = document.querySelector("[data-welcome]");
if (box) new Desk(box).begin();
