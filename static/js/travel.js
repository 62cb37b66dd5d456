import { assetsOf, fetched, keepAssets } from "./page-keeper.js";
import { Sender } from "./score-send.js";
import { waiting } from "./score-store.js";
import { sentence } from "./upload-say.js";

// Works for a train: pages and light films kept on the device, and what was scored there sent once the network is back.
const CACHE = "concours-jury";
const LIGHT = "?video=legere";
const TAKE_ALONG = "?emporter=1";

const said = new Intl.NumberFormat("fr-FR", { maximumFractionDigits: 1 });
const sized = (bytes) => `${said.format(Math.max(0.1, bytes / 1e6))}\u00a0Mo`;

export async function dropAll() {
  if (!("caches" in window)) return;
  await caches.delete(CACHE);
  for (const each of (await navigator.serviceWorker?.getRegistrations()) ?? []) await each.unregister();
}

export function startTravel() {
  const box = document.querySelector("[data-travel]");
  if (!box) return;
  sendWaiting();
  if (!("caches" in window) || !navigator.serviceWorker) return;
  new Travel(box).begin();
}

class Travel {
  constructor(box) {
    this.box = box;
    [this.words, this.bar, this.take, this.drop, this.spoken] = ["words", "bar", "take", "drop", "spoken"].map((name) => box.querySelector(`[data-${name}]`));
  }

  async begin() {
    this.take.addEventListener("click", () => this.#taking());
    this.drop.addEventListener("click", async () => {
      await dropAll();
      this.drop.hidden = true;
      this.#say("dropped");
      this.take.focus();
    });
    this.box.hidden = false;
    await this.#tell({ quiet: true });
  }

  async #taking() {
    this.take.disabled = true;
    try {
      await navigator.serviceWorker.register(this.box.dataset.worker);
      const manifest = await (await fetched(this.box.dataset.travel)).json();
      if (manifest.works.length) await this.#copy(manifest);
      else this.#say("none");
    } catch {
      this.#say("failed");
      this.drop.hidden = false;
    }
    this.bar.hidden = true;
    this.take.disabled = false;
  }

  async #copy({ works, home }) {
    const cache = await caches.open(CACHE);
    const files = works.flatMap((work) => work.files);
    const total = files.length + works.length;
    let done = 0;
    const step = () => {
      this.bar.hidden = false;
      this.bar.max = total;
      this.bar.value = ++done;
      this.#say("taking", { done: String(done), total: String(total) }, { quiet: done % 20 !== 1 });
    };
    for (const { url } of files) {
      if (!(await cache.match(url))) await cache.put(url, await fetched(url + TAKE_ALONG));
      step();
    }
    const assets = new Set();
    for (const { page } of [...works, { page: home }]) {
      const answer = await fetched(page + (page === home ? "" : LIGHT));
      for (const each of assetsOf(await answer.clone().text())) assets.add(each);
      await cache.put(page, answer);
      if (page !== home) step();
    }
    await keepAssets(cache, assets);
    await this.#tell();
  }

  async #tell(options) {
    const cache = (await caches.has(CACHE)) && (await caches.open(CACHE));
    const kept = cache ? await cache.keys() : [];
    const works = kept.filter(({ url }) => /\/oeuvres\/\d+$/.test(url)).length;
    let bytes = 0;
    if (works) for (const each of kept) bytes += (await (await cache.match(each)).blob()).size;
    // Offered last: pressed before, it would drop what is still being weighed, then be told as there.
    this.drop.hidden = !kept.length;
    if (works) this.#say("taken", { works: String(works), size: sized(bytes) }, options);
  }

  #say(name, values = {}, { quiet = false } = {}) {
    const text = sentence(this.box, name, values).textContent;
    this.words.textContent = text;
    if (!quiet) this.spoken.textContent = text;
  }
}

// Scores that still wait are sent from the list too.
async function sendWaiting() {
  const box = document.querySelector("[data-unsent]");
  const { owner, acts, token } = box.dataset;
  const show = async () => {
    const count = (await waiting(owner)).length;
    box.hidden = !count;
    box.querySelector("[data-words]").textContent = count > 1 ? `${count} réponses sont sur cet appareil : elles partent dès que le réseau répond.` : "Une réponse est sur cet appareil : elle part dès que le réseau répond.";
  };
  await show();
  if (box.hidden) return;
  const sender = new Sender({ owner, acts, token, told: show, stopped: () => false });
  await sender.send();
  await show();
}
