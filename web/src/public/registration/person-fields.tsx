import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ChoiceGroup } from "../../kit/choice.tsx";
import { describedBy, ErrorText, Field, TextField } from "../../kit/field.tsx";
import { language, LANGUAGES, words } from "../../words/index.ts";
import { localized } from "../../words/texts.ts";
import { embedded } from "../embedded.ts";
import type { Event } from "../event/event.tsx";

interface PersonFieldsProps {
  event: Event;
  errorOf: (field: string) => string | undefined;
  organisation: ComponentChildren;
}

/** The fields of a registration. */
export const PersonFields = ({ event, errorOf, organisation }: PersonFieldsProps) => {
  const said = words.value.public.registration;
  return (
    <>
      <TextField id="name" label={said.name} required autoComplete="name" maxLength={200} error={errorOf("name")} />
      <TextField
        id="email"
        type="email"
        inputMode="email"
        label={said.email}
        hint={said.email_hint}
        required
        autoComplete="email"
        maxLength={254}
        error={errorOf("email")}
      />
      {organisation}
      <Field id="organisation_kind" label={said.kind} error={errorOf("organisation_kind")}>
        <select id="organisation_kind" name="organisation_kind">
          <option value="">{said.kind_none}</option>
          {Object.entries(embedded.kinds ?? {}).map(([kind, name]) => (
            <option value={kind} key={kind}>
              {localized(name).text}
            </option>
          ))}
        </select>
      </Field>
      {event.mode === "hybrid" ? (
        <ChoiceGroup
          id="mode"
          legend={said.mode}
          kind="radio"
          required
          error={errorOf("mode")}
          options={[
            { value: "onsite", label: said.mode_onsite },
            { value: "online", label: said.mode_online },
          ]}
        />
      ) : null}
      <MailLanguage label={said.language} />
      <Privacy error={errorOf("privacy_accepted")} />
    </>
  );
};

/** The language of the mails: that of the page, until the person chooses one. */
const MailLanguage = ({ label }: { label: string }) => {
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Field id="language" label={label}>
      <select
        id="language"
        name="language"
        value={chosen ?? language.value}
        onChange={(event) => setChosen(event.currentTarget.value)}
      >
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <option value={tag} lang={tag} key={tag}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  );
};

const Privacy = ({ error }: { error: string | undefined }) => {
  const said = words.value.public.registration;
  const id = "privacy_accepted";
  return (
    <div class="field">
      <details>
        <summary>{said.privacy_title}</summary>
        <p>{said.privacy_text}</p>
      </details>
      <ErrorText id={id} error={error} />
      <label class="choice" for={id}>
        <input
          type="checkbox"
          id={id}
          name={id}
          required
          aria-describedby={describedBy({ id, error })}
          aria-invalid={error ? true : undefined}
        />
        <span>{said.privacy} *</span>
      </label>
    </div>
  );
};
