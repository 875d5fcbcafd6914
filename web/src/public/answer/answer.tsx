import { useEffect, useState } from "preact/hooks";
import { LastWord } from "../../kit/last-word.tsx";
import { Loading } from "../../kit/loading.tsx";
import { Title } from "../../kit/title.tsx";
import { language, words } from "../../words/index.ts";
import { useSecret } from "../secret.ts";
import { AnswerForm } from "./answer-form.tsx";
import { check, type Ending, type Survey } from "./asking.ts";
import { forget } from "./draft.ts";
import { EndingNotice } from "./ending-notice.tsx";

/** A survey, answered once and anonymously. The ticket stands behind the `#` and goes only into a header. */
export const Answer = ({ surveyId }: { surveyId: string }) => {
  const ticket = useSecret();
  const [survey, setSurvey] = useState<Survey | null>(null);
  const [ending, setEnding] = useState<Ending | null>(null);
  const [isAfterForm, setAfterForm] = useState(false);
  useEffect(() => {
    setSurvey(null);
    setEnding(null);
    setAfterForm(false);
    void check(surveyId, ticket).then((checked) => {
      if ("survey" in checked) setSurvey(checked.survey);
      else setEnding(checked.ending);
    });
  }, [surveyId, ticket]);
  const said = words.value.public.answer;
  const end = (reason: Ending) => {
    void forget(ticket);
    setAfterForm(true);
    setEnding(reason);
  };
  const title = <Title text={survey ? survey.title : said.title} />;
  if (ending) {
    const thanks = ending.reason === "received";
    return (
      <>
        {title}
        {thanks ? (
          <LastWord kind="good" title={said.thanks}>
            <p>{said.thanks_text}</p>
          </LastWord>
        ) : (
          <EndingNotice ending={ending} takesFocus={isAfterForm} />
        )}
      </>
    );
  }
  if (!survey) return <Loading title={said.title} />;
  const shown = survey.languages.includes(language.value) ? language.value : (survey.languages[0] ?? language.value);
  return (
    <>
      {title}
      <AnswerForm survey={survey} ticket={ticket} shown={shown} onEnd={end} />
    </>
  );
};
