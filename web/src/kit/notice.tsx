import type { ComponentChildren } from "preact";

export interface NoticeProps {
  kind?: "plain" | "good" | "bad";
  title: string;
  children?: ComponentChildren;
}

/** A box that says what the state is and what comes next. */
export const Notice = ({ kind = "plain", title, children }: NoticeProps) => (
  <div class={`notice ${kind}`}>
    <h2>{title}</h2>
    {children}
  </div>
);
