// Makes the calls of standard input with the client of @hey-api/openapi-ts.
import { client } from "./hey/client.gen.js";
import * as sdk from "./hey/sdk.gen.js";
import { run, work } from "./calling.mjs";

client.setConfig({ baseUrl: work.address, auth: (scheme) => (scheme.scheme === "bearer" ? work.token : undefined) });

await run(async (call, given) => {
  const name = call.operation.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  const options = { path: given.path, query: given.query, headers: given.headers };
  if (given.file !== null) options.body = new Blob([given.file]);
  else if (given.body !== null) options.body = given.body;
  const { data, error, response } = await sdk[name](options);
  return { status: response.status, headers: response.headers, data, error };
});
