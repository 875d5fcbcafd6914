import type { ComponentChildren } from "preact";
import { describedBy, ErrorText, HintText } from "./field.tsx";

export interface Option {
  value: string;
  label: ComponentChildren;
  checked?: boolean;
}

interface ChoiceGroupProps {
  /** The id of the first option too, so that a link of the error summary leads to it. */
  id: string;
  legend: string;
  kind: "radio" | "checkbox";
  options: Option[];
  required?: boolean | undefined;
  hint?: string | undefined;
  error?: string | undefined;
  /** Further content between the legend and the options. */
  children?: ComponentChildren;
  layout?: "list" | "scale";
  /** Options below the others, such as "does not concern me" below a scale. */
  after?: Option[];
}

/** A group of radio buttons or checkboxes with its legend. */
export const ChoiceGroup = ({ legend, required, children, layout = "list", after, ...of }: ChoiceGroupProps) => (
  <fieldset aria-describedby={describedBy(of)} aria-invalid={of.error ? true : undefined}>
    <legend>
      {legend}
      {required ? " *" : ""}
    </legend>
    <HintText {...of} />
    <ErrorText {...of} />
    {children}
    <div class={layout}>
      {of.options.map((option, place) => (
        <Choice key={option.value} option={option} kind={of.kind} group={of.id} isFirst={place === 0} />
      ))}
    </div>
    {after?.map((option) => (
      <Choice key={option.value} option={option} kind={of.kind} group={of.id} isFirst={false} />
    ))}
  </fieldset>
);

interface ChoiceProps {
  option: Option;
  kind: ChoiceGroupProps["kind"];
  group: string;
  isFirst: boolean;
}

const Choice = ({ option: { value, label, checked }, kind, group, isFirst }: ChoiceProps) => (
  <label class="choice">
    <input type={kind} id={isFirst ? group : `${group}-${value}`} name={group} value={value} defaultChecked={checked} />
    <span>{label}</span>
  </label>
);
