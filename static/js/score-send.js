import { ActSender } from "./act-sender.js";
import { settle, waiting } from "./score-store.js";

// Sends the scores that wait on this device.
export class Sender extends ActSender {
  constructor({ owner, acts, token, told, stopped }) {
    const store = { waiting: () => waiting(owner), settle };
    const post = (act) => ({ address: acts.replace("/0/", `/${act.number}/`), body: bodyOf(act) });
    super({ lock: "concours-jury-send", store, post, token, told, stopped });
  }
}

function bodyOf(act) {
  const body = new URLSearchParams();
  for (const name of ["field", "device", "counter"]) body.append(name, act[name]);
  body.append("value", act.value);
  for (const each of act.seen) body.append("seen", each);
  return body;
}
