// Sentences stand in the page, in <template data-say="…">, set in French typography; scripts only fill their holes.
export function fill(root, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const hole of root.querySelectorAll(`[data-fill="${name}"]`)) {
      if (hole.textContent !== value) hole.textContent = value;
    }
  }
}

export function sentence(box, name, values = {}) {
  const content = box.querySelector(`template[data-say="${name}"]`).content.cloneNode(true);
  fill(content, values);
  return content;
}

// A reason is the name of a sentence of the page, or the server's own sentence.
export function reasonText(box, reason) {
  return box.querySelector(`template[data-say="${reason}"]`) ? sentence(box, reason).textContent : reason;
}
