// « Déposer dès la fin de l'envoi »: the server does it, at the last byte, whether this page is still there or not.
export class Arming {
  // `sending()`: the file on its way, or null; `token()`: the form's; `changed()`: it is armed, or no longer.
  constructor(box, acts) {
    this.root = box.querySelector("[data-arm]");
    this.acts = acts;
    this.armed = false;
    if (!this.root) return;
    this.on = this.root.querySelector("[data-arm-on]");
    this.off = this.root.querySelector("[data-arm-off]");
    this.on.addEventListener("click", () => this.#ask(true));
    this.off.addEventListener("click", () => this.#ask(false));
  }

  async #ask(wanted) {
    const id = await this.#upload();
    const body = new URLSearchParams(wanted ? {} : { annuler: "oui" });
    const headers = { Accept: "application/json", "X-CSRFToken": this.acts.token() };
    const answer = id && (await fetch(this.root.dataset.arm.replace("ENVOI", id), { method: "POST", headers, body }).catch(() => null));
    this.root.querySelector("[data-arm-failed]").hidden = Boolean(answer?.ok);
    if (answer?.ok) this.#show(wanted);
  }

  // What the server calls the file: known once it has answered the first chunk.
  async #upload() {
    for (let tries = 0; tries < 100; tries += 1) {
      const sending = this.acts.sending();
      if (!sending || sending.address) return sending?.address.split("/").at(-1);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return undefined;
  }

  #show(armed) {
    this.armed = armed;
    this.root.querySelector("[data-armed]").hidden = !armed;
    this.root.querySelector("[data-unarmed]").hidden = armed;
    this.on.hidden = armed;
    this.off.hidden = !armed;
    (armed ? this.off : this.on).focus();
    this.acts.changed();
  }
}
