import { Localized } from "../../kit/localized.tsx";
import { Notice } from "../../kit/notice.tsx";
import { fill } from "../../words/fill.ts";
import { words } from "../../words/index.ts";
import { moment } from "../../words/times.ts";
import type { Event } from "./event.tsx";

/** What a person can do about the event now; nothing is said while registration is simply open. */
export const EventState = ({ event }: { event: Event }) => (
  <div role="status">
    {event.marked_as === "invented" ? <p>{words.value.public.event.invented}</p> : null}
    <RegistrationState event={event} />
  </div>
);

const RegistrationState = ({ event }: { event: Event }) => {
  const said = words.value.public.event;
  switch (event.registration_state) {
    case "open":
      return null;
    case "open_waitlist":
      return (
        <Notice title={said.waitlist_title}>
          <p>{said.waitlist_text}</p>
        </Notice>
      );
    case "not_open":
      return (
        <Notice title={said.not_open}>
          {event.registration_opens_at ? (
            <p>{fill(said.opens, { time: moment(event.registration_opens_at, event.time_zone) })}</p>
          ) : null}
        </Notice>
      );
    case "full":
      return <Notice title={said.full} />;
    case "cancelled":
      return (
        <Notice kind="bad" title={said.cancelled}>
          {event.cancel_reason ? (
            <p>
              <Localized text={event.cancel_reason} />
            </p>
          ) : null}
        </Notice>
      );
    case "none_required":
      return <Notice title={said.none_required} />;
    case "closed":
      return event.event_status === "postponed" ? (
        <Notice title={said.postponed}>
          <p>{said.new_date}</p>
        </Notice>
      ) : (
        <Notice title={said.closed} />
      );
  }
};
