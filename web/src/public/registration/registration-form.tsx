import { useRef, useState } from "preact/hooks";
import { api, outcome, type Schemas } from "../../api/client.ts";
import { AttemptKey } from "../../api/keys.ts";
import { fieldErrors, sentence, type FieldError } from "../../api/problem.ts";
import { ErrorSummary } from "../../kit/error-summary.tsx";
import { LastWord } from "../../kit/last-word.tsx";
import { Submit } from "../../kit/submit.tsx";
import { fill } from "../../words/fill.ts";
import { words } from "../../words/index.ts";
import { calendarOf } from "../event/event-facts.tsx";
import type { Event } from "../event/event.tsx";
import { OrganisationField, organisationIdOf } from "./organisation-field.tsx";
import { PersonFields } from "./person-fields.tsx";

type Body = Schemas["RegistrationCreate"];
type OrganisationKind = NonNullable<Body["organisation_kind"]> | null;
type PartMode = NonNullable<Body["mode"]>;

const FIELDS: ReadonlySet<string> = new Set([
  "name",
  "email",
  "organisation",
  "organisation_kind",
  "mode",
  "language",
  "privacy_accepted",
]);
const NOT_KNOWN_YET = "not-known-yet";

interface RegistrationFormProps {
  event: Event;
  /** Whether people can register now; after a registration its confirmation stays in any case. */
  isOpen: boolean;
  /** Called after a refusal, because the state of the event may have changed. */
  onRefusal: () => void;
}

/** The registration form of an event. What is typed stays through every failure and change of language. */
export const RegistrationForm = ({ event, isOpen, onRefusal }: RegistrationFormProps) => {
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const key = useRef(new AttemptKey());
  const said = words.value.public.registration;

  const send = async (body: Body) => {
    setSending(true);
    let answer = await register(event.slug, key.current.of(body), body);
    if (!answer.ok && answer.problem?.code === NOT_KNOWN_YET) {
      // An organisation that is new in the registry is recognised later by its name.
      answer = await register(event.slug, key.current.of({ ...body, organisation_id: null }), {
        ...body,
        organisation_id: null,
      });
    }
    setSending(false);
    if (answer.ok) setSentTo(body.email);
    else if (answer.problem?.errors.length) setErrors(fieldErrors(answer.problem, FIELDS));
    else {
      setFailure(sentence(answer));
      if (answer.status === 409) onRefusal();
    }
  };

  if (sentTo !== null) {
    return (
      <LastWord kind="good" title={said.received}>
        <p>{fill(said.mailed, { email: sentTo })}</p>
        <p>
          <a href={calendarOf(event.slug)}>{words.value.public.event.calendar}</a>
        </p>
      </LastWord>
    );
  }
  if (!isOpen) return null;
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message;
  return (
    <form
      noValidate
      aria-labelledby="form-title"
      onSubmit={(submitted) => {
        submitted.preventDefault();
        if (sending) return;
        const form = submitted.currentTarget;
        const wrong = wrongFields(form, event);
        setFailure(null);
        setErrors(wrong);
        if (!wrong.length) void send(bodyOf(form, event));
      }}
    >
      <h2 id="form-title">{said.register}</h2>
      <ErrorSummary errors={errors} idOf={(field) => field} />
      <p class="hint">{words.value.shared.form_required}</p>
      <PersonFields
        event={event}
        errorOf={errorOf}
        organisation={<OrganisationField error={errorOf("organisation")} />}
      />
      <Submit label={said.send} sendingLabel={said.sending} sending={sending} failure={failure} />
    </form>
  );
};

const register = (slug: string, key: string, body: Body) =>
  outcome(
    api.POST("/api/events/v1/events/{ref}/registrations", {
      params: { path: { ref: slug }, header: { "Idempotency-Key": key } },
      body,
    }),
  );

function wrongFields(form: HTMLFormElement, event: Event): FieldError[] {
  const said = words.value.public.registration;
  const data = new FormData(form);
  const wrong: FieldError[] = [];
  if (!textOf(data, "name")) wrong.push({ field: "name", message: said.name_missing });
  const email = form.elements.namedItem("email");
  if (!textOf(data, "email")) wrong.push({ field: "email", message: said.email_missing });
  else if (email instanceof HTMLInputElement && !email.validity.valid) {
    wrong.push({ field: "email", message: said.email_wrong });
  }
  if (event.mode === "hybrid" && !data.has("mode")) wrong.push({ field: "mode", message: said.mode_missing });
  if (!data.has("privacy_accepted")) wrong.push({ field: "privacy_accepted", message: said.privacy_missing });
  return wrong;
}

function bodyOf(form: HTMLFormElement, event: Event): Body {
  const data = new FormData(form);
  const organisation = textOf(data, "organisation");
  return {
    name: textOf(data, "name"),
    email: textOf(data, "email"),
    organisation: organisation || null,
    organisation_id: organisationIdOf(organisation),
    organisation_kind: (textOf(data, "organisation_kind") || null) as OrganisationKind,
    language: textOf(data, "language"),
    mode: event.mode === "hybrid" ? (textOf(data, "mode") as PartMode) : null,
    privacy_accepted: true,
  };
}

const textOf = (data: FormData, field: string): string => String(data.get(field) ?? "").trim();
