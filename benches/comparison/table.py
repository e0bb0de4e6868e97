"""Owns what is made of costs: ratios beside what is asked of them, on the terminal and in README.md."""

import dataclasses
import datetime
import os
import platform
import re
from pathlib import Path

from measure import Cost

PAGE = Path(__file__).resolve().parents[1] / "README.md"
SLACK = 1.3


@dataclasses.dataclass(frozen=True)
class Row:
    """One kind of work: what it cost us and them, the ratio, and what was asked of it."""

    work: str
    ours: Cost | None
    theirs: Cost | None
    by: str  # cpu, wall or memory
    times: bool  # the ratio says how many times faster; else which part of theirs
    demand: float | None
    note: str = ""

    @classmethod
    def at_most(cls, work, ours, theirs, by, demand):
        return cls(work, ours, theirs, by, False, demand)

    @classmethod
    def memory(cls, work, ours, theirs, demand):
        return cls(work, ours, theirs, "memory", False, demand)

    @classmethod
    def lacking(cls, work, demand, why):
        return cls(work, None, None, "cpu", False, demand, why)

    @property
    def reached(self):
        """The figure that the demand is about; memory in bytes."""
        if self.ours is None:
            return None
        if self.by == "memory":
            return self.ours.memory
        ours, theirs = getattr(self.ours, self.by), getattr(self.theirs, self.by)
        return theirs / max(ours, 1e-9) if self.times else ours / max(theirs, 1e-9)

    def holds(self, slack=1.0):
        """Tells whether the demand is met; what has none always is, what was not measured never."""
        if self.demand is None:
            return True
        if self.reached is None:
            return False
        return self.reached * slack >= self.demand if self.times else self.reached <= self.demand * slack

    def cells(self):
        """Gives the row as text: work, ours, theirs (cpu, clock), ratio, demand, verdict."""
        figure = lambda value: number(value) + (" × faster" if self.times else " ×")
        if self.by == "memory":
            figure = size
        verdict = "" if self.demand is None else "ok" if self.holds() else "**miss**"
        demand = "–" if self.demand is None else ("at least " if self.times else "at most ") + figure(self.demand)
        if self.reached is None:
            return [self.work, "–", "–", self.note, demand, verdict]
        if self.by == "memory":
            return [self.work, size(self.ours.memory), size(self.theirs.memory), "", demand, verdict]
        both = lambda cost: f"{seconds(cost.cpu)} cpu, {seconds(cost.wall)}"
        return [self.work, both(self.ours), both(self.theirs), figure(self.reached), demand, verdict]


def faster(work, ours, theirs, by, demand):
    """Gives a row that says how many times faster we are."""
    return Row(work, ours, theirs, by, True, demand)


def more(cost, times, start=None):
    """Extrapolates a cost; what `start` cost is paid once."""
    start = start or Cost(0, 0, 0)
    grown = lambda whole, once: once + max(0, whole - once) * times
    return Cost(grown(cost.cpu, start.cpu), grown(cost.wall, start.wall), cost.memory)


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def seconds(value):
    if value < 0.1:
        return f"{value * 1000:.1f} ms"
    return f"{value:,.0f} s" if value >= 100 else f"{value:.2f} s"


def size(value):
    return f"{value / 1e9:.2f} GB" if value >= 1e8 else f"{value / 1e6:.0f} MB"


HEADINGS = ["work", "git-okr", "the other", "ratio", "asked for", ""]


def markdown(rows):
    """Writes rows as a Markdown table that reads well as plain text too."""
    lines = [HEADINGS] + [row.cells() for row in rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEADINGS))]
    shown = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines]
    shown.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(shown)


def machine(cores):
    """Names the machine and how much of it was used."""
    model = platform.processor() or platform.machine()
    try:
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
        model = found[1] if found else model
    except OSError:
        pass
    return f"{model}, {cores} of {os.cpu_count()} cores, {platform.system()} {platform.release().split('-')[0]}"


def section(repository, commits, rows, agreed, rounds, cores, versions, load):
    """Writes all there is to say of one repository's run, as Markdown."""
    shape = repository.shape
    head = f"### {repository.name}: {commits:,} commits, {shape.files:,} objective files, {shape.code:,} other files"
    scaled = ""
    if repository.scale != 1:
        scaled = f"\nAt {repository.scale:g} of its size, while what is asked for is meant for the whole.\n"
    busy = "\n\n**The machine was busy with other work: only the ratios of cpu say something.**" if load > 1 else ""
    made = f"Seed {repository.seed}, HEAD `{repository.head[:10]}`. {rounds} rounds in turns, medians, page cache warm."
    today = datetime.datetime.now(datetime.timezone.utc).date()
    ran = f"{today}, {machine(cores)}, load {load:.1f} before. {versions}.{busy}"
    held = "\n".join(f"- {sentence}" for sentence in agreed)
    return f"{head}\n{scaled}\n{made}\n{ran}\n\n{markdown(rows)}\n\nBefore anything was timed:\n\n{held}\n"


def write(name, text):
    """Puts a repository's section in its place in README.md; what stands there of other repositories stays."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    if begin not in page or end not in page:
        raise SystemExit(f"{PAGE} has no place for {name}: it needs the lines {begin.strip()} and {end.strip()}")
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    PAGE.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
