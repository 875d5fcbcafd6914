import { useEffect, useRef, useState } from "preact/hooks";
import { words } from "../../words/index.ts";

interface CancelFormProps {
  /** Whether another person may get the seat. */
  mayPassOn: boolean;
  onCancel: () => Promise<void>;
}

/** Cancel the registration, after one question. */
export const CancelForm = ({ mayPassOn, onCancel }: CancelFormProps) => {
  const [asked, setAsked] = useState(false);
  const [sending, setSending] = useState(false);
  const question = useRef<HTMLHeadingElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (asked) question.current?.focus();
  }, [asked]);
  const said = words.value.public.self;
  const keep = () => {
    setAsked(false);
    opener.current?.focus();
  };
  const withdraw = async () => {
    if (sending) return;
    setSending(true);
    await onCancel();
    setSending(false);
    setAsked(false);
  };
  return (
    <>
      <div class="buttons">
        <button type="button" class="second" ref={opener} aria-expanded={asked} onClick={() => setAsked(true)}>
          {said.cancel}
        </button>
      </div>
      {asked ? (
        <section class="notice bad" aria-labelledby="sure">
          <h2 id="sure" tabIndex={-1} ref={question}>
            {said.sure}
          </h2>
          {mayPassOn ? <p>{said.sure_hint}</p> : null}
          <div class="buttons">
            <button type="button" class="danger" aria-disabled={sending} onClick={() => void withdraw()}>
              {said.yes}
            </button>
            <button type="button" class="second" onClick={keep}>
              {said.no}
            </button>
          </div>
        </section>
      ) : null}
    </>
  );
};
