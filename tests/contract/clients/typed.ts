// Compiled, never run: the types of both clients know the main routes as a partner writes them.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";
import { eventsRegister, registryChangeProject, registryCreateImport, registryListProjects } from "./hey/sdk.gen.js";

export async function useFetch(): Promise<string> {
  const client = createClient<paths, "application/json" | "application/problem+json">({ baseUrl: "http://127.0.0.1" });
  const { data } = await client.GET("/api/registry/v1/projects", { params: { query: { sort: "-name", limit: 5 } } });
  const name: string | undefined = data?.items[0]?.name["fi"];
  const made = await client.POST("/api/events/v1/events/{ref}/registrations", {
    params: { path: { ref: "kahvit" }, header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { name: "Maija Mainio", email: "maija@yritys.example", privacy_accepted: true },
  });
  const code: components["schemas"]["Problem"]["code"] | undefined = made.error?.code;
  return `${name} ${code}`;
}

export async function useHey(): Promise<string> {
  const listed = await registryListProjects({ query: { sort: "-name", limit: 5 } });
  const name: string | undefined = listed.data?.items[0]?.name["fi"];
  await registryChangeProject({
    path: { ref: "kokeilu" },
    headers: { "If-Match": '"v3-0123456789abcdef"' },
    body: { name: { sv: "Försök", fi: null } },
  });
  await registryCreateImport({ body: new Blob(["a;b"]), headers: { "Idempotency-Key": crypto.randomUUID() } });
  const registered = await eventsRegister({
    path: { ref: "kahvit" },
    body: { name: "Maija Mainio", email: "maija@yritys.example", privacy_accepted: true },
  });
  return `${name} ${registered.error?.code}`;
}
