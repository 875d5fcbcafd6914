import type { ComponentChildren } from "preact";

/** Terms and their descriptions; a fact without a description is left out. */
export const Facts = ({ facts }: { facts: [term: string, description: ComponentChildren][] }) => (
  <dl class="facts">
    {facts
      .filter(([, description]) => description !== null && description !== undefined && description !== "")
      .map(([term, description]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{description}</dd>
        </div>
      ))}
  </dl>
);
