// What the welcome asks of the server.
const LATE_MS = 8000;

// Null when nothing has changed since `stamp`.
export async function asked(address, stamp = "") {
  const headers = { "X-By-Itself": "welcome", ...(stamp && { "If-None-Match": stamp }) };
  const answer = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(LATE_MS) });
  if (answer.status === 304) return null;
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  return { ...(await answer.json()), stamp: answer.headers.get("ETag") };
}

// Whose ticket it is, or why it opens no door, in words.
export async function holderOf(code, address, token) {
  const body = new URLSearchParams({ ticket: code, csrf_token: token });
  const answer = await fetch(address, { method: "POST", body, signal: AbortSignal.timeout(LATE_MS) });
  const found = await answer.json();
  return answer.ok ? found : { message: found.message };
}

export function bodyOf(act) {
  const { id, kind, at, person = "", seen = [], values = {} } = act;
  const body = new URLSearchParams({ act: id, kind, at, person, ...values });
  for (const each of seen) body.append("seen", each);
  return body;
}
