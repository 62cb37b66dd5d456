// On this device, at the door: acts that the server has not acknowledged yet, and the least that goes on without a network.
// Where the browser keeps nothing, the page's memory does.
const NAME = "concours-accueil";
const memory = new Map();
const remembered = new Map();
let opened = null;
let counted = 0;

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("acts", { keyPath: "id" });
    request.result.createObjectStore("kept");
  };
  return asked(request);
}

async function inStore(name, mode, work) {
  opened ??= open();
  const transaction = (await opened).transaction([name], mode);
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  const found = await work(transaction.objectStore(name));
  await done;
  return found;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
export const drawn = () => Array.from(crypto.getRandomValues(new Uint8Array(26)), (byte) => LETTERS[byte % 32]).join("");

// Returns whether the act would outlive the page.
export async function keep(act) {
  const full = { ...act, order: Date.now() * 1000 + (counted++ % 1000) };
  try {
    await inStore("acts", "readwrite", (acts) => asked(acts.put(full)));
    return true;
  } catch {
    memory.set(full.id, full);
    return false;
  }
}

export async function waiting() {
  const kept = await inStore("acts", "readonly", (acts) => asked(acts.getAll())).catch(() => []);
  return [...kept, ...memory.values()].sort((one, other) => one.order - other.order);
}

export async function settle(act) {
  memory.delete(act.id);
  await inStore("acts", "readwrite", (acts) => asked(acts.delete(act.id))).catch(() => {});
}

export async function remember(name, value) {
  remembered.set(name, value);
  await inStore("kept", "readwrite", (kept) => asked(kept.put(value, name))).catch(() => {});
}

export async function recall(name) {
  return (await inStore("kept", "readonly", (kept) => asked(kept.get(name))).catch(() => null)) ?? remembered.get(name);
}

// Names leave the device with whoever signs out; acts that wait stay until they are sent.
export async function forgetPeople() {
  remembered.clear();
  await inStore("kept", "readwrite", (kept) => asked(kept.clear())).catch(() => {});
  if ("caches" in window) await caches.delete(NAME);
}
