import createClient from "openapi-fetch";
import { language } from "../words/index.ts";
import type { components, paths } from "./schema.d.ts";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

/** The outcome of a request: an answer, a refusal with its problem document, or no answer at all (status 0). */
export type Outcome<T> = { ok: true; status: number; data: T } | { ok: false; status: number; problem: Problem | null };

/** The client of all services. Answers in JSON alone: a list would come as a file too. */
export const api = createClient<paths, "application/json">({ credentials: "omit", cache: "no-store" });

api.use({
  onRequest({ request }) {
    request.headers.set("Accept", "application/json");
    request.headers.set("Accept-Language", language.value);
    return request;
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Wait for a request. Never rejects: a line that breaks is the status 0. */
export async function outcome<T>(asked: Promise<Answer<T>>): Promise<Outcome<T>> {
  try {
    const { data, error, response } = await asked;
    if (response.ok) return { ok: true, status: response.status, data: data as T };
    return { ok: false, status: response.status, problem: isProblem(error) ? error : null };
  } catch {
    return { ok: false, status: 0, problem: null };
  }
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === "object" && body !== null && "code" in body && "title" in body;
