// A survey, answered once and anonymously. The ticket stands behind the # and goes only into a header.

import {
  ask, begin, busy, by, clearErrors, element, language, notice, paragraph, pick, say, showErrors, uuid4, words,
} from "./page.js";

const address = `/api/feedback/v1/surveys/${encodeURIComponent(by("page").dataset.survey)}`;
const form = by("form");
// Made here, so that it tells nothing; kept for this visit, so that sending again is no second answer.
const responseId = uuid4();
let survey = null;
let shown = language;

begin(async () => {
  const { status, body } = await ask("GET", address);
  if (status !== 200) {
    say(notice("bad", status === 404 || status === 422 ? words.answer_missing : body.title));
    return;
  }
  survey = body;
  show();
});

function show() {
  shown = survey.languages.includes(language) ? language : survey.languages[0];
  const title = pick(survey.title, shown);
  by("title").textContent = title.text;
  by("title").lang = title.lang;
  document.title = `${title.text} – Vipu`;
  if (survey.state !== "open") {
    say(notice("", words.answer_closed));
    return;
  }
  if (location.hash.length < 2) {
    say(notice("bad", words.answer_no_ticket, paragraph(words.answer_use_link)));
    return;
  }
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
  const headers = { "X-Ticket": location.hash.slice(1) };
  const { status, body } = await ask("PUT", `${address}/responses/${responseId}`, { json, headers });
  if (status === 201 || status === 200) thank();
  else if (status === 422 && body.errors?.length) showErrors(body.errors.map(asError));
  else if (status >= 500 || status === 429) showErrors([{ id: null, message: `${body.title}. ${words.try_again}` }]);
  else showErrors([{ id: null, message: body.title }]);
}

function asError({ pointer, message }) {
  const id = `q-${pointer.split("/").pop()}`;
  return { id: by(id) ? id : null, message };
}

function thank() {
  form.hidden = true;
  const done = notice("good", words.answer_thanks, paragraph(words.answer_thanks_text));
  done.tabIndex = -1;
  say(done);
  done.focus();
}
