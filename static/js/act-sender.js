// Sends what waits on this device, oldest first, again and again until each act has its answer.
const PATIENCE_MS = 15_000;
const DELAYS_S = [2, 5, 10, 20, 40];

export class ActSender {
  #timer = null;
  #running = null;
  #attempts = 0;
  #again = false;

  // `store`: what waits, and how an act is forgotten; `post(act)`: its request; `told(act, answer)`: what became of it;
  // `stopped(name, words, act)`: why it does not go through; what follows goes on when that is true.
  constructor({ lock, store, post, token, told, stopped }) {
    Object.assign(this, { lock, store, post, token, told, stopped });
    window.addEventListener("online", () => this.send());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.send());
  }

  // Resolves once what waited has been answered for, or cannot be for now.
  send() {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    clearTimeout(this.#timer);
    this.#running = this.#alone().finally(() => (this.#running = null));
    return this.#running;
  }

  // One tab at a time: two would send the same acts in two orders.
  #alone() {
    return navigator.locks ? navigator.locks.request(this.lock, () => this.#all()) : this.#all();
  }

  async #all() {
    do {
      this.#again = false;
      for (const act of await this.store.waiting()) {
        if (!(await this.#one(act))) return;
      }
    } while (this.#again);
  }

  async #one(act, renewed = false) {
    const answer = await this.#post(act);
    const found = await answer?.json().catch(() => null);
    if (answer?.ok && found) {
      this.#attempts = 0;
      if (found.outcome !== "conflict") await this.store.settle(act);
      this.told(act, found);
      return true;
    }
    if (answer?.status === 403 && !renewed && (await this.#renew())) return this.#one(act, true);
    if (answer?.status === 403) return this.stopped("locked", null, act);
    if (found?.message && answer.status < 500 && ![408, 429].includes(answer.status)) {
      if (answer.status === 422 || answer.status === 404) await this.store.settle(act);
      return this.stopped("refused", found.message, act);
    }
    const seconds = DELAYS_S[Math.min(this.#attempts++, DELAYS_S.length - 1)];
    this.#timer = setTimeout(() => this.send(), 1000 * seconds);
    return this.stopped(answer ? "down" : "device", null, act);
  }

  #post(act) {
    const { address, body } = this.post(act);
    body.append("csrf_token", document.querySelector("input[name=csrf_token]")?.value ?? "");
    return fetch(address, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
  }

  // The page's token ends with its session: whoever signed in again elsewhere has a new one.
  async #renew() {
    const answer = await fetch(this.token).catch(() => null);
    const found = answer?.ok ? await answer.json().catch(() => null) : null;
    if (!found) return false;
    for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = found.token;
    return true;
  }
}
