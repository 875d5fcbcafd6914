import { useRef, useState } from "preact/hooks";
import { api, outcome } from "../../api/client.ts";
import { TextField } from "../../kit/field.tsx";
import { words } from "../../words/index.ts";
import { localized } from "../../words/texts.ts";

const SHORTEST = 2;
const LONGEST = 100;
const PAUSE_MS = 250;
const LIST = "organisations";

// The names that the registry has for what was typed: text → id, or null where two organisations have the name.
const known = new Map<string, string | null>();

/** The organisation that the text chooses. Two of one name look the same in the list, so neither is chosen by it. */
export const organisationIdOf = (typed: string): string | null => known.get(typed) ?? null;

function remember(name: string, id: string): void {
  known.set(name, !known.has(name) || known.get(name) === id ? id : null);
}

/** The organisation in the person's own words; names of the registry are offered while they type. */
export const OrganisationField = ({ error }: { error: string | undefined }) => {
  const [offered, setOffered] = useState<string[]>([]);
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const offer = async (typed: string) => {
    const asked = api.GET("/api/registry/v1/organisations/names", {
      params: { query: { q: typed.slice(0, LONGEST) } },
    });
    const answer = await outcome(asked);
    if (!answer.ok) return;
    const names = answer.data.items.map(({ id, name }) => ({ id, name: localized(name).text }));
    for (const { id, name } of names) remember(name, id);
    setOffered([...new Set(names.map(({ name }) => name))]);
  };
  return (
    <>
      <TextField
        id="organisation"
        label={words.value.public.registration.organisation}
        error={error}
        autoComplete="organization"
        maxLength={300}
        list={LIST}
        onInput={(value) => {
          clearTimeout(pause.current);
          const typed = value.trim();
          if (typed.length >= SHORTEST && !known.has(typed))
            pause.current = setTimeout(() => void offer(typed), PAUSE_MS);
        }}
      />
      <datalist id={LIST}>
        {offered.map((name) => (
          <option value={name} key={name}>
            {name}
          </option>
        ))}
      </datalist>
    </>
  );
};
