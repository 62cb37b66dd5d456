// Says how many characters remain in a text. It never cuts what is typed: the server tells if it is too long.
const words = (left) => {
  const count = `${Math.abs(left).toLocaleString("fr-FR")}\u00a0caractère${Math.abs(left) > 1 ? "s" : ""}`;
  return left >= 0 ? `Encore ${count}.` : `${count} de trop.`;
};

export function startCounters(root = document) {
  for (const counter of root.querySelectorAll("[data-counter]")) {
    const area = document.getElementById(counter.dataset.counter);
    const update = () => {
      const left = Number(counter.dataset.limit) - [...area.value.trim()].length;
      counter.textContent = words(left);
      counter.classList.toggle("is-over", left < 0);
    };
    area.addEventListener("input", update);
    update();
  }
}
