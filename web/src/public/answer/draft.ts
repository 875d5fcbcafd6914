/** A half-filled answer, kept in this window alone, under the hash of its ticket. */

export type Draft = Record<string, string[]>;

async function keyOf(ticket: string): Promise<string | null> {
  // Over plain HTTP a browser has no SubtleCrypto; then nothing is kept.
  if (!ticket || !globalThis.crypto?.subtle) return null;
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`vipu/draft/${ticket}`));
  return `answer-${Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Keep what the form has now. */
export async function keep(ticket: string, form: HTMLFormElement): Promise<void> {
  const draft: Draft = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value !== "") (draft[name] ??= []).push(value);
  }
  const key = await keyOf(ticket);
  try {
    if (key) sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // The window's storage is full or forbidden: the form itself still holds what was typed.
  }
}

/** What was kept for the ticket; empty where nothing was. */
export async function kept(ticket: string): Promise<Draft> {
  const key = await keyOf(ticket);
  try {
    return key ? (JSON.parse(sessionStorage.getItem(key) ?? "{}") as Draft) : {};
  } catch {
    return {};
  }
}

export async function forget(ticket: string): Promise<void> {
  const key = await keyOf(ticket);
  try {
    if (key) sessionStorage.removeItem(key);
  } catch {
    // Nothing was kept there either.
  }
}
