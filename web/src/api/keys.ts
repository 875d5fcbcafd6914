/** A random UUID of version 4, also where the page came over plain HTTP and `crypto.randomUUID` is missing. */
export function uuid4(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The Idempotency-Key of a form: it lasts as long as the content of the form stays the same. */
export class AttemptKey {
  private key = uuid4();
  private content = "";

  /** The key for this content. Sending the same again, after a broken line, has the same key. */
  of(content: unknown): string {
    const now = JSON.stringify(content);
    if (now !== this.content) {
      this.key = uuid4();
      this.content = now;
    }
    return this.key;
  }
}
