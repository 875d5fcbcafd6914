import { useEffect, useRef, useState } from "preact/hooks";
import type { Outcome } from "./client.ts";

export interface Query<T> {
  /** The newest answer for the key; null while the first one is waited for. */
  answer: Outcome<T> | null;
  /** Ask anew, and show the earlier answer until then. */
  reload: () => void;
  /** Put an answer in its place, such as that of a change. */
  replace: (answer: Outcome<T>) => void;
}

/** Ask whenever the key changes. A late answer to an earlier key is dropped. An empty key asks nothing. */
export function useQuery<T>(key: string, ask: () => Promise<Outcome<T>>, first: Outcome<T> | null = null): Query<T> {
  const [held, setHeld] = useState({ key, answer: first });
  const [turn, setTurn] = useState(0);
  const asking = useRef(ask);
  asking.current = ask;
  useEffect(() => {
    if (!key) return undefined;
    let isCurrent = true;
    void asking.current().then((answer) => {
      if (isCurrent) setHeld({ key, answer });
    });
    return () => {
      isCurrent = false;
    };
  }, [key, turn]);
  return {
    answer: held.key === key ? held.answer : null,
    reload: () => setTurn((past) => past + 1),
    replace: (answer) => setHeld({ key, answer }),
  };
}
