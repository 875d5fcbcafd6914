import { Facts } from "../../kit/facts.tsx";
import { Localized } from "../../kit/localized.tsx";
import { words } from "../../words/index.ts";
import { moment, span } from "../../words/times.ts";
import { localized } from "../../words/texts.ts";
import type { Event } from "./event.tsx";

type Held = Pick<Event, "event_status" | "starts_at" | "ends_at" | "time_zone" | "mode" | "venue" | "address">;

/** When the event is; while it is postponed it has no time. */
export const when = (event: Held): string =>
  event.event_status === "postponed"
    ? words.value.public.event.new_date
    : span(event.starts_at, event.ends_at, event.time_zone);

/** Where the event is. */
export function where(event: Held): string {
  const { online, or_online } = words.value.public.event;
  if (event.mode === "online") return online;
  return [localized(event.venue).text, event.address, event.mode === "hybrid" ? or_online : ""]
    .filter(Boolean)
    .join(", ");
}

export const calendarOf = (slug: string): string => `/api/events/v1/events/${encodeURIComponent(slug)}/calendar.ics`;

export const EventFacts = ({ event }: { event: Event }) => {
  const said = words.value.public.event;
  const closes = event.registration_required && event.event_status !== "postponed" && event.registration_closes_at;
  return (
    <Facts
      facts={[
        [said.when, when(event)],
        [said.where, where(event)],
        [said.organiser, event.organiser ? <Localized text={event.organiser.name} /> : ""],
        [said.contact, event.contact_email ? <MailTo address={event.contact_email} /> : ""],
        [said.seats, event.registration_required && event.seats_left !== null ? String(event.seats_left) : ""],
        [said.closes, closes ? moment(closes, event.time_zone) : ""],
      ]}
    />
  );
};

const MailTo = ({ address }: { address: string }) => (
  <a href={`mailto:${encodeURIComponent(address).replace("%40", "@")}`}>{address}</a>
);
