import { useEffect, useState } from "preact/hooks";
import { fieldErrors, sentence, type FieldError } from "../../api/problem.ts";
import { ErrorSummary } from "../../kit/error-summary.tsx";
import { Submit } from "../../kit/submit.tsx";
import { words } from "../../words/index.ts";
import { endingOf, send, type Ending, type Survey } from "./asking.ts";
import { keep, kept, type Draft } from "./draft.ts";
import { QuestionField } from "./question-field.tsx";
import { answerable, answersOf, fieldId, wrongIn } from "./values.ts";

const NOT_OPEN = "survey-not-open";

interface AnswerFormProps {
  survey: Survey;
  ticket: string;
  /** The language of the questions. */
  shown: string;
  onEnd: (ending: Ending) => void;
}

/** The questions. What is filled in stays through failures, changes of language and a reload of the window. */
export const AnswerForm = ({ survey, ticket, shown, onEnd }: AnswerFormProps) => {
  const [draft, setDraft] = useState<Draft | null>(null);
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  useEffect(() => void kept(ticket).then(setDraft), [ticket]);
  const said = words.value.public.answer;
  if (!draft) return <p role="status">{words.value.shared.loading}</p>;

  const submit = async (data: FormData) => {
    setSending(true);
    const body = {
      version: survey.definition_version,
      language: shown,
      complete: true as const,
      answers: answersOf(survey, data),
    };
    const answer = await send(survey.id, ticket, body);
    setSending(false);
    const ending = endingOf(answer);
    if (ending) onEnd(ending);
    else if (!answer.ok && answer.problem?.errors.length) setErrors(fieldErrors(answer.problem, questionIds(survey)));
    else if (!answer.ok && answer.problem?.code === NOT_OPEN) setFailure(`${said.not_open}. ${said.not_open_text}`);
    else if (!answer.ok) setFailure(sentence(answer));
  };
  return (
    <form
      noValidate
      lang={shown}
      onInput={(changed) => void keep(ticket, changed.currentTarget)}
      onSubmit={(submitted) => {
        submitted.preventDefault();
        if (sending) return;
        const data = new FormData(submitted.currentTarget);
        const wrong = wrongIn(survey, data, shown);
        setFailure(null);
        setErrors(wrong);
        if (!wrong.length) void submit(data);
      }}
    >
      <p>{said.anonymous}</p>
      <ErrorSummary errors={errors} idOf={(field) => fieldId({ id: field })} />
      <p class="hint">{words.value.shared.form_required}</p>
      {Object.keys(draft).length ? <p role="status">{said.draft}</p> : null}
      {survey.definition.questions.map((question) => (
        <QuestionField
          key={question.id}
          question={question}
          shown={shown}
          draft={draft}
          error={errors.find(({ field }) => field === question.id)?.message}
        />
      ))}
      <Submit label={said.send} sendingLabel={said.sending} sending={sending} failure={failure} />
    </form>
  );
};

const questionIds = (survey: Survey): ReadonlySet<string> => new Set(answerable(survey).map(({ id }) => id));
