import { asked, deviceStore, drawn } from "./device-store.js";

// Answers that the server has not acknowledged yet, on this device. Where the browser keeps nothing, the page's memory does.
const memory = new Map();
const within = deviceStore("concours-jury", { acts: { keyPath: "key" }, device: undefined });
const pageDevice = drawn();
let counted = 0;

// What waits for an answer is replaced by what is newer; the server may have had either: both are told as seen.
const merged = (former, act) => (former ? { ...act, seen: [...new Set([...former.seen, former.value])].slice(-20) } : act);

export const keyOf = (owner, number, field) => `${owner}/${number}/${field}`;

// Returns the act as it is kept, and whether it would outlive the page.
export async function keep(act) {
  try {
    const kept = await within(["acts", "device"], "readwrite", async (acts, device) => {
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
  const kept = await within(["acts"], "readonly", (acts) => asked(acts.getAll())).catch(() => []);
  const all = [...kept, ...memory.values()].filter((act) => act.key.startsWith(`${owner}/`));
  return all.sort((one, other) => one.counter - other.counter);
}

// Forgets an act, unless a newer one has taken its place meanwhile.
export async function settle(act) {
  if (memory.get(act.key)?.counter === act.counter) memory.delete(act.key);
  await within(["acts"], "readwrite", async (acts) => {
    const kept = await asked(acts.get(act.key));
    if (kept?.counter === act.counter && kept.device === act.device) acts.delete(act.key);
  }).catch(() => {});
}

export async function forgetActs() {
  memory.clear();
  await within(["acts"], "readwrite", (acts) => asked(acts.clear())).catch(() => {});
}
