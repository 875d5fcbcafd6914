import { Notice } from "../../kit/notice.tsx";
import { fill } from "../../words/fill.ts";
import { words } from "../../words/index.ts";
import type { Mine } from "./self.tsx";

/** Whether you have a seat, wait for one, or have none any more. */
export const SelfState = ({ mine }: { mine: Mine }) => (
  <div role="status">
    <State mine={mine} />
  </div>
);

const State = ({ mine }: { mine: Mine }) => {
  const { event, self } = words.value.public;
  if (mine.event.event_status === "cancelled") return <Notice kind="bad" title={event.cancelled} />;
  const postponed = mine.event.event_status === "postponed" ? `${event.postponed}. ${event.new_date}` : null;
  switch (mine.state) {
    case "confirmed":
      return (
        <Notice kind="good" title={event.confirmed}>
          {postponed ? <p>{postponed}</p> : null}
        </Notice>
      );
    case "waitlisted":
      return (
        <Notice title={event.queued}>
          <p>{fill(event.queue_place, { place: mine.queue_place ?? "" })}</p>
          {postponed ? <p>{postponed}</p> : null}
        </Notice>
      );
    case "cancelled":
      return mine.cancelled_by === "organiser" ? (
        <Notice title={self.cancelled_by_organiser}>{mine.cancel_reason ? <p>{mine.cancel_reason}</p> : null}</Notice>
      ) : (
        <Notice title={self.cancelled} />
      );
  }
};
