"""Owns the repositories that are measured: their shapes, and the seeded history that `git fast-import` is fed with.

A history has what makes reading one hard: branches that lag behind, merges of key results from both sides, conflicts
resolved to either side, to a mixture of both or to a third value, and branches brought up to date with main. The same
shape and seed give the same commit ids on every machine: all chance comes from `random.Random.random`, whose sequence
Python keeps stable for good.
"""

import dataclasses
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

WORDS = """adopt basket churn cost cover deploy error grow hire latency launch margin mobile onboard parcel quality
refund release renew revenue search share signal stock support team trust uptime visit week""".split()
UNITS = ["ms", "EUR", "users", "days"]
PEOPLE = 200
FIRST_QUARTER_AFTER_LAST = (2026, 4)  # histories end with the day before this quarter
END = 1_790_812_800  # that day's end: 2026-10-01T00:00:00Z
QUARTER_SECONDS = 7_889_400


@dataclasses.dataclass(frozen=True)
class Shape:
    """What a repository is like. Shares are of 1."""

    commits: int
    merges: float
    goal_commits: int  # check-ins, about; 0: every commit that is no merge
    files: int  # of goals, one objective each
    quarters: int
    teams: int
    code: int  # other files
    branches: int  # open at any time
    direct: float  # commits made on main

    def scaled(self, scale):
        """Gives the same at another size; teams become fewer where there are not files for all."""
        if scale == 1:
            return self
        size = lambda count, least: max(least, round(count * scale)) if count else 0
        files = size(self.files, self.quarters * 5)
        return dataclasses.replace(
            self,
            commits=size(self.commits, 100),
            goal_commits=size(self.goal_commits, 20),
            files=files,
            teams=max(1, min(self.teams, files // self.quarters)),
            code=size(self.code, 20),
        )


SHAPES = {
    # A monorepo in which goals are a rare sight.
    "R1": Shape(500_000, 0.20, 2_000, 200, 4, 10, 20_000, 12, 0.1),
    # A repository of goals alone, ten quarters of a large company.
    "R2": Shape(200_000, 0.05, 0, 10_000, 10, 50, 20, 6, 0.5),
    # A company's goals, one year.
    "R3": Shape(10_000, 0.10, 0, 1_000, 4, 25, 20, 4, 0.3),
    # R2's files with hardly a history, for who reads files alone.
    "FILES": Shape(1_000, 0.05, 0, 10_000, 10, 50, 20, 6, 0.5),
}


class Chance:
    """Draws from one seeded sequence."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, count):
        return int(self.random() * count)

    def one(self, choices):
        return choices[int(self.random() * len(choices))]

    def hits(self, share):
        return self.random() < share

    def words(self, count):
        return " ".join(self.one(WORDS) for _ in range(count))


class Value:
    """A value of `current`: the commit that set it, and the value before on its line. The newest ones at HEAD lead to
    every event there is, which nobody who reads the history needs to be trusted for."""

    __slots__ = ("tenths", "mark", "before")

    def __init__(self, tenths, before):
        self.tenths, self.mark, self.before = tenths, None, before


class Goals:
    """One objective file: what stays of its text, and the state that check-ins change: (value, twentieths of
    confidence, note) of each key result."""

    def __init__(self, index, shape, chance):
        per_quarter = max(1, shape.files // shape.quarters)
        self.quarter = min(index // per_quarter, shape.quarters - 1)
        place = index - self.quarter * per_quarter
        self.team = place % shape.teams
        year, quarter = FIRST_QUARTER_AFTER_LAST
        count = year * 4 + quarter - 1 - shape.quarters + self.quarter
        cycle = f"{count // 4}-Q{count % 4 + 1}"
        self.name = f"{cycle}/goal-{index:05}"
        self.path = f"okrs/{cycle}/team-{self.team:02}/goal-{place // shape.teams:03}.toml"
        said = chance.words
        self.head = (
            f'cycle = "{cycle}"\nowner = "@acme/team-{self.team:02}"\n\n[[objective]]\nid = "goal-{index:05}"\n'
            f'title = "{said(7).capitalize()}"\ntags = ["{said(1)}", "{said(1)}"]\n'
            f'why = """\n{said(14)}\n{said(14)}\n"""\n'
        )
        self.key_results = [
            f'\n[[objective.key_result]]\nid = "kr-{at + 1}"\ntitle = "{said(8).capitalize()}"\n'
            f'owner = "@person{chance.below(PEOPLE):03}"\nunit = "{chance.one(UNITS)}"\n'
            f"baseline = {chance.below(50)}.0\ntarget = {60 + chance.below(140)}.0\n"
            for at in range(3 + chance.below(3))
        ]

    def text(self, state):
        parts = [self.head]
        for fixed, (value, twentieths, note) in zip(self.key_results, state):
            parts.append(
                f"{fixed}current = {value.tenths / 10:.1f}\nconfidence = {twentieths / 20:.2f}\n"
                f'note = "{note}"\n'
            )
        return "".join(parts)


class Code:
    """The other files of the repository: bodies that differ by a line from one version to the next."""

    def __init__(self, count, chance):
        said, below = chance.words, chance.below
        self.count = count
        self.bodies = [
            [f"    let {said(1)}_{at} = {said(1)}({below(9999)}); // {said(3)}\n" for at in range(5 + below(20))]
            for _ in range(60)
        ]

    def path(self, at):
        area, package = at % 31, at // 31 % 20
        return f"{WORDS[area % 30]}-{area:02}/src/{WORDS[package]}/part-{at % 7}/file_{at:05}.rs"

    def text(self, at, version):
        body = self.bodies[(at * 7 + version // 9) % len(self.bodies)]
        cut = version * 37 % len(body)
        return f"// {at}\n{''.join(body[:cut])}    step({version});\n{''.join(body[cut:])}"


class Branch:
    """A line of work beside main: its own changes, and what main has changed since the two were one."""

    def __init__(self, tip):
        self.tip = tip
        self.length = 0
        self.goals = {}  # file -> state, as this branch has it
        self.code = {}  # path -> blob, as this branch has it
        self.base = {}  # file -> state that main has overwritten since, None where main created it
        self.missed = {}  # path -> blob, as main has it now


class History:
    """Writes one history, commit by commit."""

    def __init__(self, shape, seed, out):
        self.shape, self.out, self.chance = shape, out, Chance(seed)
        self.marks = self.commits = self.edits = 0
        self.files = [Goals(at, shape, self.chance) for at in range(shape.files)]
        self.code = Code(shape.code, self.chance)
        self.state = [None] * shape.files  # as main has it
        self.main = None
        self.contested = set()  # (file, key result) that was changed on both sides of a merge
        self.unmarked = []  # values that the next commit sets
        self.teams = {}  # files of the running quarter, by team
        self.branches = []

    def write(self):
        shape, chance = self.shape, self.chance
        code = [(self.code.path(at), self.blob(self.code.text(at, 0))) for at in range(shape.code)]
        self.on_main([("README.md", self.blob("# Acme\n"))] + code, "Import everything")
        self.plan(0)
        self.branches = [Branch(self.main) for _ in range(shape.branches)]
        running = 0
        steps = max(0, shape.commits - self.commits)
        share = shape.goal_commits / (steps * (1 - shape.merges)) if shape.goal_commits and steps else 1
        for step in range(steps):
            quarter = step * shape.quarters // steps
            if quarter > running:
                running = quarter
                self.plan(quarter)
            ready = [at for at, branch in enumerate(self.branches) if branch.length]
            if ready and chance.hits(shape.merges):
                at = chance.one(ready)
                if chance.hits(0.1) and self.branches[at].missed:
                    self.catch_up(at)
                else:
                    self.merge(at)
            elif chance.hits(share):
                self.check_in()
            else:
                self.edit()

    def blob(self, text):
        self.marks += 1
        data = text.encode()
        self.out(b"blob\nmark :%d\ndata %d\n%b\n" % (self.marks, len(data), data))
        return self.marks

    def value(self, tenths, before):
        """Gives a value that the next commit sets. One that the same commit sets before it never was."""
        if before and before.mark is None:
            before = before.before
        self.unmarked.append(Value(tenths, before))
        return self.unmarked[-1]

    def commit(self, reference, parent, files, message, merged=None):
        self.marks += 1
        self.commits += 1
        for value in self.unmarked:
            value.mark = self.marks
        self.unmarked = []
        span = self.shape.quarters * QUARTER_SECONDS
        at_most = self.shape.commits + self.shape.quarters * self.shape.teams + 1
        recorded = END - span + self.commits * span // at_most
        written = recorded - self.chance.below(3600)
        who = self.chance.below(PEOPLE)
        person, data = b"Person %03d <person%03d@acme.example>" % (who, who), message.encode()
        lines = [
            b"commit refs/heads/%b\nmark :%d\nauthor %b %d +0100\ncommitter %b %d +0100\ndata %d\n%b\n"
            % (reference.encode(), self.marks, person, written, person, recorded, len(data), data)
        ]
        if parent:
            lines.append(b"from :%d\n" % parent)
        if merged:
            lines.append(b"merge :%d\n" % merged)
        lines.extend(b"M 100644 :%d %b\n" % (blob, path.encode()) for path, blob in files)
        self.out(b"".join(lines))
        return self.marks

    def on_main(self, files, message, states=None, merged=None):
        self.main = self.commit("main", self.main, files, message, merged)
        for branch in self.branches:
            branch.missed.update(files)
            for at in states or ():
                branch.base.setdefault(at, self.state[at])
        for at, state in (states or {}).items():
            self.state[at] = state

    def goal_blobs(self, states):
        return [(self.files[at].path, self.blob(self.files[at].text(state))) for at, state in states.items()]

    def plan(self, quarter):
        self.teams = {}
        for at, goals in enumerate(self.files):
            if goals.quarter == quarter:
                self.teams.setdefault(goals.team, []).append(at)
        for team, files in self.teams.items():
            first = lambda: (self.value(self.chance.below(500), None), 10, "planned")
            states = {at: tuple(first() for _ in self.files[at].key_results) for at in files}
            self.on_main(self.goal_blobs(states), f"Plan the quarter of team {team}", states)

    def seen(self, branch, at):
        """Gives a file's state on a branch, or on main; None where it is not there yet."""
        if branch:
            if at in branch.goals:
                return branch.goals[at]
            if at in branch.base:
                return branch.base[at]
        return self.state[at]

    def check_in(self):
        chance = self.chance
        branch = None if chance.hits(self.shape.direct) else chance.one(self.branches)
        files = self.teams[chance.one(list(self.teams))]
        if branch and any(self.seen(branch, at) is None for at in files):
            branch = None  # it forked before these goals were planned
        states = {}
        for _ in range(chance.one((1, 1, 2, 3))):
            at = chance.one(files)
            state = list(states.get(at) or self.seen(branch, at))
            which = chance.below(len(state))
            value, _, note = state[which]
            note = chance.words(6) if chance.hits(0.5) else note
            state[which] = (self.value(value.tenths + 1 + chance.below(89), value), 1 + chance.below(19), note)
            states[at] = tuple(state)
        blobs, message = self.goal_blobs(states), f"Check in {chance.words(3)}"
        if branch is None:
            self.on_main(blobs, message, states)
        else:
            branch.goals.update(states)
            self.on_branch(branch, blobs, message)

    def edit(self):
        chance = self.chance
        near = chance.below(self.shape.code)
        files = {}
        for step in range(chance.one((1, 1, 2, 3))):
            self.edits += 1
            at = (near + 31 * 20 * step) % self.shape.code
            files[self.code.path(at)] = self.blob(self.code.text(at, self.edits))
        message = f"{chance.words(5).capitalize()}\n\n{chance.words(12)}\n"
        if chance.hits(self.shape.direct):
            self.on_main(list(files.items()), message)
        else:
            branch = chance.one(self.branches)
            branch.code.update(files)
            self.on_branch(branch, list(files.items()), message)

    def on_branch(self, branch, files, message):
        name = f"topic-{self.branches.index(branch)}"
        branch.tip = self.commit(name, branch.tip, files, message)
        branch.length += 1

    def joined(self, branch, settle, into_main):
        """Merges each file of a branch with main's, key result by key result; `settle` decides conflicts. Where both
        have come to the same value, it is the first parent's."""
        joined = {}
        for at, theirs in branch.goals.items():
            ours = self.state[at]
            base = branch.base.get(at, ours)
            state = list(ours)
            for which, (old, left, right) in enumerate(zip(base, ours, theirs)):
                if right != old and left != old:
                    self.contested.add((at, which))
                    state[which] = settle(left, right)
                elif right != old:
                    state[which] = right
                first = left[0] if into_main else right[0]
                if state[which][0].tenths == first.tenths:
                    state[which] = (first, *state[which][1:])
            joined[at] = tuple(state)
        return joined

    def merge(self, index):
        branch, chance = self.branches[index], self.chance

        def settle(left, right):
            drawn = chance.below(20)
            if drawn < 7:
                return left
            if drawn < 14:
                return right
            if drawn < 17:  # one side's value, the other's word
                return (right[0], right[1], left[2])
            highest = max(left[0].tenths, right[0].tenths)
            return (self.value(highest + 1, left[0]), right[1], "agreed in the merge")

        states = self.joined(branch, settle, into_main=True)
        files = list(branch.code.items()) + self.goal_blobs(states)
        states = {at: state for at, state in states.items() if state != self.state[at]}
        self.on_main(files, f"Merge pull request #{self.commits}", states, branch.tip)
        self.branches[index] = Branch(self.main)

    def catch_up(self, index):
        """Brings a branch up to date with main; where both moved a key result, the branch's stays."""
        branch = self.branches[index]
        branch.goals = self.joined(branch, lambda _left, right: right, into_main=False)
        files = {**branch.missed, **branch.code, **dict(self.goal_blobs(branch.goals))}
        name = f"topic-{index}"
        branch.tip = self.commit(name, branch.tip, list(files.items()), f"Merge branch 'main' into {name}", self.main)
        branch.base, branch.missed = {}, {}


    def values(self):
        """Gives every event of `current` that HEAD knows of: (mark of the commit, name, tenths)."""
        for goals, state in zip(self.files, self.state):
            for which, (value, *_) in enumerate(state or ()):
                while value:
                    yield value.mark, f"{goals.name}/kr-{which + 1}", value.tenths
                    value = value.before


@dataclasses.dataclass(frozen=True)
class Repository:
    """A repository that was made: where it is, what it was made of, and what to know of it."""

    name: str  # R1, R2, R3, FILES
    folder: Path
    scale: float
    seed: int
    shape: Shape
    head: str
    contested: frozenset  # full names of key results where a merge had to choose
    files: tuple  # paths of all files of goals, by number
    names: tuple  # full names of their objectives, beside them

    def values(self):
        """Gives every event of `current` as it was written: (commit, name, value)."""
        for line in (self.folder / ".git" / "bench-values").read_text(encoding="ascii").splitlines():
            commit, name, tenths = line.split()
            yield commit, name, int(tenths) / 10


def made(name, scale, seed, kept):
    """Makes a repository below the folder `kept`, or takes the one that is there from the same seed, shape and code."""
    shape = SHAPES[name].scaled(scale)
    made_of = f"{seed} {shape} {Path(__file__).read_text(encoding='utf-8')}"
    digest = hashlib.sha256(made_of.encode()).hexdigest()[:10]
    folder = kept / f"{name}-{scale:g}-{seed}-{digest}"
    noted = folder / ".git" / "bench.json"
    if not noted.exists():
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        write(shape, seed, part)
        os.rename(part, folder)
    notes = json.loads(noted.read_text(encoding="utf-8"))
    return Repository(
        name, folder, scale, seed, shape, notes["head"], frozenset(notes["contested"]), tuple(notes["files"]),
        tuple(notes["names"]),
    )


def write(shape, seed, folder):
    """Writes one repository, packed as a server would hand it out, its work tree checked out."""
    started = time.monotonic()
    print(f"making {folder.name} ({shape.commits:,} commits) …", file=sys.stderr, flush=True)
    folder.mkdir(parents=True)

    def git(*arguments):
        done = subprocess.run(["git", "-C", str(folder), *arguments], check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.strip()

    git("init", "--quiet", "--initial-branch=main")
    marks = folder / ".git" / "bench-marks"
    command = ["git", "-C", str(folder), "fast-import", "--quiet", "--force", "--depth=50", "--active-branches=64"]
    command.append(f"--export-marks={marks.resolve()}")
    importer = subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=1 << 20)
    history = History(shape, seed, importer.stdin.write)
    history.write()
    importer.stdin.close()
    if importer.wait() != 0:
        raise SystemExit(f"git fast-import failed in {folder}")
    for reference in git("for-each-ref", "--format=%(refname)", "refs/heads/topic-*").split():
        git("update-ref", "-d", reference)
    git("repack", "-adfq", "--depth=50", "--window=10")
    git("prune-packed", "--quiet")
    git("reset", "--quiet", "--hard")
    wanted = {mark for mark, _, _ in history.values()}
    commits = {}
    with marks.open(encoding="ascii") as lines:
        for line in lines:
            mark, commit = line[1:].split()
            if int(mark) in wanted:
                commits[int(mark)] = commit
    marks.unlink()
    with (folder / ".git" / "bench-values").open("w", encoding="ascii") as values:
        values.writelines(f"{commits[mark]} {name} {tenths}\n" for mark, name, tenths in history.values())
    notes = {
        "head": git("rev-parse", "HEAD"),
        "contested": sorted(f"{history.files[at].name}/kr-{which + 1}" for at, which in history.contested),
        "files": [goals.path for goals in history.files],
        "names": [goals.name for goals in history.files],
    }
    (folder / ".git" / "bench.json").write_text(json.dumps(notes), encoding="utf-8")
    print(f"made in {time.monotonic() - started:.0f} s, HEAD {notes['head'][:10]}", file=sys.stderr)
