import type { Outcome, Problem } from "./client.ts";
import { words } from "../words/index.ts";

/** A sentence about one field, or about the form as a whole where `field` is null. */
export interface FieldError {
  field: string | null;
  message: string;
}

/** The wrong fields that the service names; `fields` are the names that the form has. */
export function fieldErrors(problem: Problem, fields: ReadonlySet<string>): FieldError[] {
  return problem.errors.map(({ pointer, message }) => {
    const field = pointer.split("/").at(-1) ?? "";
    return { field: fields.has(field) ? field : null, message };
  });
}

/** The sentence that says why a request failed, and what to do. */
export function sentence(answer: Outcome<unknown>): string {
  const { failed_title, failed_text, try_again } = words.value.shared;
  if (answer.ok || !answer.problem) return `${failed_title}. ${failed_text}`;
  const { title, retryable } = answer.problem;
  return retryable || answer.status === 429 || answer.status >= 500 ? `${title}. ${try_again}` : title;
}
