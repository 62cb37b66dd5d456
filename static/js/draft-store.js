// What is typed and not kept by the server yet, on this device: by dossier and answer, with what it was written over.
// Where the browser keeps nothing, the page's own memory does.
const PREFIX = "concours:brouillon:";
const memory = new Map();

const keyOf = (entry, name) => `${PREFIX}${entry}:${name}`;

export function remember(entry, name, record) {
  const key = keyOf(entry, name);
  memory.set(key, record);
  try {
    localStorage.setItem(key, JSON.stringify(record));
  } catch {
    // Full or forbidden: the page still has it.
  }
}

export function forget(entry, name) {
  const key = keyOf(entry, name);
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept there.
  }
}

export function recall(entry, name) {
  const key = keyOf(entry, name);
  try {
    const text = localStorage.getItem(key);
    if (text) return JSON.parse(text);
  } catch {
    // Unreadable: as if nothing were there.
  }
  return memory.get(key) ?? null;
}

export function forgetAll() {
  memory.clear();
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // Nothing was kept there.
  }
}

// Tells which answer another tab has just seen kept, or written.
export function watchStore(entry, changed) {
  const listen = (event) => {
    const start = keyOf(entry, "");
    if (event.key?.startsWith(start)) changed(event.key.slice(start.length), event.newValue);
  };
  window.addEventListener("storage", listen);
  return () => window.removeEventListener("storage", listen);
}
