import { language } from "./index.ts";
import { pick, type Chosen, type LocalizedText } from "./pick.ts";

export type { LocalizedText };

/** The text in the reader's language, else in another one that it has. */
export const localized = (text: LocalizedText | null | undefined, wanted: string = language.value): Chosen =>
  pick(text, wanted);
