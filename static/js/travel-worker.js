// Serves, where the network does not, what the device was asked to keep, and nothing else. Films come from the device first.
const CACHE = "concours-jury";
const FILE = /\/oeuvres\/\d+\/media\/[a-z]+-\d+$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  event.respondWith(FILE.test(address.pathname) && !address.search ? file(request, address) : page(request, address));
});

const kept = async (address) => (await caches.has(CACHE)) && (await caches.open(CACHE)).match(address.origin + address.pathname);

async function page(request, address) {
  try {
    return await fetch(request);
  } catch (failure) {
    const found = await kept(address);
    if (found) return found;
    throw failure;
  }
}

async function file(request, address) {
  const found = await kept(address);
  if (!found) return fetch(request);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("Range") ?? "");
  if (!range) return found;
  const whole = await found.blob();
  const start = Number(range[1]);
  const stop = range[2] ? Math.min(Number(range[2]) + 1, whole.size) : whole.size;
  return new Response(whole.slice(start, stop), {
    status: 206,
    headers: { "Content-Type": found.headers.get("Content-Type"), "Content-Range": `bytes ${start}-${stop - 1}/${whole.size}`, "Content-Length": String(stop - start) },
  });
}
