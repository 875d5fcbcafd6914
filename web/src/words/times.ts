import { language } from "./index.ts";

const locale = (): string => (language.value === "en" ? "en-GB" : language.value);

const formatted = (zone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "full", timeStyle: "short", timeZone: zone });

/** The name of the zone at the instant, e.g. "Eastern European Standard Time". */
function zoneName(instant: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat(locale(), { timeZone: zone, timeZoneName: "long" }).formatToParts(instant);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
}

/** The instant in the zone of the event, with the zone's name. */
export function moment(instant: string, zone: string): string {
  const when = new Date(instant);
  return `${formatted(zone).format(when)} (${zoneName(when, zone)})`;
}

/** From when to when, with the zone's name; the day is written once where both are on it. */
export function span(startsAt: string, endsAt: string, zone: string): string {
  const starts = new Date(startsAt);
  return `${formatted(zone).formatRange(starts, new Date(endsAt))} (${zoneName(starts, zone)})`;
}
