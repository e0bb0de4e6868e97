"""Owns the proof that everybody was asked the same thing: each competitor's check-ins are held against git-okr's, at
the same git state. A competitor that disagrees is not timed: the run stops and shows both sides.

What is compared, and why it may be compared exactly:

- the record: whoever writes these repositories notes which commit set which value of `current`. git-okr's events are
  all of these and no others, whatever merges had to choose.
- git's own list: as many commits, and the same (commit, file) pairs for every file in which no merge had to choose
  between two values. Where one had to, git also lists what was thrown away, so there git-okr's are a subset.
- values of `current` of every key result that no merge had to choose for. It only ever rises in these repositories, so
  that each of its values is one event. (A confidence that goes up and down again on a branch leaves no trace behind the
  merge, by design.)
- files of one line, where no two branches touched the file at once: what git-history, which puts all commits in one row
  by date, is right about.
"""

import calendar
import hashlib
import json
import re
import sqlite3
import tempfile
import time
from pathlib import Path

from measure import Failed, output


def same(what, theirs_are, theirs, ours):
    """Stops the run where two sets differ, and shows what only one side has."""
    if theirs == ours:
        return
    show = lambda items: "\n".join(f"    {item}" for item in sorted(items, key=str)[:5]) or "    nothing"
    raise Failed(
        f"{what}: {theirs_are} has {len(theirs)}, git-okr {len(ours)}\n"
        f"  only {theirs_are}:\n{show(theirs - ours)}\n  only git-okr:\n{show(ours - theirs)}"
    )


class Ours:
    """What git-okr says of a repository; read once, held against everybody."""

    def __init__(self, printed):
        log = json.loads(printed)
        if not log["history"]["complete"] or log["history"]["degraded"]:
            raise Failed(f"git-okr does not call the history whole: {log['history']}")
        self.digest = hashlib.sha256(printed).hexdigest()
        self.commits = log["history"]["commits"]
        self.pairs, self.values, self.when = set(), set(), {}
        for event in log["events"]:
            commit, path = event["commit"], event["path"]
            self.pairs.add((commit, path))
            self.when[commit] = calendar.timegm(time.strptime(event["recorded"], "%Y-%m-%dT%H:%M:%SZ"))
            for change in event["changes"]:
                if change["field"] == "current":
                    self.values.add((commit, path, event["name"], change["after"]))
        self.events = len(log["events"])

    def of(self, paths):
        return {value for value in self.values if value[1] in paths}


def with_record(ours, repository):
    """Holds every value that was written, and that HEAD still knows of, against ours."""
    written = set(repository.values())
    found = {(commit, name, value) for commit, _, name, value in ours.values}
    same("values of `current`", "the record", written, found)
    return f"{len(written):,} values of `current`"


def with_git(ours, printed, repository):
    """Holds the commits and changed files that `git log --raw -z` lists against ours."""
    chosen = {name.rsplit("/", 1)[0] for name in repository.contested}
    contested = {path for path, name in zip(repository.files, repository.names) if name in chosen}
    commits, merges, pairs = set(), set(), set()
    tokens = iter(printed.decode().split("\0"))
    commit = None
    for token in tokens:
        if token.lstrip("\n").startswith("commit "):
            commit, *parents = token.split()[1:]
            commits.add(commit)
            if len(parents) > 1:
                merges.add(commit)
        elif token.lstrip("\n").startswith(":"):
            pairs.add((commit, next(tokens)))
    if len(commits) != ours.commits:
        raise Failed(f"commits that touch goals: git log lists {len(commits)}, git-okr {ours.commits}")
    plain = {pair for pair in ours.pairs if pair[0] not in merges}
    same(
        "changed files in which no merge had to choose", "git log",
        {pair for pair in pairs if pair[1] not in contested},
        {pair for pair in plain if pair[1] not in contested},
    )
    if not plain <= pairs:
        same("changed files", "git log", pairs, plain)
    return f"{len(commits):,} commits, {len(pairs):,} changed files"


def with_patch(ours, printed):
    """Holds the commits that `git log -p` lists against ours."""
    commits = len(re.findall(rb"^commit [0-9a-f]{40}", printed, re.MULTILINE))
    if commits != ours.commits:
        raise Failed(f"commits that touch goals: git log -p lists {commits}, git-okr {ours.commits}")


def with_script(ours, printed, said, contested):
    """Holds every value that the PyGit2 script found, as far back as it walked, against ours."""
    oldest = int(said.split()[-1])
    theirs = set()
    for line in printed.decode().splitlines():
        commit, _, path, name, current, _, _ = line.split("\t")
        if name not in contested:
            theirs.add((commit, path, name, float(current)))
    reached = {value for value in ours.values if value[2] not in contested and ours.when[value[0]] >= oldest}
    same("values of `current`", "the PyGit2 script", theirs, reached)
    return f"{len(theirs):,} values"


def lines_of_one(repository, wanted):
    """Gives up to so many files whose history is one line, with about as many commits as a file has in the mean."""
    folder = str(repository.folder)
    listed, _ = output(["git", "log", "--format=", "--name-only", "--", "okrs"], folder)
    touched = {}
    for path in listed.decode().split():
        touched[path] = touched.get(path, 0) + 1
    mean = sum(touched.values()) / len(repository.files)
    order = sorted(repository.files, key=lambda path: (abs(touched.get(path, 0) - mean), path))
    found = []
    for path in order[:400]:
        commits, _ = output(["git", "rev-list", "--parents", "HEAD", "--", path], folder)
        lines = commits.decode().splitlines()
        if lines and all(len(line.split()) <= 2 for line in lines):
            found.append(path)
        if len(found) == wanted:
            break
    if not found:
        raise Failed(f"{repository.folder} has no file whose history is one line")
    return found


def git_history_command(peers, database, path):
    convert = "tomllib.loads(content.decode())['objective'][0]['key_result']"
    return (
        str(peers / "git-history"), "file", str(database), path, "--repo", ".", "--branch", "main", "--id", "id",
        "--import", "tomllib", "--convert", convert, "--silent",
    )


def with_git_history(ours, repository, peers, paths):
    """Holds every value that git-history finds for some files against ours."""
    for path in paths:
        with tempfile.TemporaryDirectory() as scratch:
            database = Path(scratch) / "history.db"
            output(git_history_command(peers, database, path), str(repository.folder))
            rows = sqlite3.connect(database).execute(
                "select _commit_hash, item.id, item_version_detail.current from item_version_detail"
                " join item on item._id = item_version_detail._item where item_version_detail.current is not null"
            )
            theirs = {(commit, key_result, value) for commit, key_result, value in rows}
        mine = {(commit, name.split("/")[-1], value) for commit, _, name, value in ours.of({path})}
        same(f"values of `current` in {path}", "git-history", theirs, mine)
    return f"{len(paths)} files"


def with_linters(repository, okr, linters):
    """Holds the linters' word on every file, and on one that is wrong, against `git okr check`."""
    folder = repository.folder
    wrong = folder / "okrs" / "wrong.toml"
    sample = folder / repository.files[0]
    checked, _ = output(okr, str(folder))
    files = json.loads(checked)["summary"]["files"]
    if files != len(repository.files):
        raise Failed(f"git okr check read {files} files, there are {len(repository.files)}")
    text = re.sub(r"confidence = .*", "confidence = 7.5", sample.read_text(encoding="utf-8"), count=1)
    for name, command, counted in linters:
        said = b"".join(output(command, str(folder)))
        found = re.search(counted, said)
        if not found or int(found[1]) != files:
            raise Failed(f"{name} did not say that it read {files} files: {said.decode(errors='replace')[-500:]}")
    try:
        wrong.write_text(text.replace('id = "goal-', 'id = "wrong-'), encoding="utf-8")
        for name, command in [("git okr check", okr)] + [(name, command) for name, command, _ in linters]:
            try:
                output(command, str(folder))
            except Failed:
                continue
            raise Failed(f"{name} accepted {wrong}, in which a confidence is 7.5")
    finally:
        wrong.unlink(missing_ok=True)
    return f"{files:,} files"
