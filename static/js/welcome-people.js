// Who is expected and who is there, as this device knows it: what the server last told, and what waits here on top of it.
const TICKET = /^(?:https?:\/\/\S{1,200}\/billet\/)?([a-z2-7]{26})(?:\/billet\.pdf)?\/?$/;
const MOST = 40;

export const ticketIn = (text) => TICKET.exec(text.trim())?.[1] ?? "";
export const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// The digest by which a ticket is known again; none outside of HTTPS.
export async function digestOf(code) {
  if (!crypto.subtle) return "";
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class People {
  roll = "";
  #byId = new Map();
  #byTicket = new Map();
  #told = new Map();
  #waiting = [];

  get size() {
    return this.#byId.size;
  }

  takeRoll({ roll, people }) {
    this.roll = roll;
    this.#byId = new Map(people.map(([id, last, first, body]) => [id, { id, name: `${first} ${last}`, listed: `${last} ${first}`, body, folded: fold(`${first} ${last} ${first} ${body}`) }]));
    this.#byTicket = new Map(people.map(([id, , , , ticket]) => [ticket, id]));
  }

  takeArrivals(arrivals) {
    this.#told = new Map();
    for (const [who, act, at] of arrivals) this.#told.set(who, [...(this.#told.get(who) ?? []), [act, at]]);
  }

  takePerson(who, arrivals) {
    this.#told.set(who, arrivals);
  }

  takeWaiting(acts) {
    this.#waiting = acts;
  }

  find(id) {
    return this.#byId.get(id);
  }

  async ofTicket(code) {
    return this.#byTicket.get(await digestOf(code));
  }

  // The arrivals that stand, the first first.
  standing(id) {
    let found = [...(this.#told.get(id) ?? [])];
    for (const act of this.#waiting) {
      if (act.person !== id) continue;
      if (act.kind === "undone") found = found.filter(([each]) => !act.seen.includes(each));
      else if (!found.some(([each]) => each === act.id)) found.push([act.id, act.at]);
    }
    return found.sort((one, other) => one[1] - other[1]);
  }

  get present() {
    const ids = new Set([...this.#told.keys(), ...this.#waiting.map((act) => act.person).filter(Boolean)]);
    return [...ids].filter((id) => this.standing(id).length).length + this.newcomers;
  }

  get newcomers() {
    return this.#waiting.filter((act) => act.kind === "walk_in").length;
  }

  search(words) {
    const wanted = fold(words).split(/\s+/).filter(Boolean);
    const all = wanted.length ? [...this.#byId.values()].filter(({ folded }) => wanted.every((word) => folded.includes(word))) : [];
    return { found: all.slice(0, MOST), more: all.length > MOST };
  }
}
