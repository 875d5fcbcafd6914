"""`python -m tests.contract.fuzz --seconds 60 --app registry`: schemathesis over an application, for longer."""

import argparse
import os

import pytest

from services.contracts.services import SERVICE_NAMES


def main() -> int:
    """Fuzz one application or all. Returns the exit status of pytest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each application")
    parser.add_argument("--app", choices=SERVICE_NAMES)
    parser.add_argument("--seed", type=int, help="another than the usual one")
    parser.add_argument("--report", help="write what schemathesis says to this path, with the application's name")
    arguments = parser.parse_args()
    os.environ["VIPU_FUZZ_SECONDS"] = str(arguments.seconds)
    if arguments.seed is not None:
        os.environ["VIPU_FUZZ_SEED"] = str(arguments.seed)
    if arguments.report:
        os.environ["VIPU_FUZZ_REPORT"] = arguments.report
    only = f" and {arguments.app}" if arguments.app else ""
    chosen = ["-m", "slow", "-k", f"keeps_its_word and not for_long{only}"]
    return pytest.main(["tests/contract/test_schemathesis.py", "-p", "no:cacheprovider", *chosen])


if __name__ == "__main__":
    raise SystemExit(main())
