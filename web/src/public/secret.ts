import { useEffect, useState } from "preact/hooks";

const read = (): string => location.hash.slice(1);

/** The secret behind the `#`. Another link that is opened in the same window changes that part of the address alone. */
export function useSecret(): string {
  const [secret, setSecret] = useState(read);
  useEffect(() => {
    const change = () => setSecret(read());
    addEventListener("hashchange", change);
    return () => removeEventListener("hashchange", change);
  }, []);
  return secret;
}
