import { assetsOf, fetched, keepAssets } from "./page-keeper.js";

// The page itself opens without a network: as the server draws it before any question, without a name in it.
const CACHE = "concours-accueil";

export async function keepPage(worker) {
  if (!("caches" in window) || !navigator.serviceWorker) return;
  const { origin, pathname } = window.location;
  try {
    await navigator.serviceWorker.register(worker, { scope: pathname });
    const cache = await caches.open(CACHE);
    const page = await fetched(origin + pathname);
    await keepAssets(cache, new Set(assetsOf(await page.clone().text())));
    await cache.put(origin + pathname, page);
  } catch {
    // Without it, the page goes on for as long as it stays open.
  }
}
