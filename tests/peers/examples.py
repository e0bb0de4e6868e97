"""Writes the examples of docs/rules.md into files: OUT/good/RULE/PATH and OUT/bad/RULE/PATH.

Usage: examples.py docs/rules.md OUT
"""

import pathlib
import sys

FENCE = "```"


def main(page, out):
    rule, side, path, lines = "", "", "", None
    for line in pathlib.Path(page).read_text(encoding="utf-8").splitlines():
        if lines is not None and line.startswith(FENCE):
            file = pathlib.Path(out, side.lower(), rule, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("\n".join([*lines, ""]), encoding="utf-8")
            lines = None
        elif lines is not None:
            lines.append(line)
        elif line.startswith("### "):
            side = line.removeprefix("### ")
        elif line.startswith("## "):
            rule = line.removeprefix("## ")
        elif line.startswith(FENCE + "toml") and side in ("Bad", "Good"):
            path = line.removeprefix(FENCE + "toml").strip() or "okrs/2026-Q4/payments.toml"
            lines = []


main(*sys.argv[1:])
