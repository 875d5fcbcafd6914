"""The part of `outside_judge` that runs with the judge's own Python: it reads surveys and prints what `acro` says.

It judges three kinds of table: how many people stand behind the figures of each question; how many people answered the
same of the published questions, which is what any difference of two figures leaves; and the bars that are shown.
"""

import json
import logging
import sys
from collections import Counter
from pathlib import Path

import acro
import pandas as pd

THRESHOLD = ("safe_threshold: 10", "safe_threshold: 5")


def a_judge() -> acro.ACRO:
    """Return a judge with its own rules but threshold 5. It reads rules from its own folder only."""
    rules = Path(acro.__file__).with_name("default.yaml")
    rules.with_name("vipu.yaml").write_text(rules.read_text(encoding="utf-8").replace(*THRESHOLD), encoding="utf-8")
    return acro.ACRO(config="vipu", suppress=False)


def tables_of(judge: acro.ACRO, survey: dict) -> dict[str, str]:
    """Return what the judge says of each kind of table of the survey: pass, review or fail."""
    people = pd.DataFrame(survey["rows"], columns=survey["questions"])
    answers = people.melt(var_name="question", value_name="grade").dropna()
    whole = pd.Series("survey", index=people.index, name="survey")
    patterns = people.notna().apply(lambda row: "".join("01"[given] for given in row), axis=1).rename("answered")
    verdicts = {
        "figures by question": verdict_of(
            judge, lambda: judge.pivot_table(answers, index=["question"], values=["grade"], aggfunc=["mean"])
        ),
        "people by what they answered": verdict_of(judge, lambda: judge.crosstab(whole, patterns)),
    }
    shown = {(question, grade) for question, grade in survey["bars"]}
    bars = answers[[pair in shown for pair in zip(answers["question"], answers["grade"], strict=True)]]
    for question, own in bars.groupby("question"):
        # A table of its own: the judge takes a grade that another question alone shows for a bar of nobody.
        verdicts[f"bars of {question}"] = verdict_of(
            judge, lambda own=own: judge.crosstab(own["question"], own["grade"])
        )
    return verdicts


def verdict_of(judge: acro.ACRO, make_table: object) -> str:
    """Return the judge's word on the table that is made."""
    make_table()
    name, record = list(judge.results.results.items())[-1]
    judge.remove_output(name)
    return record.status


def main() -> int:
    """Judge the surveys of the standard input. Returns 1 where a table failed."""
    logging.disable(logging.CRITICAL)
    said: dict[str, Counter] = {}
    judge = a_judge()
    for survey in json.load(sys.stdin):
        for kind, verdict in tables_of(judge, survey).items():
            said.setdefault(kind, Counter())[verdict] += 1
    for kind, counts in said.items():
        print(f"{kind}: {dict(counts)}")
    return int(any(counts["fail"] for counts in said.values()))


sys.exit(main())
