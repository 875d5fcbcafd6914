import { useState } from "preact/hooks";
import { api, outcome } from "../../api/client.ts";
import { sentence } from "../../api/problem.ts";
import { TextField } from "../../kit/field.tsx";
import { Submit } from "../../kit/submit.tsx";
import { words } from "../../words/index.ts";

/** Ask for the link to one's registration. The answer is the same for every address. */
export const LinkForm = ({ slug }: { slug: string }) => {
  const [error, setError] = useState<string>();
  const [failure, setFailure] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const [sent, setSent] = useState(false);
  const said = words.value.public.registration;
  const send = async (email: string) => {
    setSending(true);
    const path = "/api/events/v1/events/{ref}/registrations/manage-links";
    const answer = await outcome(api.POST(path, { params: { path: { ref: slug } }, body: { email } }));
    setSending(false);
    if (answer.ok) setSent(true);
    else if (answer.status === 422) setError(said.email_wrong);
    else setFailure(sentence(answer));
  };
  return (
    <form
      noValidate
      aria-labelledby="link-title"
      onSubmit={(submitted) => {
        submitted.preventDefault();
        if (sending) return;
        const email = String(new FormData(submitted.currentTarget).get("link_email") ?? "").trim();
        setSent(false);
        setFailure(null);
        setError(email ? undefined : said.email_missing);
        if (email) void send(email);
        else document.getElementById("link-email")?.focus();
      }}
    >
      <h2 id="link-title">{said.link_title}</h2>
      <TextField
        id="link-email"
        name="link_email"
        type="email"
        inputMode="email"
        label={said.email}
        hint={said.link_hint}
        autoComplete="email"
        maxLength={254}
        error={error}
      />
      <div role="status">{sent ? <p>{said.link_sent}</p> : null}</div>
      <Submit label={said.link_send} sendingLabel={said.sending} sending={sending} failure={failure} kind="second" />
    </form>
  );
};
