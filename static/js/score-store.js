// Answers that the server has not acknowledged yet, on this device. Where the browser keeps nothing, the page's memory does.
const NAME = "concours-jury";
const memory = new Map();
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
    request.result.createObjectStore("acts", { keyPath: "key" });
    request.result.createObjectStore("device");
  };
  return asked(request);
}

async function inStores(mode, work) {
  opened ??= open();
  const database = await opened;
  const transaction = database.transaction(["acts", "device"], mode);
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  const found = await work(transaction.objectStore("acts"), transaction.objectStore("device"));
  await done;
  return found;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
const drawn = () => Array.from(crypto.getRandomValues(new Uint8Array(26)), (byte) => LETTERS[byte % 32]).join("");
const pageDevice = drawn();

// What waits for an answer is replaced by what is newer; the server may have had either: both are told as seen.
const merged = (former, act) => (former ? { ...act, seen: [...new Set([...former.seen, former.value])].slice(-20) } : act);

export const keyOf = (owner, number, field) => `${owner}/${number}/${field}`;

// Returns the act as it is kept, and whether it would outlive the page.
export async function keep(act) {
  try {
    const kept = await inStores("readwrite", async (acts, device) => {
      const name = (await asked(device.get("name"))) ?? drawn();
      const counter = ((await asked(device.get("counter"))) ?? 0) + 1;
      const full = { ...merged(await asked(acts.get(act.key)), act), device: name, counter };
      device.put(name, "name");
      device.put(counter, "counter");
      acts.put(full);
      return full;
    });
    return { act: kept, lasting: true };
  } catch {
    const full = { ...merged(memory.get(act.key), act), device: pageDevice, counter: ++counted };
    memory.set(act.key, full);
    return { act: full, lasting: false };
  }
}

export async function waiting(owner) {
  const kept = await inStores("readonly", (acts) => asked(acts.getAll())).catch(() => []);
  const all = [...kept, ...memory.values()].filter((act) => act.key.startsWith(`${owner}/`));
  return all.sort((one, other) => one.counter - other.counter);
}

// Forgets an act, unless a newer one has taken its place meanwhile.
export async function settle(act) {
  if (memory.get(act.key)?.counter === act.counter) memory.delete(act.key);
  await inStores("readwrite", async (acts) => {
    const kept = await asked(acts.get(act.key));
    if (kept?.counter === act.counter && kept.device === act.device) acts.delete(act.key);
  }).catch(() => {});
}

export async function forgetActs() {
  memory.clear();
  await inStores("readwrite", (acts) => asked(acts.clear())).catch(() => {});
}
