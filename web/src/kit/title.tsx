import { useEffect } from "preact/hooks";
import type { LocalizedText } from "../words/texts.ts";
import { localized } from "../words/texts.ts";
import { language, words } from "../words/index.ts";

/** The page's heading, and with it the title of the window. */
export const Title = ({ text, after }: { text: LocalizedText | string; after?: string }) => {
  const shown = typeof text === "string" ? { text, lang: language.value } : localized(text);
  const title = [shown.text, after, words.value.shared.brand].filter(Boolean).join(" – ");
  useEffect(() => {
    document.title = title;
  }, [title]);
  return <h1 lang={shown.lang === language.value ? undefined : shown.lang}>{shown.text}</h1>;
};
