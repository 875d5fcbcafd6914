"""What an installation costs while nobody asks: processor time and memory of its processes."""

import os
import time
from pathlib import Path

from benchmarks.measuring import arguments, machine

_TICKS = os.sysconf("SC_CLK_TCK")


def _family(root: int) -> list[int]:
    """The process and all its descendants."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [root]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _megabytes(process: int) -> float:
    """What it has to itself: its proportional share."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


def main() -> None:
    """Watch for a while."""
    _, wanted = arguments(str(__doc__), pid=(1, 4_194_304, "Of `vipu up`"), seconds=(20, 600, "How long"))
    machine()
    family = _family(wanted.pid)
    before = {process: _seconds(process) for process in family}
    time.sleep(wanted.seconds)
    used = {process: _seconds(process) - before[process] for process in family if Path(f"/proc/{process}").exists()}
    own, others = used.pop(wanted.pid), sum(used.values())
    print(f"vipu: {own / wanted.seconds:.1%} of a processor, {_megabytes(wanted.pid):.0f} MB")
    memory = sum(_megabytes(process) for process in used)
    print(f"its {len(used)} other processes: {others / wanted.seconds:.1%} of a processor, {memory:.0f} MB")


main()
