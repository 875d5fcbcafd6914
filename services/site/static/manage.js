// One's own registration: see it, cancel it. The secret stands behind the # and goes only into a header.

import { ask, begin, busy, by, fill, moment, notice, paragraph, pick, say, showFacts, span, words } from "./page.js";

const address = "/api/events/v1/registrations/self";
const secret = () => ({ "X-Manage-Token": location.hash.slice(1) });

begin(load);
// Another link opened in the same window changes only what stands behind the #.
addEventListener("hashchange", () => begin(load));

async function load() {
  by("confirm").hidden = by("cancel").hidden = by("facts").hidden = true;
  if (location.hash.length < 2) {
    say(notice("bad", words.manage_no_link, paragraph(words.manage_use_link)));
    return;
  }
  const { status, body } = await ask("GET", address, { headers: secret() });
  if (status === 200) show(body);
  else if (status === 404 || status === 422) say(notice("bad", words.manage_no_link, paragraph(words.manage_use_link)));
  else say(notice("bad", body.title, paragraph(words.try_again)));
}

function show(mine) {
  const event = mine.event;
  by("title").textContent = pick(event.title).text;
  document.title = `${pick(event.title).text} – ${words.manage_title} – Vipu`;
  showFacts(by("facts"), [
    [words.event_when, span(event)],
    [words.event_where, event.mode === "online" ? words.event_online
      : [pick(event.venue).text, event.address].filter(Boolean).join(", ")],
    [words.event_name, mine.name],
    [words.event_email, mine.email],
    [words.event_organisation, mine.organisation],
    [words.manage_until, mine.can_cancel && mine.cancel_until_at ? moment(mine.cancel_until_at, event.time_zone) : ""],
  ]);
  if (mine.join_url && /^https:\/\//.test(mine.join_url)) addLink(mine.join_url);
  by("cancel").hidden = !mine.can_cancel;
  by("sure-hint").hidden = mine.state !== "confirmed";
  say(state(mine));
}

function addLink(address) {
  const link = document.createElement("a");
  link.href = address;
  link.rel = "noreferrer";
  link.textContent = words.manage_join;
  const term = document.createElement("dt");
  term.textContent = words.event_online;
  const description = document.createElement("dd");
  description.append(link);
  by("facts").append(term, description);
}

function state(mine) {
  if (mine.event.event_status === "cancelled") return notice("bad", words.event_cancelled);
  const postponed = mine.event.event_status === "postponed"
    ? [paragraph(words.event_postponed), paragraph(words.event_new_date)] : [];
  if (mine.state === "confirmed") return notice("good", words.event_confirmed, ...postponed);
  if (mine.state === "waitlisted") {
    const place = paragraph(fill(words.event_queue_place, { place: mine.queue_place }));
    return notice("", words.event_queued, place, ...postponed);
  }
  if (mine.cancelled_by !== "organiser") return notice("", words.manage_cancelled);
  return notice("", words.manage_cancelled_by_organiser, ...(mine.cancel_reason ? [paragraph(mine.cancel_reason)] : []));
}

by("cancel").addEventListener("click", () => {
  by("confirm").hidden = false;
  by("confirm-title").focus();
});

by("no").addEventListener("click", () => {
  by("confirm").hidden = true;
  by("cancel").focus();
});

by("yes").addEventListener("click", () => busy(by("yes"), async () => {
  const { status, body } = await ask("DELETE", address, { headers: secret() });
  by("confirm").hidden = true;
  if (status === 200) show(body);
  else say(notice("bad", body.title));
  by("main").focus();
}));
