// Makes the calls of standard input with openapi-fetch.
import createClient from "openapi-fetch";
import { run, work } from "./calling.mjs";

const known = createClient({ baseUrl: work.address, headers: { Authorization: `Bearer ${work.token}` } });
const anonymous = createClient({ baseUrl: work.address });

await run(async (call, given) => {
  const init = { params: { path: given.path, query: given.query, header: given.headers }, parseAs: call.parse };
  if (given.file !== null) {
    init.body = new FormData();
    init.body.append("file", new Blob([given.file]), "lista.csv");
  } else if (given.body !== null) {
    init.body = given.body;
    if (call.form) {
      init.headers = { "Content-Type": "application/x-www-form-urlencoded" };
      init.bodySerializer = (body) => new URLSearchParams(body);
    }
  }
  const { data, error, response } = await (call.public ? anonymous : known).request(call.method, call.template, init);
  return { status: response.status, headers: response.headers, data, error };
});
