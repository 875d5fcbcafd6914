import { api, outcome, type Outcome, type Schemas } from "../../api/client.ts";
import { sentence } from "../../api/problem.ts";
import { useQuery } from "../../api/query.ts";
import { Loading } from "../../kit/loading.tsx";
import { Notice } from "../../kit/notice.tsx";
import { Title } from "../../kit/title.tsx";
import { words } from "../../words/index.ts";
import { localized } from "../../words/texts.ts";
import { LinkForm } from "../registration/link-form.tsx";
import { RegistrationForm } from "../registration/registration-form.tsx";
import { EventFacts } from "./event-facts.tsx";
import { EventState } from "./event-state.tsx";
import { useOpening } from "./opening.ts";

export type Event = Schemas["EventDetail"];

const ask = (slug: string): Promise<Outcome<Event>> =>
  outcome(api.GET("/api/events/v1/events/{ref}", { params: { path: { ref: slug } } }));

interface EventPageProps {
  slug: string;
  /** The answer that the page carries. It may be half a minute old, so it is shown at once and asked again. */
  carried: Event | null;
}

/** An event and its registration form. */
export const EventPage = ({ slug, carried }: EventPageProps) => {
  const first = carried ? ({ ok: true, status: 200, data: carried } as const) : null;
  const { answer, reload } = useQuery(slug, () => ask(slug), first);
  // A line that breaks later leaves what is shown.
  const event = answer?.ok ? answer.data : answer?.status === 404 ? null : carried;
  useOpening(event, reload);
  const said = words.value.public.event;
  if (!answer) return <Loading title={said.title} />;
  if (!event) return <Missing answer={answer} />;
  const takes = ["open", "open_waitlist"].includes(event.registration_state);
  return (
    <>
      <Title text={event.title} />
      <EventState event={event} />
      <EventFacts event={event} />
      {event.description ? <Description text={event.description} /> : null}
      <RegistrationForm event={event} isOpen={takes} onRefusal={reload} />
      {mayHaveRegistered(event) ? <LinkForm slug={event.slug} /> : null}
    </>
  );
};

const Missing = ({ answer }: { answer: Outcome<Event> }) => {
  const said = words.value.public.event;
  const isMissing = answer.status === 404;
  return (
    <>
      <Title text={isMissing ? said.missing : said.title} />
      <Notice kind="bad" title={isMissing ? said.missing_text : sentence(answer)} />
    </>
  );
};

/** No mail is sent about an event that has ended. A postponed one has no date that could be over. */
const mayHaveRegistered = (event: Event): boolean =>
  event.registration_required &&
  event.event_status !== "cancelled" &&
  (event.event_status === "postponed" || new Date(event.ends_at) > new Date(event.server_time));

const Description = ({ text }: { text: Record<string, string> }) => {
  const chosen = localized(text);
  return (
    <div lang={chosen.lang}>
      {chosen.text.split(/\n{2,}/).map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
    </div>
  );
};
