"""Cuts the paths that git-okr asks for out of GitHub's OpenAPI description, with all that they refer to.

    slice.py api.github.com.json slice.json
"""

import json
import re
import sys

PATHS = [
    "/repos/{owner}/{repo}/issues/{issue_number}/comments",
    "/repos/{owner}/{repo}/issues/comments/{comment_id}",
    "/user",
]

with open(sys.argv[1], encoding="utf-8") as file:
    whole = json.load(file)
paths = {path: whole["paths"][path] for path in PATHS}
kept: dict = {}
parts = [paths]
while parts:
    for kind, name in re.findall(r'"#/components/(\w+)/([^"/]+)', json.dumps(parts.pop())):
        if name not in kept.setdefault(kind, {}):
            kept[kind][name] = whole["components"][kind][name]
            parts.append(kept[kind][name])
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump({"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": kept}, file)
