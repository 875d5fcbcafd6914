"""The files of the real list in LibreOffice: its sums, and its cells under a Finnish locale."""

import asyncio
import io
import shutil
from decimal import Decimal

import openpyxl
import pytest

from services.demo.register import REGISTER_FILE
from tests.factories import ADMIN

# Semicolons, quotation marks, UTF-8, from the first line, Finnish, and numbers are looked for in all cells.
FINNISH_CSV = "CSV:59,34,76,1,,1035,false,true"
GRANTED = Decimal(1_225_112_342)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
]


@pytest.fixture
def converted(tmp_path):
    """`await converted("a.csv", content, "xlsx")`: what LibreOffice without a window makes of a file."""

    async def convert(name, content, kind, *words):
        (tmp_path / name).write_bytes(content)
        profile, program = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", shutil.which("soffice")
        command = [program, profile, "--headless", *words, "--convert-to", kind, "--outdir", str(tmp_path / "out")]
        process = await asyncio.create_subprocess_exec(*command, str(tmp_path / name))
        assert await process.wait() == 0
        return (tmp_path / "out" / name).with_suffix(f".{kind}").read_bytes()

    return convert


@pytest.fixture
def file_of(client, applications):
    """`await file_of("/v1/projects", format="xlsx")`, after the real list was imported."""

    async def read(path, **params):
        admin = client("registry", ADMIN)
        listed = (await admin.get("/v1/imports")).json()["items"]
        return (await admin.get(path.format(import_id=listed[0]["id"]), **params)).content

    async def entered(path, **params):
        admin = client("registry", ADMIN)
        headers = {"Content-Type": "text/csv"}
        made = await admin.send("POST", "/v1/imports", content=REGISTER_FILE.read_bytes(), headers=headers)
        await applications.worker("registry").drain()
        await admin.post(f"/v1/imports/{made.json()['id']}/apply")
        await applications.worker("registry").drain()
        return await read(path, **params)

    return entered


def letters(sheet):
    """The letter of each column, by its heading."""
    return {cell.value: cell.column_letter for cell in sheet[1]}


@pytest.mark.parametrize(
    ("path", "sheet", "formula"),
    [
        ("/v1/imports/{import_id}/rows", "Vipu", "=SUM(Vipu!{values_granted}:{values_granted})"),
        ("/v1/projects", "funding", '=SUMIF(funding!{kind}:{kind},"granted",funding!{amount}:{amount})'),
    ],
)
async def test_the_sum_of_the_money_is_the_control_sum(file_of, converted, path, sheet, formula):
    workbook = openpyxl.load_workbook(io.BytesIO(await file_of(path, format="xlsx")))
    workbook.create_sheet("sum", 0)["A1"] = formula.format(**letters(workbook[sheet]))
    content = io.BytesIO()
    workbook.save(content)
    assert Decimal((await converted("sum.xlsx", content.getvalue(), "csv")).decode().strip()) == GRANTED


async def test_a_finnish_office_opens_numbers_days_and_times(file_of, converted):
    content = await file_of("/v1/projects", format="csv", excel="fi")
    opened = await converted("hankkeet.csv", content, "xlsx", f"--infilter={FINNISH_CSV}")
    sheet = openpyxl.load_workbook(io.BytesIO(opened)).active
    kinds = {
        name: {cell.data_type for cell in sheet[letter] if cell.row > 1 and cell.value is not None}
        for name, letter in letters(sheet).items()
    }
    assert kinds["starts_on"] == kinds["ends_on"] == kinds["created_at (Europe/Helsinki)"] == {"d"}
    assert kinds["funding_1_amount"] == kinds["funding_4_amount"] == {"n"}
    assert kinds["id"] == kinds["name_fi"] == {"s"}
