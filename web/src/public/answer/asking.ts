import { api, outcome, type Outcome, type Schemas } from "../../api/client.ts";

export type Survey = Schemas["SurveyDetail"];
export type Question = Survey["definition"]["questions"][number];
export type Answerable = Exclude<Question, { type: "info" }>;
export type Value = Schemas["ResponseCreate"]["answers"][string];

export type Reason =
  "received" | "before" | "closed" | "mangled" | "unknown" | "missing" | "not_open" | "no_ticket" | "busy" | "failed";

/** Why there is no form. */
export interface Ending {
  reason: Reason;
}

const BY_STATUS: Record<number, Reason> = { 404: "unknown", 409: "before", 410: "closed", 422: "mangled", 429: "busy" };
const BY_CODE: Record<string, Reason> = {
  "survey-closed": "closed",
  "ticket-unknown": "unknown",
  "ticket-not-valid": "mangled",
  "not-found": "missing",
};

/** The survey that the ticket may answer, or why there is none to answer. */
export async function check(surveyId: string, ticket: string): Promise<{ survey: Survey } | { ending: Ending }> {
  if (!ticket) return { ending: { reason: await withoutTicket(surveyId) } };
  const params = { path: { survey_id: surveyId } };
  const path = "/api/feedback/v1/surveys/{survey_id}/responses";
  const live = await outcome(api.HEAD(path, { params: { ...params, header: { "X-Ticket": ticket } } }));
  if (!live.ok) return { ending: { reason: BY_STATUS[live.status] ?? "failed" } };
  const read = await outcome(api.GET("/api/feedback/v1/surveys/{survey_id}", { params }));
  if (read.ok) return { survey: read.data };
  return { ending: { reason: read.status === 404 ? "not_open" : (BY_STATUS[read.status] ?? "failed") } };
}

async function withoutTicket(surveyId: string): Promise<Reason> {
  const path = "/api/feedback/v1/surveys/{survey_id}/window";
  const window = await outcome(api.GET(path, { params: { path: { survey_id: surveyId } } }));
  if (window.status === 404) return "missing";
  return window.ok && window.data.state === "closed" ? "closed" : "no_ticket";
}

export const send = (
  surveyId: string,
  ticket: string,
  body: Schemas["ResponseCreate"],
): Promise<Outcome<Schemas["ResponseRead"]>> =>
  outcome(
    api.POST("/api/feedback/v1/surveys/{survey_id}/responses", {
      params: { path: { survey_id: surveyId }, header: { "X-Ticket": ticket } },
      body,
    }),
  );

/** The ending that an outcome of sending means; null where the same link may send again. */
export function endingOf(answer: Outcome<Schemas["ResponseRead"]>): Ending | null {
  if (answer.ok) return { reason: answer.data.state === "received" ? "received" : "before" };
  const reason = BY_CODE[answer.problem?.code ?? ""];
  return reason ? { reason } : null;
}
