import { useEffect, useRef } from "preact/hooks";

interface SubmitProps {
  label: string;
  sendingLabel: string;
  sending: boolean;
  /** The sentence of a request that got no answer; it stands beside the button and takes the focus. */
  failure: string | null;
  kind?: "first" | "second";
}

/** The button that sends a form, and beside it why sending failed. */
export const Submit = ({ label, sendingLabel, sending, failure, kind = "first" }: SubmitProps) => {
  const said = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (failure) said.current?.focus();
  }, [failure]);
  return (
    <div class="buttons">
      {failure ? (
        <p class="error" role="alert" tabIndex={-1} ref={said}>
          {failure}
        </p>
      ) : null}
      <button class={kind} aria-disabled={sending}>
        {sending ? sendingLabel : label}
      </button>
    </div>
  );
};
