import { signal } from "@preact/signals";
import type fi from "./fi.json";

export type Words = typeof fi;
export type Language = "fi" | "sv" | "en";

export const LANGUAGES: Record<Language, string> = { fi: "Suomi", sv: "Svenska", en: "English" };

const FILES: Record<Language, () => Promise<{ default: Words }>> = {
  fi: () => import("./fi.json"),
  sv: () => import("./sv.json"),
  en: () => import("./en.json"),
};

/** The language of the page, and its words. `useLanguage` sets both before the first screen is shown. */
export const language = signal<Language>("fi");
export const words = signal<Words>({} as Words);

export const isLanguage = (tag: string | null | undefined): tag is Language =>
  tag === "fi" || tag === "sv" || tag === "en";

/** Show everything in the language; what people have typed stays. Rejects when its words cannot be loaded. */
export async function useLanguage(chosen: Language): Promise<void> {
  const { default: loaded } = await FILES[chosen]();
  words.value = loaded;
  language.value = chosen;
  document.documentElement.lang = chosen;
}
