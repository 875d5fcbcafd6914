"""The rules that mutants are made of, and the tests that must notice them: the one place that names both."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rules:
    """The modules of one kind of rule, and the tests that exercise them."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]


RULES: Final = {
    "seats": Rules(
        ("services/events/events/seats.py", "services/events/registrations/admissions.py"),
        (
            "tests/events/test_admissions.py",
            "tests/events/test_seats.py",
            "tests/events/test_admission_queue.py",
            "tests/events/test_registrations.py",
            "tests/events/test_attendance.py",
            "tests/events/test_races.py",
            "tests/events/test_mail_flow.py",
        ),
    ),
    "periods": Rules(
        ("services/contracts/periods.py",),
        ("tests/contracts/test_periods.py", "tests/gateway/test_measures.py", "tests/registry/test_measures.py"),
    ),
    "disclosure": Rules(
        (
            "services/contracts/disclosure.py",
            "services/*/*/disclosure.py",
            "services/feedback/results/differences.py",
            "services/feedback/results/uniformity.py",
        ),
        (
            "tests/events/test_suppression.py",
            "tests/events/test_small_counts.py",
            "tests/events/test_differencing.py",
            "tests/events/test_measures.py",
            "tests/feedback/test_disclosure.py",
            "tests/feedback/test_kind_feedback_differences.py",
            "tests/feedback/test_small_counts.py",
            "tests/feedback/test_results.py",
        ),
    ),
    "aggregation": Rules(
        (
            "services/contracts/measures.py",
            "services/contracts/rounding.py",
            "services/feedback/results/figures.py",
            "services/feedback/results/net_scores.py",
            "services/feedback/results/statistics.py",
            "services/feedback/results/tallying.py",
            "services/*/measures/service.py",
            "services/*/summary/service.py",
            "services/gateway/coordinations/measure*.py",
        ),
        (
            "tests/contract/test_measures.py",
            "tests/contracts/test_measures.py",
            "tests/contracts/test_rounding.py",
            "tests/events/test_measures.py",
            "tests/events/test_small_counts.py",
            "tests/feedback/test_disclosure.py",
            "tests/feedback/test_kind_feedback_counts.py",
            "tests/feedback/test_measures.py",
            "tests/feedback/test_results.py",
            "tests/feedback/test_statistics.py",
            "tests/gateway",
            "tests/registry/test_measures.py",
            "tests/registry/test_network.py",
        ),
    ),
    "access": Rules(
        ("services/*/*/access.py", "services/contracts/roles.py", "services/kernel/security/auth.py"),
        (
            "tests/contract/test_roles.py",
            "tests/events/test_access.py",
            "tests/events/test_everybody_else.py",
            "tests/events/test_attendance.py",
            "tests/events/test_calendar.py",
            "tests/events/test_mailbox.py",
            "tests/feedback/test_access.py",
            "tests/feedback/test_everybody_else.py",
            "tests/feedback/test_answers.py",
            "tests/feedback/test_surveys.py",
            "tests/gateway/test_coordinations.py",
            "tests/gateway/test_everybody_else.py",
            "tests/kernel/test_access.py",
            "tests/kernel/test_tokens.py",
            "tests/registry/test_access.py",
            "tests/registry/test_everybody_else.py",
            "tests/registry/test_imports.py",
            "tests/registry/test_leading.py",
            "tests/registry/test_projects.py",
            "tests/registry/test_search.py",
        ),
    ),
}
