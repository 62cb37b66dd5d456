// Nothing moves under a pressed pointer: a button that slid away between press and release would miss its click.
let pressed = false;
const waiting = [];

function released() {
  // The click comes after the release, in the same turn.
  setTimeout(() => {
    pressed = false;
    for (const act of waiting.splice(0)) act();
  });
}

document.addEventListener("pointerdown", () => (pressed = true), { capture: true });
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, released, { capture: true });

export function onceReleased(act) {
  if (pressed) waiting.push(act);
  else act();
}
