// What the page says of the network and of what waits here, by the name of its sentence.
export function sentenceOf({ state, left, lasting }) {
  if (left && !lasting) return "memory";
  if (state === "alone" || state === "device") return left ? "device" : "alone";
  if (state === "live" && left) return "sending";
  if (state === "down" && !left) return "alone";
  return state;
}

export const counted = (number) => `${number} saisie${number > 1 ? "s" : ""}`;
