"""Failures of attendance."""

from services.kernel.web.errors import DomainError, Titles


class NamesAreRecorded(DomainError):
    """People are marked as attended by name; a headcount would count them twice."""

    status, code = 409, "names-are-recorded"
    titles = Titles(
        fi="Osallistujat on jo merkitty nimittäin",
        sv="Deltagarna har redan antecknats med namn",
        en="Attendance is recorded by name",
    )
