// Two devices gave two answers: both are shown, nothing is overwritten until one is chosen.
export function showConflict(form, act, theirs, chosen) {
  const place = form.querySelector("[data-conflicts]");
  place.querySelector(`[data-conflict-of="${act.field}"]`)?.remove();
  const box = form.querySelector("template[data-conflict]").content.firstElementChild.cloneNode(true);
  const label = form.querySelector(`[data-criterion="${act.field}"] .cj-criterion__label`)?.textContent ?? "Appréciation";
  const [mine, other] = [act.value || "rien", theirs || "rien"];
  box.dataset.conflictOf = act.field;
  box.querySelector("[data-title]").textContent = label;
  box.querySelector("[data-words]").textContent = `Ici : ${mine}. Déjà enregistré depuis un autre appareil : ${other}.`;
  for (const name of ["mine", "theirs"]) {
    box.querySelector(`[data-${name}]`).addEventListener("click", () => {
      box.remove();
      chosen(name === "mine");
    });
  }
  place.append(box);
}
