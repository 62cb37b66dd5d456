// Follows what another device sends: asks for the list of files on their way, for as long as something moves.
const EVERY_MS = 3000;
const STILL = 5; // looks without a new byte: it is at rest
const PATIENCE = 40; // looks without any news, some two minutes
const LONG_PATIENCE = 400; // once the phone's link is shown: twenty minutes

const offsets = (root) => new Map([...root.querySelectorAll("[data-coming]")].map((each) => [each.dataset.coming, each.dataset.offset]));

export class Follower {
  #timer = null;
  #moved = new Map(); // how many looks ago each was seen to move
  #looks = 0;
  #patience = PATIENCE;

  // `busy()`: this page sends something itself. `arrived()`: the dossier has another file than when the page was drawn.
  constructor(box, { busy, arrived, changed }) {
    this.box = box;
    this.acts = { busy, arrived, changed };
    this.again = box.querySelector("[data-look-again]");
    this.again.addEventListener("click", () => this.follow());
    if (offsets(box).size) this.follow();
  }

  get list() {
    return this.box.querySelector("#envois");
  }

  follow(patience = this.#patience) {
    this.#patience = patience;
    this.#looks = 0;
    this.again.hidden = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), EVERY_MS);
  }

  followLong() {
    this.follow(LONG_PATIENCE);
  }

  stop() {
    clearTimeout(this.#timer);
  }

  async #look() {
    if (!this.box.isConnected) return;
    if (document.visibilityState === "visible" && !this.acts.busy()) await this.refresh();
    if (this.#looks < this.#patience) this.#timer = setTimeout(() => this.#look(), EVERY_MS);
    else this.again.hidden = false;
  }

  async refresh() {
    const found = await this.#fetch();
    if (!found || !this.box.isConnected || this.acts.busy()) return;
    this.#looks += 1;
    if (found.dataset.creation !== this.list.dataset.creation) {
      this.#looks = 0;
      this.list.dataset.creation = found.dataset.creation;
      this.acts.arrived();
    }
    this.#compare(offsets(this.list), offsets(found));
    this.#draw(found);
  }

  async #fetch() {
    const answer = await fetch(this.list.dataset.follow, { redirect: "error", headers: { "X-By-Itself": "yes" } }).catch(() => null);
    if (!answer?.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#envois");
  }

  #compare(before, after) {
    for (const [address, offset] of after) {
      if (before.has(address) && before.get(address) === offset) {
        this.#moved.set(address, (this.#moved.get(address) ?? STILL) + 1);
      } else {
        this.#moved.set(address, 0);
        this.#looks = 0;
      }
    }
  }

  #draw(found) {
    for (const each of found.querySelectorAll("[data-coming]")) {
      const moving = this.#moved.get(each.dataset.coming) < STILL;
      each.querySelector("[data-at-rest]").hidden = moving;
      each.querySelector("[data-moving]").hidden = !moving;
    }
    showScripted(found);
    if (found.innerHTML === this.list.innerHTML) return;
    if (this.list.contains(document.activeElement)) return;
    this.list.replaceChildren(...found.childNodes);
    this.acts.changed();
  }
}

// What is said only to those whose browser runs scripts.
export function showScripted(root) {
  for (const part of root.querySelectorAll("[data-with-script]")) part.hidden = false;
}
