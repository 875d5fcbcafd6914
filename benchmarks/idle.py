"""The cost of an idle installation: processor time and memory of its processes."""

import time
from pathlib import Path

from benchmarks.measuring import arguments, family, print_machine, processor_seconds


def _megabytes(process: int) -> float:
    """Return the memory of the process: its proportional share."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


def main() -> None:
    """Measure the processes for a time."""
    _, options = arguments(
        str(__doc__), pid=(1, 4_194_304, "Process of `vipu up`"), seconds=(20, 600, "Time to measure")
    )
    print_machine()
    processes = family(options.pid)
    before = {process: processor_seconds(process) for process in processes}
    time.sleep(options.seconds)
    used = {
        process: processor_seconds(process) - before[process]
        for process in processes
        if Path(f"/proc/{process}").exists()
    }
    own, others = used.pop(options.pid), sum(used.values())
    print(f"vipu: {own / options.seconds:.1%} of a processor, {_megabytes(options.pid):.0f} MB")
    memory = sum(_megabytes(process) for process in used)
    print(f"its {len(used)} other processes: {others / options.seconds:.1%} of a processor, {memory:.0f} MB")


main()
