import { onShown, parsed, showPage } from "./swap.js";
import { sentence } from "./upload-say.js";

// « Déposer », « retirer »: when no answer comes back, nobody knows whether it is done. The page stays, says so, and asks
// the server as soon as it can. Without script, the form goes as any other.
const PATIENCE_MS = 60_000;
const AGAIN_MS = 10_000;

const receiptOf = (root) => root.querySelector("[data-receipt]")?.dataset.receipt ?? "";

class Act {
  #busy = false;
  #timer = null;

  constructor(form) {
    this.form = form;
    this.place = form.querySelector("[data-act-said]");
    this.place.addEventListener("click", (event) => event.target.closest("[data-ask]") && this.ask());
  }

  async send() {
    if (this.#busy) return;
    this.#busy = true;
    this.#say("act-sending");
    const answer = await this.#fetch({ method: "POST", body: new URLSearchParams(new FormData(this.form)) });
    this.#busy = false;
    if (!answer) this.#lost();
    else if (answer.moved) await this.ask();
    else this.#show(answer.page);
  }

  // Where things stand now: a page that is not offered any more leads, by itself, to the one that says it.
  async ask() {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    const answer = await this.#fetch({ cache: "no-store" });
    this.#busy = false;
    const receipt = answer?.ok && receiptOf(answer.page);
    if (answer?.moved) window.location.reload();
    else if (!answer?.ok) this.#lost();
    else if (receipt !== receiptOf(document)) window.location.assign(receipt || window.location.href);
    else this.#say("act-not-done");
  }

  back() {
    if (this.place.dataset.said === "act-lost" && this.form.isConnected) this.ask();
  }

  // Null when no whole page of ours comes back: nobody answers, the network breaks in its midst, a proxy speaks.
  async #fetch(options) {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(window.location.href, { redirect: "manual", signal, ...options }).catch(() => null);
    if (answer?.type === "opaqueredirect") return { moved: true };
    const page = parsed((await answer?.text().catch(() => "")) ?? "");
    return page.querySelector("main") && { ok: answer.ok, page };
  }

  #lost() {
    if (!this.form.isConnected) return;
    this.#say("act-lost");
    this.#timer = setTimeout(() => this.back(), AGAIN_MS);
  }

  #show(page) {
    if (!this.form.isConnected) return;
    const main = showPage(page);
    (main.querySelector("#erreurs") ?? main).focus();
  }

  // The same is not said twice aloud.
  #say(name) {
    if (this.place.dataset.said === name) return;
    this.place.dataset.said = name;
    this.place.replaceChildren(sentence(this.form, name));
  }
}

let current = null;

function start(root = document) {
  const form = root.querySelector("form[data-act]");
  current = form && new Act(form);
}

document.addEventListener(
  "submit",
  (event) => {
    if (event.target !== current?.form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    current.send();
  },
  true,
);
window.addEventListener("online", () => current?.back());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && current?.back());

onShown(start);
start();
