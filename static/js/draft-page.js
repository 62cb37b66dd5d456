// What the page says of the dossier, brought up to date as answers are kept: what it is called, and its parts.
export function renameTo(title) {
  const heading = document.querySelector("[data-title]");
  const former = heading?.textContent ?? title;
  if (former === title) return;
  document.title = document.title.replace(former, () => title);
  for (const place of [heading, document.querySelector(".cc-breadcrumb li:nth-last-child(2) a")]) place.textContent = title;
}

// A part that somebody is in stays as it is until the next time.
export function bringUpToDate(pieces) {
  for (const [name, html] of Object.entries(pieces)) {
    const place = document.querySelector(`[data-piece="${name}"]`);
    if (!place || place.dataset.last === html || place.contains(document.activeElement)) continue;
    place.dataset.last = html;
    place.innerHTML = html;
  }
}
