// Opens the page of the welcome where there is no network, with what it needs, and nothing else.
const CACHE = "concours-accueil";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method === "GET" && address.origin === self.location.origin) event.respondWith(found(event.request, address));
});

async function found(request, address) {
  try {
    return await fetch(request);
  } catch (failure) {
    const kept = (await caches.has(CACHE)) && (await (await caches.open(CACHE)).match(address.origin + address.pathname));
    if (kept) return kept;
    throw failure;
  }
}
