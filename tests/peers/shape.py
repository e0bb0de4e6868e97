"""Holds our output of a format against ruff's: where ruff says something, so do we, under the same name.

Usage: shape.py github|gitlab|junit|sarif OURS RUFFS
"""

import json
import pathlib
import re
import sys
import xml.etree.ElementTree

# What ruff says and we do not, with the reason.
WITHOUT = {
    "github": set(),
    # GitLab takes either the positions or the lines.
    "gitlab": {"location.positions"},
    # The place stands in the text; what is added to a case is ruff's own.
    "junit": {"testcase@line", "testcase@column", "testsuite@package", "properties", "property"},
    # The project has no address yet; a rule has one name and a level, which is all that its properties would repeat.
    "sarif": {
        "runs.tool.driver.informationUri",
        "runs.tool.driver.rules.helpUri",
        "runs.tool.driver.rules.name",
        "runs.tool.driver.rules.properties.",
    },
}


def paths(value, at=""):
    """Gives the path of every key of a JSON value."""
    if isinstance(value, list):
        for item in value:
            yield from paths(item, at)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield f"{at}.{key}".lstrip(".")
            yield from paths(item, f"{at}.{key}".lstrip("."))


def shape(kind, text):
    """Gives the names of everything that a document says."""
    if kind == "github":
        commands = re.findall(r"^::(\w+) (.*?)::", text, re.MULTILINE)
        return {"::" for _ in commands} | {pair.split("=")[0] for _, all in commands for pair in all.split(",")}
    if kind == "junit":
        nodes = list(xml.etree.ElementTree.fromstring(text).iter())
        return {n.tag for n in nodes} | {f"{n.tag}@{key}" for n in nodes for key in n.attrib}
    return set(paths(json.loads(text)))


def main(kind, ours, ruffs):
    ours, ruffs = (shape(kind, pathlib.Path(file).read_text(encoding="utf-8")) for file in (ours, ruffs))
    lacking = {name for name in ruffs - ours if not any(name.startswith(without) for without in WITHOUT[kind])}
    if not ruffs or lacking:
        sys.exit(f"{kind}: ruff says {sorted(lacking or ['nothing'])}, we do not")


main(*sys.argv[1:])
