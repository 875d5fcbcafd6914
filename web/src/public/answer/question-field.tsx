import { ChoiceGroup, type Option } from "../../kit/choice.tsx";
import { describedBy, Field, TextField } from "../../kit/field.tsx";
import { words } from "../../words/index.ts";
import { localized } from "../../words/texts.ts";
import type { Question } from "./asking.ts";
import type { Draft } from "./draft.ts";
import { fieldId } from "./values.ts";

interface QuestionFieldProps {
  question: Question;
  /** The language of the form. */
  shown: string;
  draft: Draft;
  error: string | undefined;
}

/** One question of a survey, or a text between questions. */
export const QuestionField = ({ question, shown, draft, error }: QuestionFieldProps) => {
  const label = localized(question.label, shown).text;
  const hint = question.help ? localized(question.help, shown).text : undefined;
  if (question.type === "info") {
    return (
      <div class="field">
        <p>{label}</p>
        {hint ? <p class="hint">{hint}</p> : null}
      </div>
    );
  }
  const id = fieldId(question);
  const kept = draft[id] ?? [];
  const of = { id, required: question.required, hint, error };
  const chosen = (options: Omit<Option, "checked">[]): Option[] =>
    options.map((option) => ({ ...option, checked: kept.includes(option.value) }));
  switch (question.type) {
    case "scale":
    case "nps": {
      const [low, high] = question.type === "nps" ? [0, 10] : [question.min, question.max];
      const numbers = Array.from({ length: high - low + 1 }, (_, step) => String(low + step));
      const options = numbers.map((value) => ({ value, label: value }));
      const na = question.type === "scale" && question.allows_na;
      return (
        <ChoiceGroup
          {...of}
          legend={label}
          kind="radio"
          layout="scale"
          options={chosen(options)}
          after={na ? chosen([{ value: "na", label: words.value.public.answer.na }]) : []}
        >
          <Ends low={low} high={high} question={question} shown={shown} />
        </ChoiceGroup>
      );
    }
    case "single":
    case "multi": {
      const options = question.choices.map((choice) => ({
        value: choice.id,
        label: localized(choice.label, shown).text,
      }));
      const kind = question.type === "single" ? "radio" : "checkbox";
      return <ChoiceGroup {...of} legend={label} kind={kind} options={chosen(options)} />;
    }
    case "long_text":
      return (
        <Field {...of} label={label}>
          <textarea
            id={id}
            name={id}
            maxLength={question.max_length}
            defaultValue={kept[0]}
            aria-describedby={describedBy(of)}
            aria-invalid={error ? true : undefined}
          />
        </Field>
      );
    case "text":
      return <TextField {...of} label={label} maxLength={question.max_length} defaultValue={kept[0]} />;
    case "number": {
      const unit = question.unit ? ` (${localized(question.unit, shown).text})` : "";
      return <TextField {...of} label={label + unit} inputMode="decimal" defaultValue={kept[0]} />;
    }
  }
};

interface EndsProps {
  low: number;
  high: number;
  question: Extract<Question, { type: "scale" | "nps" }>;
  shown: string;
}

/** The meaning of both ends of a scale. */
const Ends = ({ low, high, question, shown }: EndsProps) =>
  question.min_label || question.max_label ? (
    <div class="ends">
      <span>{`${low} = ${localized(question.min_label, shown).text || low}`}</span>
      <span>{`${high} = ${localized(question.max_label, shown).text || high}`}</span>
    </div>
  ) : null;
