"""What an installation costs while nobody asks: processor time and memory of its processes."""

import time
from pathlib import Path

from benchmarks.measuring import arguments, family, machine, processor_seconds


def _megabytes(process: int) -> float:
    """What it has to itself: its proportional share."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


def main() -> None:
    """Watch for a while."""
    _, wanted = arguments(str(__doc__), pid=(1, 4_194_304, "Of `vipu up`"), seconds=(20, 600, "How long"))
    machine()
    processes = family(wanted.pid)
    before = {process: processor_seconds(process) for process in processes}
    time.sleep(wanted.seconds)
    used = {
        process: processor_seconds(process) - before[process]
        for process in processes
        if Path(f"/proc/{process}").exists()
    }
    own, others = used.pop(wanted.pid), sum(used.values())
    print(f"vipu: {own / wanted.seconds:.1%} of a processor, {_megabytes(wanted.pid):.0f} MB")
    memory = sum(_megabytes(process) for process in used)
    print(f"its {len(used)} other processes: {others / wanted.seconds:.1%} of a processor, {memory:.0f} MB")


main()
