import type { ComponentChildren } from "preact";

interface Described {
  id: string;
  hint?: string | undefined;
  error?: string | undefined;
}

/** The ids of the hint and of the error of a field, for `aria-describedby`. */
export const describedBy = ({ id, hint, error }: Described): string | undefined =>
  [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;

export const ErrorText = ({ id, error }: Described) =>
  error ? (
    <p class="error" id={`${id}-error`}>
      {error}
    </p>
  ) : null;

export const HintText = ({ id, hint }: Described) =>
  hint ? (
    <p class="hint" id={`${id}-hint`}>
      {hint}
    </p>
  ) : null;

export interface FieldProps extends Described {
  label: string;
  required?: boolean | undefined;
  children: ComponentChildren;
}

/** A label above a field, with its hint and its error; the field itself carries `describedBy` of the same. */
export const Field = ({ id, label, required, hint, error, children }: FieldProps) => (
  <div class="field">
    <label for={id}>
      {label}
      {required ? " *" : ""}
    </label>
    <HintText id={id} hint={hint} />
    <ErrorText id={id} error={error} />
    {children}
  </div>
);

interface TextFieldProps extends Omit<FieldProps, "children"> {
  type?: "text" | "email";
  inputMode?: "email" | "decimal" | undefined;
  autoComplete?: string;
  maxLength?: number | undefined;
  list?: string;
  onInput?: (value: string) => void;
  defaultValue?: string | undefined;
  name?: string;
}

/** One line of text. What is typed stays in the element, so a change of language leaves it alone. */
export const TextField = ({ onInput, type = "text", name, autoComplete, list, ...field }: TextFieldProps) => (
  <Field {...field}>
    <input
      id={field.id}
      name={name ?? field.id}
      type={type}
      required={field.required}
      inputMode={field.inputMode}
      maxLength={field.maxLength}
      defaultValue={field.defaultValue}
      aria-describedby={describedBy(field)}
      aria-invalid={field.error ? true : undefined}
      {...(autoComplete ? { autoComplete } : {})}
      {...(list ? { list } : {})}
      {...(onInput ? { onInput: (event) => onInput(event.currentTarget.value) } : {})}
    />
  </Field>
);
