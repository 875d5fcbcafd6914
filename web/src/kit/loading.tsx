import { words } from "../words/index.ts";
import type { LocalizedText } from "../words/texts.ts";
import { Title } from "./title.tsx";

/** A page whose content is waited for. */
export const Loading = ({ title }: { title: LocalizedText | string }) => (
  <>
    <Title text={title} />
    <p role="status">{words.value.shared.loading}</p>
  </>
);
