/** A text of the data, by language. */
export type LocalizedText = Record<string, string>;

export interface Chosen {
  text: string;
  lang: string;
}

const FALLBACK = ["fi", "sv", "en"];

/** The text in the wanted language, else Finnish, Swedish, English, any; `lang` is the language that it is in. */
export function pick(text: LocalizedText | null | undefined, wanted: string): Chosen {
  const chosen = [wanted, ...FALLBACK, ...Object.keys(text ?? {})].find((tag) => text?.[tag] !== undefined);
  return { text: (chosen && text?.[chosen]) || "", lang: chosen ?? wanted };
}
