import type { FieldError } from "../../api/problem.ts";
import { words } from "../../words/index.ts";
import { localized } from "../../words/texts.ts";
import { number } from "./number.ts";
import type { Answerable, Survey, Value } from "./asking.ts";

export const fieldId = ({ id }: { id: string }): string => `q-${id}`;

export const answerable = (survey: Survey): Answerable[] =>
  survey.definition.questions.filter((question) => question.type !== "info");

/** What the form answers to a question; null where it answers nothing, NaN where a number is none. */
export function valueOf(question: Answerable, data: FormData): Value {
  if (question.type === "multi") {
    const chosen = data.getAll(fieldId(question)).map(String);
    return chosen.length ? chosen : null;
  }
  const text = String(data.get(fieldId(question)) ?? "").trim();
  if (text === "" || text === "na") return text || null;
  switch (question.type) {
    case "scale":
    case "nps":
      return Number(text);
    case "number":
      return number(text);
    default:
      return text;
  }
}

/** The answers to send, by question. */
export function answersOf(survey: Survey, data: FormData): Record<string, Value> {
  const values = answerable(survey).map((question) => [question.id, valueOf(question, data)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== null));
}

/** The questions that are not answered rightly, each with a sentence that names it. */
export function wrongIn(survey: Survey, data: FormData, shown: string): FieldError[] {
  const said = words.value.public.answer;
  return answerable(survey).flatMap((question) => {
    const value = valueOf(question, data);
    const title = localized(question.label, shown).text;
    if (value === null && question.required) return [{ field: question.id, message: `${title}: ${said.required}` }];
    return Number.isNaN(value) ? [{ field: question.id, message: `${title}: ${said.number}` }] : [];
  });
}
