"""`python -m tests.contract.fuzz --seconds 60 --app registry`: schemathesis over an application, for longer."""

import argparse
import os

import pytest


def main() -> int:
    """Fuzz one application or all; exit status as pytest's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each application")
    parser.add_argument("--app", choices=["registry", "events", "feedback", "dashboard"])
    parser.add_argument("--seed", type=int, help="another than the usual one")
    parser.add_argument("--report", help="write what schemathesis says to this path, with the application's name")
    wanted = parser.parse_args()
    os.environ["VIPU_FUZZ_SECONDS"] = str(wanted.seconds)
    if wanted.seed is not None:
        os.environ["VIPU_FUZZ_SEED"] = str(wanted.seed)
    if wanted.report:
        os.environ["VIPU_FUZZ_REPORT"] = wanted.report
    only = f" and {wanted.app}" if wanted.app else ""
    chosen = ["-m", "not slow", "-k", f"keeps_its_word{only}"]
    return pytest.main(["tests/contract/test_schemathesis.py", "-p", "no:cacheprovider", *chosen])


if __name__ == "__main__":
    raise SystemExit(main())
