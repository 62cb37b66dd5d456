// The form of whoever comes without a seat: what is typed becomes an act, and comes back when it is refused.
const FIELDS = ["first_name", "last_name", "administration", "email", "reason"];

export class Newcomer {
  // `box`: the disclosure around the form; `full()`: whether every seat is taken; `refused()`: it is, and no reason
  // was given; `came(act)`: somebody is to be seated.
  constructor(box, { full, refused, came }) {
    Object.assign(this, { box, full, refused, came, form: box.querySelector("form") });
    this.form.addEventListener("submit", (event) => this.#submit(event));
  }

  // What was typed is in the form again, unless somebody else is being typed there.
  giveBack({ values }) {
    this.box.open = true;
    if (FIELDS.some((name) => this.form.elements[name].value)) return;
    for (const name of FIELDS) this.form.elements[name].value = values[name];
  }

  #submit(event) {
    event.preventDefault();
    if (!this.form.reportValidity()) return;
    const values = Object.fromEntries(FIELDS.map((name) => [name, this.form.elements[name].value.trim()]));
    if (this.full() && !values.reason) {
      this.refused();
      this.form.elements.reason.focus();
      return;
    }
    this.form.reset();
    this.came({ kind: "walk_in", name: `${values.first_name} ${values.last_name}`, values });
  }
}
