import type { ComponentChildren } from "preact";
import { isLanguage, language, LANGUAGES, useLanguage, words, type Language } from "../words/index.ts";

/** The frame of every public page: skip link, brand, languages, and the page's content. */
export const Page = ({ children }: { children: ComponentChildren }) => (
  <>
    <a class="skip" href="#main" onClick={skip}>
      {words.value.shared.skip}
    </a>
    <header>
      <p class="brand">
        <a href="/">{words.value.shared.brand}</a>
      </p>
      <nav aria-label={words.value.shared.languages}>
        <ul class="languages">
          {Object.entries(LANGUAGES).map(([tag, name]) =>
            isLanguage(tag) ? (
              <li key={tag}>
                <a
                  href={inLanguage(tag)}
                  lang={tag}
                  hreflang={tag}
                  aria-current={tag === language.value ? "true" : undefined}
                  onClick={(event) => {
                    event.preventDefault();
                    void change(tag);
                  }}
                >
                  {name}
                </a>
              </li>
            ) : null,
          )}
        </ul>
      </nav>
    </header>
    <main id="main" tabIndex={-1}>
      {children}
    </main>
  </>
);

/** The address of this page in the language. The secret behind the `#` goes along. */
function inLanguage(tag: Language): string {
  const address = new URL(location.href);
  address.searchParams.set("lang", tag);
  return address.href;
}

/** Change the words in place; where they cannot be loaded, the server shows the page in the language. */
async function change(tag: Language): Promise<void> {
  const address = inLanguage(tag);
  try {
    await useLanguage(tag);
    history.replaceState(null, "", address);
  } catch {
    location.assign(address);
  }
}

/** The focus moves; `#main` in the address would overwrite a secret behind the `#`. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
