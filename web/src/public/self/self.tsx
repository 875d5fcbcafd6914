import { useState } from "preact/hooks";
import { api, outcome, type Outcome, type Schemas } from "../../api/client.ts";
import { sentence } from "../../api/problem.ts";
import { useQuery } from "../../api/query.ts";
import { Facts } from "../../kit/facts.tsx";
import { Loading } from "../../kit/loading.tsx";
import { Notice } from "../../kit/notice.tsx";
import { Title } from "../../kit/title.tsx";
import { words } from "../../words/index.ts";
import { moment } from "../../words/times.ts";
import { calendarOf, when, where } from "../event/event-facts.tsx";
import { useSecret } from "../secret.ts";
import { CancelForm } from "./cancel-form.tsx";
import { SelfState } from "./self-state.tsx";

export type Mine = Schemas["RegistrationSelf"];

const PATH = "/api/events/v1/registrations/self";

const read = (secret: string): Promise<Outcome<Mine>> =>
  outcome(api.GET(PATH, { params: { header: { "X-Manage-Token": secret } } }));

const cancel = (secret: string): Promise<Outcome<Mine>> =>
  outcome(api.DELETE(PATH, { params: { header: { "X-Manage-Token": secret } } }));

/** Your own registration: see it, cancel it. The secret stands behind the `#` and goes only into a header. */
export const Self = () => {
  const secret = useSecret();
  const { answer, replace } = useQuery(secret, () => read(secret));
  const [failure, setFailure] = useState<string | null>(null);
  const said = words.value.public.self;
  if (secret && !answer) return <Loading title={said.title} />;
  if (!answer?.ok) return <NoLink answer={answer} />;
  const mine = answer.data;
  const withdraw = async () => {
    const cancelled = await cancel(secret);
    if (cancelled.ok) replace(cancelled);
    setFailure(cancelled.ok ? null : sentence(cancelled));
    document.getElementById("main")?.focus();
  };
  return (
    <>
      <Title text={mine.event.title} after={said.title} />
      <SelfState mine={mine} />
      <MyFacts mine={mine} />
      {failure ? (
        <p class="error" role="alert">
          {failure}
        </p>
      ) : null}
      {mine.can_cancel ? <CancelForm mayPassOn={mine.state === "confirmed"} onCancel={withdraw} /> : null}
    </>
  );
};

const NoLink = ({ answer }: { answer: Outcome<Mine> | null }) => {
  const said = words.value.public.self;
  const isWrong = !answer || answer.status === 404 || answer.status === 422;
  return (
    <>
      <Title text={said.title} />
      <Notice kind="bad" title={isWrong ? said.no_link : sentence(answer)}>
        {isWrong ? <p>{said.use_link}</p> : null}
      </Notice>
    </>
  );
};

const MyFacts = ({ mine }: { mine: Mine }) => {
  const { event, registration, self } = words.value.public;
  const live = mine.state !== "cancelled" && !["cancelled", "postponed"].includes(mine.event.event_status);
  const until = mine.can_cancel && mine.cancel_until_at ? moment(mine.cancel_until_at, mine.event.time_zone) : "";
  return (
    <Facts
      facts={[
        [event.when, when(mine.event)],
        [event.where, where(mine.event)],
        [registration.name, mine.name],
        [registration.email, mine.email],
        [registration.organisation, mine.organisation],
        [self.until, until],
        [event.online, isHttps(mine.join_url) ? <JoinLink href={mine.join_url} /> : ""],
        [event.calendar_term, live ? <a href={calendarOf(mine.event.slug)}>{event.calendar}</a> : ""],
      ]}
    />
  );
};

const isHttps = (address: string | null): address is string => address?.startsWith("https://") ?? false;

const JoinLink = ({ href }: { href: string }) => (
  <a href={href} rel="noreferrer">
    {words.value.public.self.join}
  </a>
);
