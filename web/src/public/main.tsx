import { render } from "preact";
import "../kit/base.css";
import { isLanguage, useLanguage } from "../words/index.ts";
import { Answer } from "./answer/answer.tsx";
import { embedded } from "./embedded.ts";
import { EventPage } from "./event/event.tsx";
import { Page } from "./page.tsx";
import { Self } from "./self/self.tsx";

const app = document.getElementById("app");
if (app) await show(app);

async function show(root: HTMLElement): Promise<void> {
  const { lang } = document.documentElement;
  await useLanguage(isLanguage(lang) ? lang : "fi");
  const screen = screenOf(root);
  root.replaceChildren();
  render(<Page>{screen}</Page>, root);
}

function screenOf({ dataset }: HTMLElement) {
  switch (dataset["page"]) {
    case "event":
      return <EventPage slug={dataset["ref"] ?? ""} carried={embedded.event ?? null} />;
    case "answer":
      return <Answer surveyId={dataset["survey"] ?? ""} />;
    default:
      return <Self />;
  }
}
