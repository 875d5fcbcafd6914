import { useEffect, useRef } from "preact/hooks";
import type { FieldError } from "../api/problem.ts";
import { words } from "../words/index.ts";

interface ErrorSummaryProps {
  errors: FieldError[];
  /** The id of the element of a field. */
  idOf: (field: string) => string;
}

/** What is wrong in the form, with a link to each field. It takes the focus whenever there are new errors. */
export const ErrorSummary = ({ errors, idOf }: ErrorSummaryProps) => {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (errors.length) box.current?.focus();
  }, [errors]);
  if (!errors.length) return null;
  return (
    <div ref={box} class="notice bad" tabIndex={-1} role="alert">
      <h2>{words.value.shared.form_errors}</h2>
      <ul>
        {errors.map(({ field, message }) => (
          <li key={`${field} ${message}`}>{field ? <FieldLink id={idOf(field)} text={message} /> : message}</li>
        ))}
      </ul>
    </div>
  );
};

/** A link that moves the focus and leaves the address alone: a secret may stand behind its `#`. */
const FieldLink = ({ id, text }: { id: string; text: string }) => (
  <a
    href={`#${id}`}
    onClick={(event) => {
      event.preventDefault();
      document.getElementById(id)?.focus();
    }}
  >
    {text}
  </a>
);
