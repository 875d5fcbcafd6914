import { useEffect, useRef } from "preact/hooks";
import type { Event } from "./event.tsx";

// The pages that wait ask within these milliseconds after the opening, not all in the same one.
const SPREAD_MS = 2000;
// The longest time that a browser's timer can wait.
const LONGEST_WAIT_SECONDS = 2_000_000;

/** Call back when the registration of the event opens. */
export function useOpening(event: Event | null, callBack: () => void): void {
  const current = useRef(callBack);
  current.current = callBack;
  const seconds = event?.registration_state === "not_open" ? event.opens_in_seconds : null;
  useEffect(() => {
    if (seconds === null || seconds > LONGEST_WAIT_SECONDS) return undefined;
    const timer = setTimeout(() => current.current(), seconds * 1000 + Math.random() * SPREAD_MS);
    return () => clearTimeout(timer);
  }, [seconds]);
}
