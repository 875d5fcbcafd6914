"""Starting: what only some requests need is not loaded before one comes."""

import subprocess
import sys

from services.kernel.settings import ROOT

SLOW = ["openpyxl", "numpy", "scipy", "xlsxwriter"]


def test_vipu_starts_without_the_libraries_of_files_and_statistics():
    program = f"import sys, services.runner.services; print([name for name in {SLOW} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
