import { startCounters } from "./counter.js";
import { startCountdowns } from "./countdown.js";

// Puts the main part of a fetched page in the place of the present one. What must not stop goes over: a countdown as it
// runs; a part of the page's scripts, by the starter that it gave here.
const starters = [];

export function onShown(starter) {
  starters.push(starter);
}

// Null for a page that is refused, undefined when nobody answers.
export async function fetchPage(address) {
  const answer = await fetch(address).catch(() => undefined);
  if (!answer?.ok) return answer && null;
  return parsed(await answer.text());
}

export const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

export function showPage(page) {
  const before = document.querySelector("main");
  const main = document.adoptNode(page.querySelector("main"));
  const running = [...before.querySelectorAll("[data-countdown]")];
  for (const box of main.querySelectorAll("[data-countdown]")) {
    const same = running.find((each) => each.dataset.countdown === box.dataset.countdown);
    if (same) box.replaceWith(same);
    else startCountdowns(box.parentElement);
  }
  before.replaceWith(main);
  document.title = page.title;
  window.htmx?.process(main);
  startCounters(main);
  for (const starter of starters) starter(main);
  return main;
}
