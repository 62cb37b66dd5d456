import { asked, deviceStore } from "./device-store.js";

// On this device, at the door: acts that the server has not acknowledged yet, and the least that goes on without a network.
// Where the browser keeps nothing, the page's memory does.
const NAME = "concours-accueil";
const memory = new Map();
const remembered = new Map();
const within = deviceStore(NAME, { acts: { keyPath: "id" }, kept: undefined });
let counted = 0;

// Returns whether the act would outlive the page.
export async function keep(act) {
  const full = { ...act, order: Date.now() * 1000 + (counted++ % 1000) };
  try {
    await within(["acts"], "readwrite", (acts) => asked(acts.put(full)));
    return true;
  } catch {
    memory.set(full.id, full);
    return false;
  }
}

export async function waiting() {
  const kept = await within(["acts"], "readonly", (acts) => asked(acts.getAll())).catch(() => []);
  return [...kept, ...memory.values()].sort((one, other) => one.order - other.order);
}

export async function settle(act) {
  memory.delete(act.id);
  await within(["acts"], "readwrite", (acts) => asked(acts.delete(act.id))).catch(() => {});
}

export async function remember(name, value) {
  remembered.set(name, value);
  await within(["kept"], "readwrite", (kept) => asked(kept.put(value, name))).catch(() => {});
}

export async function recall(name) {
  return (await within(["kept"], "readonly", (kept) => asked(kept.get(name))).catch(() => null)) ?? remembered.get(name);
}

// Names leave the device with whoever signs out; acts that wait stay until they are sent.
export async function forgetPeople() {
  remembered.clear();
  await within(["kept"], "readwrite", (kept) => asked(kept.clear())).catch(() => {});
  if ("caches" in window) await caches.delete(NAME);
}
