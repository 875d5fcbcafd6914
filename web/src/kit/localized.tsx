import { language } from "../words/index.ts";
import { localized, type LocalizedText } from "../words/texts.ts";

interface LocalizedProps {
  text: LocalizedText | null | undefined;
  wanted?: string;
}

/** A text of the data in the reader's language, else marked with the language that it is in. */
export const Localized = ({ text, wanted = language.value }: LocalizedProps) => {
  const chosen = localized(text, wanted);
  return chosen.lang === language.value ? <>{chosen.text}</> : <span lang={chosen.lang}>{chosen.text}</span>;
};
