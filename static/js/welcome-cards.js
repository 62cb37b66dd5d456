import { serverNow } from "./server-clock.js";
import { hour } from "./upload-words.js";

// Somebody of the list: who, since when, and the button that checks in or undoes.
export function cardOf(box, person, standing, pressed) {
  const card = box.querySelector("template[data-card]").content.firstElementChild.cloneNode(true);
  const set = (name, text) => (card.querySelector(`[data-${name}]`).textContent = text);
  const button = card.querySelector("button");
  card.dataset.person = person.id;
  card.classList.toggle("is-there", standing.length > 0);
  set("name", person.listed);
  set("body", person.body);
  set("about", `\u00a0: ${person.name}`);
  set("label", standing.length ? "Annuler l’arrivée" : "Accueillir");
  set("hours", hoursOf(standing));
  button.classList.toggle("fr-btn--tertiary", standing.length > 0);
  button.addEventListener("click", pressed);
  return card;
}

export function paragraph(content) {
  const made = document.createElement("p");
  made.append(content);
  return made;
}

function hoursOf(standing) {
  const [first, ...others] = standing.map(([, at]) => hour(at, serverNow()));
  if (!first) return "";
  return others.length ? `Arrivée à ${first}, et de nouveau à ${others.join(", ")}\u00a0: la première heure compte` : `Arrivée à ${first}`;
}
