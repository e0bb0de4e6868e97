"""Owns who runs what on a repository, and what is made of the costs: one row for each kind of work."""

import dataclasses
import hashlib
import json
import os
import shutil
import time

import agreement
from measure import Contender, Failed, aside, have_near, in_turns, output, silently
from table import Row, faster, more
from tools import SCHEMA, SCRIPT

DAY = "2026-09-30"
FORMAT = "--format=commit %H %P%x00%at%x00%an"
RAW = ("git", "log", FORMAT, "--raw", "-z", "--no-abbrev", "--no-renames", "--", "okrs")
LOOK = ("git", "--no-optional-locks", "status", "--porcelain", "--", "okrs")
PATCH = ("git", "log", "-p", "--no-renames", "--", "okrs")
STATES = {"none": "no commit-graph", "graph": "commit-graph", "bloom": "commit-graph with Bloom filters"}
# At most this part of git's cost, by repository, in each state.
CPU = {"R1": {"none": 1.0, "graph": 0.9, "bloom": 0.7}, "R2": {"none": 1.25}, "R3": {"none": 1.6}}
WALL = {"R2": 0.85, "R3": 1.2}
WARM = {"R1": 3, "R2": 20, "R3": 3}
# At least so many times faster.
GIT_HISTORY = {"R1": 150, "R2": 1_000, "R3": 500}
SCRIPTED = {"R1": 10, "R2": 20, "R3": 12}
# Commits that the PyGit2 script walks; the rest is extrapolated.
PART = {"R1": 50_000, "R2": 20_000, "R3": 10**9}


class Linting:
    """One repository, whose files are read and whose history nobody asks for."""

    def __init__(self, repository, tools):
        self.repository, self.tools = repository, tools
        self.folder = str(repository.folder)
        self.git = repository.folder / ".git"
        self.commits = int(output(["git", "rev-list", "--count", "HEAD"], self.folder)[0])
        self.check = self.check_of("format")
        self.tuned_for_tombi()

    def check_of(self, groups):
        return (self.tools.okr, "check", "--today", DAY, "--select", groups, "--format", "json")

    def tuned_for_tombi(self):
        """Tells tombi where our schema is: it has no option for that. The file is hidden from git."""
        (self.git / "info").mkdir(exist_ok=True)
        (self.git / "info" / "exclude").write_text("/tombi.toml\n", encoding="utf-8")
        text = f'[[schemas]]\npath = {json.dumps(str(SCHEMA))}\ninclude = ["okrs/**/*.toml"]\n'
        (self.repository.folder / "tombi.toml").write_text(text, encoding="utf-8")

    def linters(self):
        """Gives each linter's name, its command, and how it says how many files it read."""
        peers = self.tools.peers
        taplo = (str(peers / "taplo"), "lint", "--no-auto-config", "--schema", f"file://{SCHEMA}", "okrs/**/*.toml")
        tombi = (str(peers / "tombi"), "lint", "--offline", "okrs")
        return [
            ("taplo lint", taplo, rb"found files total=(\d+) "),
            ("tombi lint", tombi, rb"(\d+) files linted successfully"),
        ]

    def agreed(self):
        """Holds everybody's answers against ours. Gives one sentence for each competitor."""
        return aside(self.hold_together)

    def hold_together(self):
        linted = agreement.with_linters(self.repository, self.check, self.linters())
        return [f"taplo, tombi and git okr check accept the same {linted} and refuse a wrong one"]

    def contenders(self):
        # These two of the group `method` look back: with them it would be a walk that is timed.
        looking_back = ("--ignore", "objective-single-voice,confidence-start")
        present = (*self.check_of("format,reference,method,wording"), *looking_back)
        judged = Contender("check all", present, self.folder)
        linters = [Contender(name, command, self.folder) for name, command, _ in self.linters()]
        return [Contender("check", self.check, self.folder), judged, *linters]

    def rows(self, rounds):
        costs = self.costs(rounds)
        judged = "`check` by every rule that reads no history, on the clock, against `taplo lint` with our schema"
        return [
            *self.lint_rows(costs, 10),
            faster(judged, costs["check all"], costs["taplo lint"], "wall", None),
            Row.memory("memory of `check`, beside `taplo lint`", costs["check"], costs["taplo lint"], None),
        ]

    def costs(self, rounds):
        """Runs all contenders in turns, each with the repository in memory: who comes first would wait for the disk."""
        return in_turns([dataclasses.replace(one, before=self.near(one.before)) for one in self.contenders()], rounds)

    def near(self, before):
        """Gives what makes a turn ready: what it asks for itself, and then everything that it may read in memory."""

        def ready():
            if before:
                before()
            have_near(self.repository.folder / path for path in self.repository.files)
            have_near([*(self.git / "objects").glob("pack/*"), self.git / "index"])

        return ready

    def lint_rows(self, costs, demand):
        files = len(self.repository.files)
        work = f"`check --select format` of {files:,} files, on the clock, against `{{}}` with our schema"
        return [
            faster(work.format("taplo lint"), costs["check"], costs["taplo lint"], "wall", demand),
            faster(work.format("tombi lint"), costs["check"], costs["tombi lint"], "wall", None),
        ]

    def cleared(self):
        """Leaves the repository as it was made."""


class Contest(Linting):
    """One repository, ready to be run on."""

    def __init__(self, repository, tools):
        super().__init__(repository, tools)
        self.graphs = self.git / "bench-graphs"
        self.part = min(PART[repository.name], self.commits)
        cold = ("--no-cache",) if tools.has_cache else ()
        self.log = (tools.okr, "log", *cold, "--today", DAY, "--format", "json")
        self.write_graphs()
        self.single_line = aside(agreement.lines_of_one, repository, 3)

    # --- the states of the repository -------------------------------------------------------------------------------

    def write_graphs(self):
        """Keeps both commit-graph files beside the repository's objects, to be put in place by `state`."""
        if (self.graphs / "bloom").exists():
            return
        shutil.rmtree(self.graphs, ignore_errors=True)
        self.graphs.mkdir()
        for name, option in (("graph", "--no-changed-paths"), ("bloom", "--changed-paths")):
            self.state("none")
            output(["git", "commit-graph", "write", "--reachable", "--no-progress", option], self.folder)
            shutil.copy(self.git / "objects" / "info" / "commit-graph", self.graphs / name)

    def state(self, name):
        placed = self.git / "objects" / "info" / "commit-graph"
        placed.unlink(missing_ok=True)
        shutil.rmtree(placed.with_name("commit-graphs"), ignore_errors=True)
        if name != "none":
            placed.parent.mkdir(exist_ok=True)
            os.link(self.graphs / name, placed)

    def in_state(self, name):
        return lambda: self.state(name)

    def cache(self):
        return self.git / "okr"

    def script(self, commits):
        return (str(self.tools.peers / "python"), "-B", str(SCRIPT), self.folder, str(commits))

    def warmed(self):
        """Fills the cache by runs that are not measured: where commits are new, the second keeps the whole answer."""
        self.state("none")
        for _ in range(2):
            silently(self.warm(), self.folder)

    def warm(self):
        return (self.tools.okr, "log", "--today", DAY, "--format", "json", f"{self.repository.names[-1]}/kr-1")

    def hundred_ago(self):
        """Gives the commit of the first-parent line that a hundred commits, or a few more, came after."""
        first, _ = output(["git", "rev-list", "--first-parent", "--max-count=101", "HEAD"], self.folder)
        for commit in first.decode().split()[1:]:
            count = int(output(["git", "rev-list", "--count", f"{commit}..HEAD"], self.folder)[0])
            if count >= 100:
                return commit, count
        return commit, count

    # --- agreement --------------------------------------------------------------------------------------------------

    def hold_together(self):
        repository = self.repository
        said, ours = [], None
        for state, named in STATES.items():
            self.state(state)
            printed, _ = output(self.log, self.folder)
            if ours is None:
                ours = agreement.Ours(printed)
                said.append(f"git-okr prints the {agreement.with_record(ours, repository)} that were written")
            elif ours.digest != hashlib.sha256(printed).hexdigest():
                raise Failed(f"git okr log prints something else with {named} than without commit-graph")
            listed, _ = output(RAW, self.folder)
            counted = agreement.with_git(ours, listed, repository)
        said.append(f"git log --raw lists the same in each of the three states: {counted}")
        self.state("none")
        agreement.with_patch(ours, output(PATCH, self.folder)[0])
        said.append(f"git log -p lists the same {ours.commits:,} commits")
        if self.tools.git_only:
            return said
        scripted = agreement.with_script(ours, *output(self.script(self.part), self.folder), repository.contested)
        said.append(f"the PyGit2 script finds the same {scripted} in the {self.part:,} commits that it walks")
        sampled = agreement.with_git_history(ours, repository, self.tools.peers, self.single_line)
        said.append(f"git-history finds the same values in {sampled}")
        said += super().hold_together()
        if self.tools.has_cache:
            commit, _ = self.hundred_ago()
            runs = [("log", "--as-of", commit), ("log",), ("log",)]
            shutil.rmtree(self.cache(), ignore_errors=True)
            for run in runs:
                printed, _ = output((self.tools.okr, *run, *self.log[-4:]), self.folder)
                if run == ("log",) and hashlib.sha256(printed).hexdigest() != ours.digest:
                    raise Failed("git okr log prints something else with its cache than without")
            said.append("git-okr prints the same with a cache that is a hundred commits behind, and with its own")
        return said

    # --- the run ----------------------------------------------------------------------------------------------------

    def contenders(self):
        tools, folder, none = self.tools, self.folder, self.in_state("none")
        all_of_them = []
        for state in STATES:
            all_of_them.append(Contender(f"okr {state}", self.log, folder, self.in_state(state)))
            all_of_them.append(Contender(f"raw {state}", RAW, folder, self.in_state(state)))
        all_of_them.append(Contender("patch", PATCH, folder, none))
        if tools.git_only:
            return all_of_them
        database = self.git / "bench-git-history.db"
        history = agreement.git_history_command(tools.peers, database, self.single_line[0])
        all_of_them += [
            Contender("git-history", history, folder, lambda: (none(), database.unlink(missing_ok=True))),
            Contender("script", self.script(self.part), folder, none),
            Contender("script start", self.script(0), folder, none),
            Contender("check", self.check, folder),
        ]
        all_of_them += [Contender(name, command, folder) for name, command, _ in self.linters()]
        all_of_them += [
            Contender("rev-parse", ("git", "rev-parse", "HEAD"), folder, none, brief=True),
            Contender("look", LOOK, folder, none, brief=True),
            Contender("version", (tools.okr, "--version"), folder, brief=True),
            Contender("empty", (tools.empty,), folder, brief=True),
        ]
        if tools.has_cache:
            all_of_them += self.with_cache()
        return all_of_them

    def with_cache(self):
        kept = self.git / "bench-cache"
        commit, self.newer = self.hundred_ago()
        shutil.rmtree(self.cache(), ignore_errors=True)
        self.state("none")
        one, everything = self.warm(), (self.tools.okr, "log", "--today", DAY, "--format", "json")
        status = (self.tools.okr, "status", "--today", DAY)
        self.looked_at(commit, [one, everything, status])
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(self.cache(), kept)

        def behind():
            self.state("none")
            shutil.rmtree(self.cache(), ignore_errors=True)
            shutil.copytree(kept, self.cache())

        def nothing():
            self.state("none")
            shutil.rmtree(self.cache(), ignore_errors=True)

        cold = (*one, "--no-cache")
        behind()
        if output(one, self.folder)[0] != output(cold, self.folder)[0]:
            raise Failed("git okr log of one key result prints something else after new commits than without its cache")
        none = self.in_state("none")
        return [
            Contender("okr first", everything, self.folder, nothing),
            Contender("okr warm", one, self.folder, self.warmed, brief=True),
            Contender("okr one", cold, self.folder, none),
            Contender("okr one grown", one, self.folder, behind),
            Contender("okr grown", everything, self.folder, behind),
            Contender("okr status", (*status, "--no-cache"), self.folder, none),
            Contender("okr status grown", status, self.folder, behind),
        ]

    def looked_at(self, commit, commands):
        """Runs commands where the work tree stands at an older commit, and comes back as `git pull` would: files that no
        newer commit changed are not touched."""
        branch = output(["git", "symbolic-ref", "--short", "HEAD"], self.folder)[0].decode().strip()
        output(["git", "checkout", "-q", "--detach", commit], self.folder)
        try:
            # What was written a moment ago may be written again within the same tick of the clock, and is not relied on.
            time.sleep(3)
            for command in commands:
                silently(command, self.folder)
        finally:
            output(["git", "checkout", "-q", branch], self.folder)
            time.sleep(3)

    def rows(self, rounds):
        costs = self.costs(rounds)
        name, files = self.repository.name, len(self.repository.files)
        rows = []
        for state, words in STATES.items():
            work = f"`log`, cold, {words}, against `git log --raw -z -- okrs`"
            ours, theirs = costs[f"okr {state}"], costs[f"raw {state}"]
            rows.append(Row.at_most(work, ours, theirs, "cpu", CPU[name].get(state)))
            if state == "none":
                rows.append(Row.at_most("the same, on the clock", ours, theirs, "wall", WALL.get(name)))
        cold = costs["okr none"]
        patch = 0.5 if name == "R2" else None
        rows.append(Row.at_most("`log`, cold, against `git log -p -- okrs`", cold, costs["patch"], "cpu", patch))
        if self.tools.git_only:
            return rows
        work = f"`log`, cold, against git-history on one file × {files:,} files"
        rows.append(faster(work, cold, more(costs["git-history"], files), "cpu", GIT_HISTORY[name]))
        work = "`log`, cold, against a PyGit2 script"
        scripted = costs["script"]
        if self.part < self.commits:
            work += f" (measured on {self.part:,} commits, its start apart, × {self.commits / self.part:.1f})"
            scripted = more(scripted, self.commits / self.part, costs["script start"])
        rows.append(faster(work, cold, scripted, "cpu", SCRIPTED[name]))
        rows += self.warm_rows(costs)
        rows += self.lint_rows(costs, 10 if name == "R2" else None)
        work = "`--version` on the clock, against an empty Rust program"
        rows.append(Row.at_most(work, costs["version"], costs["empty"], "wall", 1.5))
        memory = 0.9e9 if name == "R2" else None
        rows.append(Row.memory("memory of `log`, cold, beside `git log --raw`", cold, costs["raw none"], memory))
        return rows

    def warm_rows(self, costs):
        warm = "`log` of one key result, warm, same HEAD, on the clock, against `git rev-parse HEAD`"
        looked = "the same, against `git status -- okrs`, which looks at every file"
        grown = "`log` of one key result after {} new commits, against the same, cold"
        if not self.tools.has_cache:
            why = "this build keeps no cache"
            return [Row.lacking(warm, WARM[self.repository.name], why), Row.lacking(grown.format(100), 0.05, why)]
        first = "`log`, cold, writing its cache, against without"
        whole = "`log` of everything after {} new commits, most of it the printing of every event, against the same, cold"
        status = "`status` after {} new commits, against the same, cold"
        return [
            Row.at_most(first, costs["okr first"], costs["okr none"], "cpu", None),
            Row.at_most(warm, costs["okr warm"], costs["rev-parse"], "wall", WARM[self.repository.name]),
            Row.at_most(looked, costs["okr warm"], costs["look"], "wall", None),
            Row.at_most(grown.format(self.newer), costs["okr one grown"], costs["okr one"], "cpu", 0.05),
            Row.at_most(whole.format(self.newer), costs["okr grown"], costs["okr none"], "cpu", None),
            Row.at_most(status.format(self.newer), costs["okr status grown"], costs["okr status"], "cpu", None),
        ]

    def cleared(self):
        """Leaves the repository as it was made."""
        self.state("none")
        for left in (self.cache(), self.git / "bench-cache"):
            shutil.rmtree(left, ignore_errors=True)
        (self.git / "bench-git-history.db").unlink(missing_ok=True)
