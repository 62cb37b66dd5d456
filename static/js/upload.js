import { Arming } from "./upload-armed.js";
import { fetchPage, onShown, showPage } from "./swap.js";
import { Choice, keepPageFromDrops } from "./upload-choice.js";
import { Follower, showScripted } from "./upload-follow.js";
import { believedSpeed } from "./upload-pace.js";
import { drawLine } from "./upload-line.js";
import { Panel } from "./upload-panel.js";
import { reasonText, sentence } from "./upload-say.js";
import { Sending } from "./upload-sending.js";
import { size } from "./upload-words.js";

// Sends the file by pieces, and takes it up again after a cut. Without script the same form sends it whole, blindly.
const ACTIVE = ["sending", "offline", "waiting", "locked"];
const RETRIES_S = [0, 1, 3, 10];

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

class Page {
  constructor(box) {
    this.box = box;
    this.sending = null;
    this.away = null; // what happened while another step was in sight
    this.choice = new Choice(box);
    this.panel = new Panel(box, { toggle: () => this.toggle(), abandon: () => this.abandon() });
    this.arming = new Arming(box, { sending: () => this.sending, token: () => this.token.value, changed: () => this.mark() });
    this.follower = new Follower(box, {
      busy: () => this.sending !== null,
      arrived: () => this.arrivedElsewhere(),
      changed: () => this.choice.file && this.choice.look(),
    });
    this.choice.form.addEventListener("submit", (event) => this.submit(event));
    showScripted(box);
    this.offerPhone();
    this.confirmAbandon();
  }

  async submit(event) {
    const { file } = this.choice;
    if (!file) return; // the server says what is missing
    event.preventDefault();
    event.stopPropagation();
    if (file.size > Number(this.box.dataset.limit)) {
      this.choice.refuse(sentence(this.box, "too-large", { size: size(file.size) }).textContent);
      return;
    }
    this.prepare(file, await this.choice.address());
  }

  prepare(file, address) {
    if (this.sending) return;
    this.choice.clear();
    this.sending = new Sending(file, {
      endpoint: this.box.dataset.upload,
      address,
      token: this.token.value,
      listener: {
        state: (name, reason) => this.state(name, reason),
        progress: (sent) => this.progress(sent),
        arrived: () => this.arrived(),
        kept: (words) => this.kept(words),
        refused: (kind, words) => this.refused(words || reasonText(this.box, kind)),
        renew: () => this.renew(),
      },
    });
    this.panel.open(file);
    this.show(true);
    const believed = believedSpeed();
    const tooLate = believed !== null && this.panel.warn(file.size / believed);
    if (tooLate) this.panel.state("asking");
    else this.sending.start();
    this.panel.root.focus();
  }

  // Either the form, or the file on its way.
  show(sending) {
    for (const part of this.box.querySelectorAll("[data-form], #envois")) part.hidden = sending;
    if (!sending) this.panel.close();
  }

  state(name, reason) {
    this.panel.state(name, reason);
    this.mark();
    this.draw();
  }

  // What the pages say of a dossier that lacks its file is not the same while that file comes: see entries.css.
  mark() {
    const root = document.documentElement;
    if (this.sending) root.dataset.sending = this.arming.armed ? "armed" : "yes";
    else delete root.dataset.sending;
  }

  progress(sent) {
    const { file, pace } = this.sending;
    this.panel.progress(sent, pace.speed(), pace.left(file.size - sent));
    this.draw();
  }

  // Something here would be lost if the step came back as the server draws it.
  get keeps() {
    return this.sending !== null || this.away !== null || this.choice.file !== null;
  }

  // On another step, one line says how far it is.
  draw() {
    if (this.box.isConnected) return;
    const { file, sent } = this.panel;
    if (this.away) return drawLine({ name: file.name, percent: null, ...this.away });
    if (!this.sending) return;
    const state = this.panel.late.hidden ? this.panel.root.dataset.state : "late";
    drawLine({ state, name: file.name, percent: Math.floor((100 * sent) / file.size) });
  }

  // Its step is in sight again.
  comeBack(box) {
    box.replaceWith(this.box);
    const refused = this.away?.reason;
    this.away = null;
    if (refused) this.choice.refuse(refused);
  }

  toggle() {
    if (this.sending.state === "sending") this.sending.pause();
    else this.sending.start();
  }

  async abandon() {
    const asked = this.panel.root.dataset.state !== "asking";
    if (asked && !window.confirm(this.panel.abandon.dataset.confirm)) return;
    const { sending } = this;
    await sending?.giveUp();
    if (this.sending !== sending) return;
    await this.back();
    if (asked) this.choice.say("abandoned");
    this.choice.input.focus();
  }

  async back() {
    this.sending = null;
    this.mark();
    this.show(false);
    await this.follower.refresh();
  }

  refused(words) {
    this.back().then(() => {
      if (this.box.isConnected) return this.choice.refuse(words);
      this.away = { state: "refused", reason: words };
      this.draw();
    });
  }

  // Its last byte came after closing: nothing of the form serves any more.
  kept(words) {
    this.sending = null;
    this.state("kept", words);
    if (this.box.isConnected) return this.panel.root.focus();
    this.away = { state: "kept" };
    this.draw();
  }

  // Another step is in sight; where nothing is typed, it is drawn anew.
  async arrivedAway() {
    this.sending = null;
    this.away = { state: "arrived" };
    this.mark();
    this.draw();
    const main = document.querySelector("main");
    if (main.querySelector("form[data-draft]")) return;
    const page = await fetchPage(window.location.href);
    if (page?.querySelector("#etape") && main.isConnected) showPage(page);
  }

  async arrived() {
    this.panel.progress(this.sending.file.size, null, null);
    this.panel.state("arrived");
    if (!this.box.isConnected) return this.arrivedAway();
    if (this.arming.armed) return window.location.assign(this.box.dataset.entry); // it says what is deposited
    for (const seconds of RETRIES_S) {
      await pause(seconds);
      const page = await fetchPage(this.box.dataset.page);
      if (page) return replaceMain(page, { focus: true });
    }
    window.location.assign(this.box.dataset.page);
  }

  async arrivedElsewhere() {
    if (this.choice.file) return this.choice.say("elsewhere-done");
    const page = await fetchPage(this.box.dataset.page);
    if (page && !this.sending && !this.choice.file) replaceMain(page, { focus: false });
  }

  get token() {
    return this.choice.form.elements.namedItem("csrf_token");
  }

  // The page as it is now has a good token, if somebody is signed in again; another page has not this form.
  async renew() {
    const page = await fetchPage(this.box.dataset.page);
    if (page === undefined) return undefined;
    const token = page?.querySelector("[data-form] input[name=csrf_token]")?.value ?? null;
    if (token) this.token.value = token;
    return token;
  }

  offerPhone() {
    const phone = this.box.querySelector("[data-phone]");
    if (!phone) return;
    phone.addEventListener("toggle", () => phone.open && this.follower.followLong());
    this.box.querySelector('a[href="#telephone"]').addEventListener("click", () => (phone.open = true));
    const copy = phone.querySelector("[data-copy]");
    copy.hidden = !navigator.clipboard;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(phone.querySelector("[data-address]").href);
      phone.querySelector("[data-copied]").replaceChildren(sentence(phone, "copied"));
    });
  }

  confirmAbandon() {
    this.box.addEventListener("submit", (event) => {
      const list = event.target.closest("#envois");
      if (list && !window.confirm(this.panel.abandon.dataset.confirm)) event.preventDefault();
    });
  }
}

function replaceMain(page, { focus }) {
  current = null;
  delete document.documentElement.dataset.sending;
  const main = showPage(page);
  const told = main.querySelector("[data-just-arrived]");
  if (told && focus) told.hidden = false;
  const target = told ?? main.querySelector("#fichier");
  target?.setAttribute("tabindex", "-1");
  if (focus) target?.focus();
}

// The file in sight has just turned out to be unusable: sending another is the one thing to do.
function offerAnother() {
  const box = document.querySelector("[data-upload]");
  if (!box || !document.querySelector("#fichier[data-send-again]")) return;
  box.querySelector("[data-continue]")?.setAttribute("hidden", "");
  box.querySelector("[data-form] details")?.setAttribute("open", "");
}

let current = null;

function start(root = document) {
  const box = root.querySelector("[data-upload]");
  if (box && current?.keeps && current.away?.state !== "arrived") return current.comeBack(box);
  if (box) current = new Page(box);
  else if (current?.keeps) current.draw();
  else current = null;
}

window.addEventListener("beforeunload", (event) => {
  if (ACTIVE.includes(current?.sending?.state)) event.preventDefault();
});
document.addEventListener("htmx:after:swap", offerAnother);
keepPageFromDrops();
onShown(start);
start();
