"""Failures of surveys."""

from services.kernel.web.errors import DomainError


class SurveyExists(DomainError):
    """The event has a survey of this template already."""

    status, code = 409, "survey-exists"


class SurveyClosed(DomainError):
    """The survey no longer takes answers or changes."""

    status, code = 409, "survey-closed"


class SurveyNotOpen(DomainError):
    """The survey does not take answers yet."""

    status, code = 409, "survey-not-open"


class ClosesTooEarly(DomainError):
    """A survey closes after it opens, and not in the past; once open, no earlier than it was to close."""

    status, code = 409, "closes-too-early"


class AnonymityFrozen(DomainError):
    """The anonymity that was promised to the answerers stays."""

    status, code = 409, "anonymity-frozen"
