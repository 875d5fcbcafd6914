import { LastWord } from "../../kit/last-word.tsx";
import { Notice, type NoticeProps } from "../../kit/notice.tsx";
import { words } from "../../words/index.ts";
import type { Ending, Reason } from "./asking.ts";

/** Why there is nothing to answer, and the next step. After a form it takes the focus. */
export const EndingNotice = ({ ending, takesFocus }: { ending: Ending; takesFocus: boolean }) => {
  const { text, ...said } = sayings()[ending.reason];
  const Shown = takesFocus ? LastWord : Notice;
  return (
    <div role="status">
      <Shown {...said}>
        <p>{text}</p>
      </Shown>
    </div>
  );
};

function sayings(): Record<Reason, NoticeProps & { text: string }> {
  const { shared } = words.value;
  const { answer } = words.value.public;
  return {
    received: { kind: "good", title: answer.thanks, text: answer.thanks_text },
    before: { kind: "good", title: answer.before, text: answer.before_text },
    closed: { title: answer.closed, text: answer.closed_text },
    mangled: { kind: "bad", title: answer.mangled, text: answer.mangled_text },
    unknown: { kind: "bad", title: answer.unknown, text: answer.unknown_text },
    missing: { kind: "bad", title: answer.missing, text: answer.missing_text },
    not_open: { title: answer.not_open, text: answer.not_open_text },
    no_ticket: { kind: "bad", title: answer.no_ticket, text: answer.use_link },
    busy: { kind: "bad", title: answer.busy, text: shared.try_again },
    failed: { kind: "bad", title: shared.failed_title, text: shared.failed_text },
  };
}
