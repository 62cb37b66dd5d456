// On a small screen the menu folds behind its button. Without script it stays in sight.
export function startMenu() {
  const button = document.querySelector(".cc-header__toggle");
  const menu = document.getElementById("menu");
  if (!button || !menu || !menu.children.length) return;
  button.hidden = false;
  menu.classList.add("is-folding");
  const unfold = (open) => button.setAttribute("aria-expanded", String(open));
  button.addEventListener("click", () => unfold(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || button.getAttribute("aria-expanded") !== "true") return;
    unfold(false);
    button.focus();
  });
  document.querySelector('.fr-skiplinks a[href="#menu"]')?.addEventListener("click", () => unfold(true));
}
