"""Prints every value that a key result ever had, as somebody would write it in an afternoon with pygit2: walk all
commits, compare the folder with the parent's, parse what changed.

Usage: script.py FOLDER [COMMITS]    (the newest so many; all where none are named)
"""

import functools
import sys
import tomllib

import pygit2


def folder(commit):
    return commit.tree["okrs"] if "okrs" in commit.tree else None


@functools.lru_cache(maxsize=20_000)
def parsed(repository, blob):
    goals = tomllib.loads(repository[blob].data.decode())
    found = {}
    for objective in goals.get("objective", []):
        for kr in objective.get("key_result", []):
            name = f"{goals['cycle']}/{objective['id']}/{kr['id']}"
            found[name] = (kr.get("current"), kr.get("confidence"), kr.get("note"))
    return found


def values(repository, tree, path):
    return parsed(repository, tree[path].id) if tree is not None and path in tree else {}


def main():
    repository = pygit2.Repository(sys.argv[1])
    most = int(sys.argv[2]) if len(sys.argv) > 2 else None
    oldest = 0
    for count, commit in enumerate(repository.walk(repository.head.target, pygit2.enums.SortMode.TIME)):
        if count == most:
            break
        oldest = commit.commit_time
        if len(commit.parents) > 1:
            continue  # the merged commits are walked themselves
        new = folder(commit)
        old = folder(commit.parents[0]) if commit.parents else None
        if new is None or (old is not None and new.id == old.id):
            continue
        diff = old.diff_to_tree(new) if old is not None else new.diff_to_tree(swap=True)
        for delta in diff.deltas:
            path = delta.new_file.path
            before, after = values(repository, old, path), values(repository, new, path)
            for name, value in after.items():
                if before.get(name) != value:
                    print(commit.id, commit.commit_time, f"okrs/{path}", name, *value, sep="\t")
    print("walked back to", oldest, file=sys.stderr)


main()
