"""Let `acro`, an outside judge of disclosure, look at what is published of 1 000 invented surveys, at threshold 5.

The judge runs in a virtual environment of its own, which is made in the folder that is named; it is no dependency of
Vipu. No installation is needed. The script fails where a table fails: by question, by what people answered, or of
the bars that are shown.
"""

import argparse
import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from random import Random
from unittest.mock import patch

from benchmarks.measuring import print_machine
from services.feedback.responses.terms import OpenedAnswer, StoredAnswers
from services.feedback.results import figures
from services.feedback.results.tallying import Tally
from services.feedback.templates.question_sets import TEMPLATES
from services.feedback.templates.terms import TemplateKey
from services.feedback.versions.questions import NpsQuestion, ScaleQuestion

ACRO = "acro==1.0.2"
QUESTIONS = list(TEMPLATES[TemplateKey.event_core].answerable().values())
RATED = [question for question in QUESTIONS if isinstance(question, ScaleQuestion | NpsQuestion)]
# Wide and narrow, good and bad; the last ones nearly alike.
GRADES = ([1, 2, 3, 4, 5], [3, 4, 4, 5], [1, 1, 2], [5] * 12 + [4], [1] * 15 + [5])


def _an_invented_survey(chance: Random) -> Iterator[OpenedAnswer]:
    """Yield the answers to a survey whose people leave questions blank or see another wording."""
    people = chance.randint(1, 40)
    grades, new_from = chance.choice(GRADES), chance.choice([people, chance.randrange(people)])
    blank = {question.id: chance.choice([0, 0, 0.05, 0.2, 0.5]) for question in RATED}
    entered = chance.choice([0, 0, 0.1, 0.4])
    for person in range(people):
        asked = [question for question in RATED if person < new_from or question.id != RATED[1].id]
        answers: StoredAnswers = dict.fromkeys(question.id for question in asked)
        for question in asked:
            if chance.random() >= blank[question.id]:
                grade = chance.choice(grades)
                answers[question.id] = 2 * grade if isinstance(question, NpsQuestion) else grade
        yield OpenedAnswer(1 if person < new_from else 2, "fi", answers, chance.random() < entered)


def _published(answers: list[OpenedAnswer]) -> dict[str, object]:
    """Return the questions that are published of these answers, and what the counted people answered to them."""
    tally = Tally()
    for answer in answers:
        tally.add(answer)
    columns = figures.released_figures(tally, QUESTIONS, population=60).columns
    counted = figures.counted_patterns(tally, QUESTIONS, figures.answers_that_count(QUESTIONS))
    shown = [question for question in columns["questions"] if question["state"] == "shown"]
    bars = [
        (question["question_id"], int(cell["value"]))
        for question in shown
        for cell in question["distribution"] or []
        if cell["count"] is not None
    ]
    names = [question["question_id"] for question in shown]
    rows = [[answer.answers.get(name) for name in names] for answer in answers if _pattern(answer) in counted]
    return {"questions": names, "bars": bars, "rows": rows}


def _pattern(answer: OpenedAnswer) -> object:
    alone = Tally()
    alone.add(answer)
    return alone.patterns()[0]


def _everything(_tally: Tally, _patterns: object, candidates: list[str], _answered_by: object) -> set[str]:
    return set(candidates)


def _python_of_judge(folder: Path) -> Path:
    """Return the Python of the judge's virtual environment, which is made where it is missing."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", ACRO], check=True)  # noqa: S603 - All words are ours.
    return python


def main() -> None:
    """Invent the surveys, compute what is published, and let the judge look at it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judge", type=Path, required=True, help="Folder of the judge's virtual environment")
    parser.add_argument("--surveys", type=int, choices=range(1, 1001), default=1000, metavar="1..1000")
    parser.add_argument("--seed", type=int, default=20260915)
    parser.add_argument("--control", action="store_true", help="Without the rule of differences, so the judge objects")
    options = parser.parse_args()
    if options.control:
        patch.object(figures, "publishable", _everything).start()
    print_machine()
    chance = Random(options.seed)
    surveys = [_published(list(_an_invented_survey(chance))) for _ in range(options.surveys)]
    released = [survey for survey in surveys if survey["questions"]]
    print(f"{len(surveys)} surveys, {len(released)} of them released")
    words = [_python_of_judge(options.judge), Path(__file__).with_name("outside_judge_tables.py")]
    judged = subprocess.run(words, input=json.dumps(released), text=True, check=False)  # noqa: S603 - All words are ours.
    sys.exit(judged.returncode)


main()
