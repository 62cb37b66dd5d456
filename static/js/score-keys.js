// Scores by the keyboard: a digit scores the criterion that has the focus and moves on; 1 then 0 makes 10.
const TEN_MS = 900;

export function watchKeys(form, { score, next, undo }) {
  const criteria = [...form.querySelectorAll("[data-criterion]")];
  let one = null; // the criterion that has just had its 1

  const focus = (criterion) => {
    const radio = criterion?.querySelector("input:checked") ?? criterion?.querySelector("input");
    (radio ?? form.querySelector('[name="then"][value="next"]')).focus();
  };

  form.addEventListener("keydown", (event) => {
    if (event.target.matches("textarea, select") || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.key.toLowerCase() === "z") {
        event.preventDefault();
        undo();
      }
      return;
    }
    if (event.key === "Enter" && event.target.matches("input[type=radio]")) {
      event.preventDefault();
      next();
    }
    if (!/^\d$/.test(event.key)) return;
    const here = event.target.closest("[data-criterion]");
    const ten = event.key === "0" && one && event.timeStamp - one.at < TEN_MS && has(one.criterion, 10) ? one.criterion : null;
    const criterion = ten ?? here;
    if (!criterion) return;
    event.preventDefault();
    const value = ten ? 10 : Number(event.key);
    one = value === 1 ? { criterion, at: event.timeStamp } : null;
    if (!has(criterion, value)) return;
    score(criterion, value);
    focus(criteria[criteria.indexOf(criterion) + 1]);
  });
  return { begin: () => focus(criteria.find((each) => !each.querySelector("input:checked")) ?? criteria[0]) };
}

const has = (criterion, value) => Boolean(criterion.querySelector(`input[value="${value}"]`));
