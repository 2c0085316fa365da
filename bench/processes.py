"""CPU time of a process and all that it started: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""

import os
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")


def _stats() -> dict[int, tuple[int, int]]:
    """Process → its parent and the ticks that it and its ended children took."""
    found: dict[int, tuple[int, int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        found[int(entry.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    return found


def seconds(*roots: int) -> float:
    """CPU seconds of ``roots`` and their descendants so far."""
    stats = _stats()
    tree = set(roots)
    while more := {pid for pid, (parent, _) in stats.items() if parent in tree} - tree:
        tree |= more
    return sum(stats[pid][1] for pid in tree if pid in stats) * TICK


def resident(*roots: int) -> float:
    """Megabytes that ``roots`` hold in memory."""
    page = os.sysconf("SC_PAGE_SIZE")
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page for pid in roots) / 1e6
