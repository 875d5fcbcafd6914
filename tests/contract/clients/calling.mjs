// What both TypeScript clients share: `make(call, given)` makes one call and returns {status, headers, data}.
import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";

export const work = JSON.parse(readFileSync(0, "utf8"));

function filled(value) {
  if (Array.isArray(value)) return value.map(filled);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner)]));
  }
  if (typeof value !== "string") return value;
  if (value === "$uuid") return randomUUID();
  if (value.startsWith("$") && value.slice(1) in work.known) return work.known[value.slice(1)];
  return value.replaceAll("$client", work.known.client);
}

export async function run(make) {
  const wrong = [];
  for (const call of work.calls) {
    const given = Object.fromEntries(["path", "query", "headers", "body", "file"].map((part) => [part, filled(call[part])]));
    const { status, headers, data, error } = await make(call, given);
    if (status !== call.status || (call.status !== 204 && data === undefined)) {
      wrong.push({ operation: call.operation, status, error: error ?? null });
    }
    for (const [name, keys] of Object.entries(call.keep)) {
      work.known[name] = keys.reduce((value, key) => value?.[key], data);
    }
    if (call.etag) work.known[call.etag] = headers.get("etag");
  }
  console.log(JSON.stringify(wrong));
}
