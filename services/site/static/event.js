// An event and its registration form.

import {
  ask, begin, busy, by, clearErrors, element, fill, localized, moment, notice, paragraph, pick, say, showErrors,
  showFacts, span, uuid4, words,
} from "./page.js";

const ref = encodeURIComponent(by("page").dataset.ref);
const address = `/api/events/v1/events/${ref}`;
const form = by("form");
const linkForm = by("link-form");
// One attempt, one key: sending again after a broken line gives no second seat.
let attempt = uuid4();

begin(async () => {
  const { status, body: event } = await ask("GET", address);
  if (status !== 200) {
    say(notice("bad", status === 404 ? words.event_missing : event?.title ?? words.failed_title));
    return;
  }
  show(event);
});

function show(event) {
  const title = pick(event.title);
  by("title").replaceWith(localized("h1", event.title, { id: "title" }));
  document.title = `${title.text} – Vipu`;
  showFacts(by("facts"), [
    [words.event_when, span(event)],
    [words.event_where, event.mode === "online" ? words.event_online : place(event)],
    [words.event_organiser, event.organiser ? pick(event.organiser.name).text : ""],
    [words.event_contact, event.contact_email ? mailTo(event.contact_email) : ""],
    [words.event_seats, event.registration_required && event.seats_left !== null ? String(event.seats_left) : ""],
    [words.event_closes, event.registration_required && event.registration_closes_at && event.event_status !== "postponed"
      ? moment(event.registration_closes_at, event.time_zone) : ""],
  ]);
  if (event.description) {
    const chosen = pick(event.description);
    by("description").replaceChildren(
      ...chosen.text.split(/\n{2,}/).map((text) => element("p", { lang: chosen.lang }, text)),
    );
  }
  linkForm.hidden = !event.registration_required || event.event_status === "cancelled" || hasEnded(event);
  by("mode-field").hidden = event.mode !== "hybrid";
  showState(event);
}

// No mail is sent about an event that has ended. A postponed one has no valid date.
const hasEnded = (event) =>
  event.event_status !== "postponed" && new Date(event.ends_at) <= new Date(event.server_time);

const mailTo = (email) => element("a", { href: `mailto:${encodeURIComponent(email).replace("%40", "@")}` }, email);

function place(event) {
  const parts = [pick(event.venue).text, event.address, event.mode === "hybrid" ? words.event_or_online : ""];
  return parts.filter(Boolean).join(", ");
}

function showState(event) {
  const state = event.registration_state;
  say();
  if (event.marked_as === "invented") say(paragraph(words.event_invented));
  form.hidden = !["open", "open_waitlist"].includes(state);
  if (state === "open") return;
  if (state === "open_waitlist") say(notice("", words.event_waitlist_title, paragraph(words.event_waitlist_text)));
  else if (state === "not_open") {
    const opens = event.registration_opens_at ? moment(event.registration_opens_at, event.time_zone) : "";
    say(notice("", words.event_not_open, paragraph(opens ? fill(words.event_opens, { time: opens }) : "")));
  } else if (state === "full") say(notice("", words.event_full));
  else if (state === "cancelled") {
    say(notice("bad", words.event_cancelled, ...(event.cancel_reason ? [localized("p", event.cancel_reason)] : [])));
  } else if (state === "none_required") say(notice("", words.event_none_required));
  else if (event.event_status === "postponed") say(notice("", words.event_postponed, paragraph(words.event_new_date)));
  else say(notice("", words.event_closed));
}

function wrongFields() {
  const wrong = [];
  if (!form.elements.name.value.trim()) wrong.push({ id: "name", message: words.event_name_missing });
  const email = form.elements.email;
  if (!email.value.trim()) wrong.push({ id: "email", message: words.event_email_missing });
  else if (!email.validity.valid) wrong.push({ id: "email", message: words.event_email_wrong });
  if (!by("mode-field").hidden && !form.elements.mode.value) {
    wrong.push({ id: "mode", message: words.event_mode_missing });
  }
  if (!form.elements.privacy_accepted.checked) {
    wrong.push({ id: "privacy_accepted", message: words.event_privacy_missing });
  }
  return wrong;
}

form.addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  clearErrors(form);
  const wrong = wrongFields();
  if (wrong.length) showErrors(wrong);
  else busy(by("send"), send);
});

// The names that the registry has for what is typed: text → id, or null where two organisations have it.
const known = new Map();
let offering = 0;

form.elements.organisation.addEventListener("input", ({ target }) => {
  clearTimeout(offering);
  const typed = target.value.trim();
  if (typed.length > 1 && !known.has(typed)) offering = setTimeout(() => offer(typed), 250);
});

async function offer(typed) {
  const { status, body } = await ask("GET", `/api/registry/v1/organisations/names?q=${encodeURIComponent(typed.slice(0, 100))}`);
  if (status !== 200) return;
  for (const { id, name } of body.items) know(pick(name).text, id);
  by("organisations").replaceChildren(...body.items.map(({ name }) => element("option", { value: pick(name).text })));
}

// Two organisations of one name look the same in the list, so neither is chosen by it: the text is sent alone.
function know(text, id) {
  known.set(text, !known.has(text) || known.get(text) === id ? id : null);
}

// What is sent differs from now on, so it is another attempt.
form.addEventListener("input", () => { attempt = uuid4(); });

async function send() {
  const fields = form.elements;
  const json = {
    name: fields.name.value.trim(),
    email: fields.email.value.trim(),
    organisation: fields.organisation.value.trim() || null,
    organisation_id: known.get(fields.organisation.value.trim()) ?? null,
    organisation_kind: fields.organisation_kind.value || null,
    language: fields.language.value,
    mode: by("mode-field").hidden ? null : fields.mode.value,
    privacy_accepted: true,
  };
  let { status, body } = await register(json);
  // An organisation that is new in the registry is recognised later by its name.
  if (body?.code === "not-known-yet") ({ status, body } = await register({ ...json, organisation_id: null }));
  if (status === 201) welcome(json.email);
  else if (status === 422 && body.errors?.length) showErrors(body.errors.map(asError));
  else if (status >= 500 || status === 429) showErrors([{ id: null, message: `${body.title}. ${words.try_again}` }]);
  else await refuse(body);
}

function register(json) {
  return ask("POST", `${address}/registrations`, { json, headers: { "Idempotency-Key": attempt } });
}

function asError({ pointer, message }) {
  const id = pointer.split("/").pop();
  const known = { email: words.event_email_wrong, name: words.event_name_missing };
  return { id: by(id) ? id : null, message: known[id] ?? message };
}

async function refuse(problem) {
  const { status, body: event } = await ask("GET", address);
  if (status === 200) show(event);
  if (form.hidden) form.querySelector("#errors").hidden = true;
  else showErrors([{ id: null, message: problem.title }]);
}

function welcome(email) {
  form.hidden = true;
  // Also who has registered before reads this, so the mail alone states the seat or the place in the queue.
  const done = notice("good", words.event_received, paragraph(fill(words.event_mailed, { email })));
  done.tabIndex = -1;
  say(done);
  done.focus();
}

linkForm.addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  busy(by("link-send"), async () => {
    const json = { email: by("link-email").value.trim() };
    const { status, body } = await ask("POST", `${address}/registrations/manage-links`, { json });
    const wrong = status === 422 ? words.event_email_wrong : body.title;
    by("link-status").replaceChildren(paragraph(status === 202 ? words.link_sent : wrong));
  });
});
