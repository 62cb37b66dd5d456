// Keeps a page on this device with what it needs: its style sheets, its scripts, and those that they import.
const IMPORTED = /(?:from|import)\s*"(\.\/[^"]+)"/g;

export async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) throw new Error(address);
  return answer;
}

export function assetsOf(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const found = [...page.querySelectorAll("link[rel=stylesheet], script[src]")];
  return found.map((each) => new URL(each.getAttribute("href") ?? each.getAttribute("src"), window.location).href);
}

// A script brings those that it imports.
export async function keepAssets(cache, assets) {
  for (const each of assets) {
    const answer = await fetched(each);
    if (each.endsWith(".js") && !each.includes("/vendor/")) {
      for (const [, name] of (await answer.clone().text()).matchAll(IMPORTED)) assets.add(new URL(name, each).href);
    }
    await cache.put(each, answer);
  }
}
