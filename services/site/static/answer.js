// A survey, answered once and anonymously. The ticket stands behind the # and goes only into a header.

import {
  ask, begin, busy, by, clearErrors, element, language, notice, paragraph, pick, say, showErrors, words,
} from "./page.js";

const address = `/api/feedback/v1/surveys/${encodeURIComponent(by("page").dataset.survey)}`;
const form = by("form");
let survey = null;
let shown = language;

const ticket = () => ({ "X-Ticket": location.hash.slice(1) });

/** What the status of a check of the ticket means; 204 is a ticket that is good. */
const tell = {
  404: () => notice("bad", words.answer_unknown, paragraph(words.answer_unknown_text)),
  409: () => notice("good", words.answer_before, paragraph(words.answer_before_text)),
  410: () => notice("", words.answer_closed, paragraph(words.answer_closed_text)),
  422: () => notice("bad", words.answer_mangled, paragraph(words.answer_mangled_text)),
  429: () => notice("bad", words.answer_busy, paragraph(words.try_again)),
};
const tellMissing = () => notice("bad", words.answer_missing, paragraph(words.answer_missing_text));
const tellNotOpen = () => notice("", words.answer_not_open, paragraph(words.answer_not_open_text));
const tellFailure = () => notice("bad", words.failed_title, paragraph(words.failed_text));

begin(load);
// Another link to the same survey, opened in the same tab, changes the part behind the # alone.
addEventListener("hashchange", () => begin(load));

async function load() {
  form.hidden = true;
  if (location.hash.length < 2) {
    say(await withoutTicket());
    return;
  }
  const { status } = await ask("HEAD", `${address}/responses`, { headers: ticket() });
  if (status !== 204) {
    say((tell[status] ?? tellFailure)());
    return;
  }
  const read = await ask("GET", address);
  if (read.status === 200) {
    survey = read.body;
    show();
  } else {
    say(read.status === 404 ? tellNotOpen() : (tell[read.status] ?? tellFailure)());
  }
}

async function withoutTicket() {
  const { status, body } = await ask("GET", `${address}/window`);
  if (status === 404) return tellMissing();
  if (status === 200 && body.state === "closed") return tell[410]();
  return notice("bad", words.answer_no_ticket, paragraph(words.answer_use_link));
}

function show() {
  shown = survey.languages.includes(language) ? language : survey.languages[0];
  const title = pick(survey.title, shown);
  by("title").textContent = title.text;
  by("title").lang = title.lang;
  document.title = `${title.text} – Vipu`;
  say();
  form.lang = shown;
  by("questions").replaceChildren(...survey.definition.questions.map(draw));
  form.hidden = false;
}

const label = (text) => pick(text, shown).text;
const fieldId = (question) => `q-${question.id}`;

function draw(question) {
  const help = question.help ? element("p", { class: "hint", id: `${fieldId(question)}-help` }, label(question.help)) : null;
  const title = label(question.label) + (question.required ? " *" : "");
  switch (question.type) {
    case "info": return element("div", { class: "field" }, element("p", {}, label(question.label)), help);
    case "scale": return group(question, title, help, scale(question, question.min, question.max));
    case "nps": return group(question, title, help, scale(question, 0, 10));
    case "single": return group(question, title, help, choices(question, "radio"));
    case "multi": return group(question, title, help, choices(question, "checkbox"));
    default: return line(question, title, help);
  }
}

function group(question, title, help, content) {
  return element("fieldset", { "aria-describedby": help ? help.id : null }, element("legend", {}, title), help, ...content);
}

function scale(question, low, high) {
  const row = element("div", { class: "scale" });
  for (let value = low; value <= high; value += 1) row.append(option(question, "radio", value, String(value), value === low));
  const ends = question.min_label || question.max_label
    ? element("div", { class: "ends" }, element("span", {}, `${low} = ${label(question.min_label) || low}`),
      element("span", {}, `${high} = ${label(question.max_label) || high}`)) : null;
  const na = question.allows_na ? option(question, "radio", "na", words.answer_na, false) : null;
  return [ends, row, na];
}

function choices(question, kind) {
  return question.choices.map((choice, place) => option(question, kind, choice.id, label(choice.label), place === 0));
}

function option(question, kind, value, text, isFirst) {
  const id = isFirst ? fieldId(question) : `${fieldId(question)}-${value}`;
  return element("label", { class: "choice", for: id },
    element("input", { type: kind, id, name: fieldId(question), value }), element("span", {}, text));
}

function line(question, title, help) {
  const id = fieldId(question);
  const described = help ? help.id : null;
  const field = question.type === "long_text"
    ? element("textarea", { id, name: id, maxlength: question.max_length, "aria-describedby": described })
    : element("input", { id, name: id, maxlength: question.max_length ?? null, "aria-describedby": described,
      inputmode: question.type === "number" ? "decimal" : null });
  const unit = question.unit ? ` (${label(question.unit)})` : "";
  return element("div", { class: "field" }, element("label", { for: id }, title + unit), help, field);
}

function valueOf(question) {
  const name = fieldId(question);
  if (question.type === "multi") {
    return [...form.querySelectorAll(`input[name="${name}"]:checked`)].map((box) => box.value);
  }
  const text = form.elements[name].value.trim();
  if (text === "") return null;
  if (["scale", "nps"].includes(question.type)) return text === "na" ? "na" : Number(text);
  return question.type === "number" ? Number(text.replace(",", ".")) : text;
}

function answers() {
  const questions = survey.definition.questions.filter((question) => question.type !== "info");
  return new Map(questions.map((question) => [question, valueOf(question)]));
}

const isEmpty = (value) => value === null || (Array.isArray(value) && value.length === 0);

function wrongIn(given) {
  const wrong = [];
  for (const [question, value] of given) {
    const title = label(question.label);
    if (question.required && isEmpty(value)) wrong.push({ id: fieldId(question), message: `${title}: ${words.answer_required}` });
    else if (Number.isNaN(value)) wrong.push({ id: fieldId(question), message: `${title}: ${words.answer_number}` });
  }
  return wrong;
}

form.addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  clearErrors(form);
  const given = answers();
  const wrong = wrongIn(given);
  if (wrong.length) showErrors(wrong);
  else busy(by("send"), () => send(given));
});

async function send(given) {
  const json = {
    version: survey.definition_version,
    language: shown,
    complete: true,
    answers: Object.fromEntries([...given].filter(([, value]) => !isEmpty(value)).map(([question, value]) => [question.id, value])),
  };
  const { status, body } = await ask("POST", `${address}/responses`, { json, headers: ticket() });
  if (status === 201) end(notice("good", words.answer_thanks, paragraph(words.answer_thanks_text)));
  else if (status === 200) end(tell[409]());
  else refuse(status, body);
}

// The refusals that another attempt with the same link does not change.
const final = {
  "survey-closed": tell[410],
  "ticket-unknown": tell[404],
  "ticket-not-valid": tell[422],
  "not-found": tellMissing,
};

/** Tell why the answer was not taken. What was filled in stays, where it may be sent again. */
function refuse(status, body) {
  if (final[body.code]) end(final[body.code]());
  else if (body.code === "survey-not-open") showErrors([{ id: null, message: `${words.answer_not_open}. ${words.answer_not_open_text}` }]);
  else if (status === 422 && body.errors?.length) showErrors(body.errors.map(asError));
  else if (status >= 500 || status === 429) showErrors([{ id: null, message: `${body.title}. ${words.try_again}` }]);
  else showErrors([{ id: null, message: body.title }]);
}

function asError({ pointer, message }) {
  const id = `q-${pointer.split("/").pop()}`;
  return { id: by(id) ? id : null, message };
}

/** Replace the form by the last word, which gets the focus. */
function end(word) {
  form.hidden = true;
  word.tabIndex = -1;
  say(word);
  word.focus();
}
