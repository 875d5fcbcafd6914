"""The check of dead code finds unused code and needless exceptions."""

import pytest

from services.checks.dead_code import find_dead_code

SETTINGS = """
[tool.vulture]
paths = ["services"]
min_confidence = 60
ignore_decorators = ["@*.get"]
ignore_names = ["called_*", "long_gone"]
"""
CODE = """
class Read(BaseModel):
    field_of_an_answer: int

class Wider(Read):
    field_of_another: int

class Plain:
    read_by_nothing: int

@router.get("/")
async def route() -> Wider:
    return Plain()

def called_from_outside(): ...
def dead(): ...

async def change(row):
    row.field_of_an_answer = 1

change(1)
"""


@pytest.fixture
def dead(tmp_path):
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "code.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    return find_dead_code(tmp_path)


def test_unused_code_is_dead_and_code_that_frameworks_use_is_not(dead):
    assert [line.split(": ")[1] for line in dead if "code.py" in line] == [
        "unused variable 'read_by_nothing' (60% confidence)",
        "unused function 'dead' (60% confidence)",
    ]


def test_an_exception_that_is_not_needed_is_reported(dead):
    assert dead[-1] == "pyproject.toml: needless in ignore_names: long_gone"
