import type { Schemas } from "../api/client.ts";
import type { LocalizedText } from "../words/texts.ts";

/** What the page carries, so that nothing is asked before the first paint. */
interface Embedded {
  /** The public answer of the event; null where the service did not answer in time. */
  event?: Schemas["EventDetail"] | null;
  /** The kinds of organisations, by code. */
  kinds?: Record<string, LocalizedText>;
}

export const embedded: Embedded = JSON.parse(document.getElementById("embedded")?.textContent ?? "{}") as Embedded;
