// What the three pages for people share: words, elements, asking, errors.

export const words = JSON.parse(document.getElementById("words").textContent);
export const language = document.documentElement.lang;
const statusBox = document.getElementById("status");

export const by = (id) => document.getElementById(id);

/** An element; `properties` are set as attributes, children are nodes or texts. Nothing is read as HTML. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** The text in the page's language, else Finnish, Swedish, English, any; `lang` says which it is. */
export function pick(text, wanted = language) {
  if (!text) return { text: "", lang: wanted };
  const lang = [wanted, "fi", "sv", "en", ...Object.keys(text)].find((tag) => tag in text);
  return { text: text[lang] ?? "", lang };
}

export function localized(name, text, properties = {}) {
  const chosen = pick(text);
  return element(name, { ...properties, lang: chosen.lang === language ? null : chosen.lang }, chosen.text);
}

/** "{place}" in a sentence replaced by its value. */
export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

const formatted = (zone) => new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
  dateStyle: "full", timeStyle: "short", timeZone: zone,
});

/** The zone's name at the instant, e.g. "Eastern European Standard Time". */
const zoneName = (instant, zone) => new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
  timeZone: zone, timeZoneName: "long",
}).formatToParts(instant).find(({ type }) => type === "timeZoneName").value;

export const moment = (instant, zone) => {
  const when = new Date(instant);
  return `${formatted(zone).format(when)} (${zoneName(when, zone)})`;
};

/** From when to when; the day is told once where both are on it. While the event is postponed, no time. */
export const span = ({ event_status, starts_at, ends_at, time_zone }) => {
  if (event_status === "postponed") return words.event_new_date;
  const [starts, ends] = [new Date(starts_at), new Date(ends_at)];
  return `${formatted(time_zone).formatRange(starts, ends)} (${zoneName(starts, time_zone)})`;
};

export function say(...children) {
  statusBox.replaceChildren(...children);
}

export function notice(kind, title, ...children) {
  return element("div", { class: `notice ${kind}` }, element("h2", {}, title), ...children);
}

export const paragraph = (text) => element("p", {}, text);

/** Terms and descriptions of a list of facts; empty ones are left out. */
export function showFacts(list, facts) {
  list.replaceChildren();
  for (const [term, description] of facts) {
    if (description) list.append(element("dt", {}, term), element("dd", {}, description));
  }
  list.hidden = false;
}

/** Ask the API. Answers `{status, body}`; the body of a failure is a problem document. Throws when nobody answers. */
export async function ask(method, address, { headers = {}, json } = {}) {
  const answer = await fetch(address, {
    method,
    cache: "no-store",
    credentials: "omit",
    headers: {
      Accept: "application/json",
      "Accept-Language": language,
      ...(json === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    body: json === undefined ? undefined : JSON.stringify(json),
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : null };
}

/** A random UUID of version 4, also where the page came over plain HTTP and `crypto.randomUUID` is kept away. */
export function uuid4() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export function clearErrors(form) {
  by("errors").hidden = true;
  for (const old of form.querySelectorAll(".error")) old.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    const hints = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && !id.endsWith("-error"));
    if (hints.length) field.setAttribute("aria-describedby", hints.join(" "));
    else field.removeAttribute("aria-describedby");
  }
}

/** Errors at their fields and in a summary that gets the focus. `wrong`: list of `{id, message}`; id may be null. */
export function showErrors(wrong) {
  const list = element("ul");
  for (const { id, message } of wrong) {
    const field = id && by(id);
    list.append(element("li", {}, field ? element("a", { href: `#${id}` }, message) : message));
    if (field) markField(field, message);
  }
  const box = by("errors");
  box.replaceChildren(element("h2", {}, words.form_errors), list);
  box.hidden = false;
  box.focus();
}

function markField(field, message) {
  const hint = `${field.id}-error`;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${hint}`.trim());
  const text = element("p", { class: "error", id: hint }, message);
  const group = field.closest("fieldset");
  if (group) group.querySelector("legend").after(text);
  else (field.closest("label") ?? field).before(text);
}

/** A link in the summary of errors moves the focus to its field, and the address stays as it is. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#errors a");
  if (link) {
    event.preventDefault();
    by(link.getAttribute("href").slice(1))?.focus();
  }
  // The skip link moves the focus; `#main` in the address would overwrite the secret behind the #.
  if (event.target.closest?.("a.skip")) {
    event.preventDefault();
    by("main").focus();
  }
  // The secret behind the # goes along into the other language.
  const other = event.target.closest?.("a[data-keep-fragment]");
  if (other) other.hash = location.hash;
});

/** Do the work with the button disabled; a failure nobody foresaw becomes a sentence. */
export async function busy(button, work) {
  button.disabled = true;
  try {
    await work();
  } catch {
    say(notice("bad", words.failed_title, paragraph(words.failed_text)));
  } finally {
    button.disabled = false;
  }
}

export async function begin(work) {
  try {
    await work();
  } catch {
    say(notice("bad", words.failed_title, paragraph(words.failed_text)));
  }
}
