import { useEffect, useRef } from "preact/hooks";
import { Notice, type NoticeProps } from "./notice.tsx";

/** A notice that takes the place of a form, and the focus with it. */
export const LastWord = (props: NoticeProps) => {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div ref={box} tabIndex={-1} class="last-word">
      <Notice {...props} />
    </div>
  );
};
