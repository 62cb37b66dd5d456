// A database of this device, opened when it is first wanted. Rejects where the browser keeps nothing.
const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

export const drawn = () => Array.from(crypto.getRandomValues(new Uint8Array(26)), (byte) => LETTERS[byte % 32]).join("");

export const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// `stores`: the options of each, by name. Returns what works within one transaction: `within(names, mode, work)`, where
// `work` is given these stores.
export function deviceStore(name, stores) {
  let opened = null;

  function open() {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const [each, options] of Object.entries(stores)) request.result.createObjectStore(each, options);
    };
    return asked(request);
  }

  return async function within(names, mode, work) {
    opened ??= open();
    const transaction = (await opened).transaction(names, mode);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const found = await work(...names.map((each) => transaction.objectStore(each)));
    await done;
    return found;
  };
}
