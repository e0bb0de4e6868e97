"""Plays the editor: opens a file in a language server and looks at what it says of keys and offers for values.

Usage: editor.py FILE SERVER…

The file begins with its `#:schema` line. Prints how many questions were answered as they should be; fails on the first
that was not.
"""

import json
import pathlib
import queue
import subprocess
import sys
import threading
import time

# Seconds to wait for a good answer.
PATIENCE = 10
# What is typed, where the pointer rests in it, and what the help must hold.
HOVERS = [
    ('cycle = "2026-Q4"', 2, ["Cycle of the objectives below", "2026-W47"]),
    ('commitment = "committed"', 4, ["What is promised", "aspirational"]),
    ("as_of = 2026-11-20", 2, ["Day on which `current` was measured"]),
    ("weight = 2", 2, ["Share in the objective"]),
]
# What is typed, and what must be offered at its end.
COMPLETIONS = [
    ("commitment = ", ['"aspirational"', '"committed"']),
    ("health = ", ['"on-track"', '"at-risk"', '"off-track"']),
    ("co", ["commitment", "confidence"]),
]
OBJECTIVE = '[[objective]]\nid = "a"\ntitle = "Paying just works"\n\n'
KEY_RESULT = '[[objective.key_result]]\nid = "k"\ntitle = "Failures fall from 2 % to 1 %"\n'


class Server:
    """A language server on a pipe."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.messages = queue.Queue()
        self.last = 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            length = 0
            while line := self.process.stdout.readline().strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                return self.messages.put(None)
            self.messages.put(json.loads(self.process.stdout.read(length)))

    def send(self, **message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def tell(self, method, **params):
        self.send(method=method, params=params)

    def ask(self, method, **params):
        self.last += 1
        self.send(id=self.last, method=method, params=params)
        while True:
            message = self.messages.get(timeout=30)
            if message is None:
                sys.exit("the language server ended")
            if "method" not in message and message.get("id") == self.last:
                return message.get("result")
            if "method" in message and "id" in message:
                # Asked for settings, an editor has none.
                asked = (message.get("params") or {}).get("items", [])
                self.send(id=message["id"], result=[{} for _ in asked])

    def wait(self, method, question, is_good):
        """Asks until the answer is good: a server reads the schema while it answers the first questions."""
        until = time.monotonic() + PATIENCE
        while not is_good(answer := self.ask(method, **question)) and time.monotonic() < until:
            time.sleep(0.1)
        return answer


def main(file, *command):
    path = pathlib.Path(file).resolve()
    head = path.read_text(encoding="utf-8").splitlines()[0] + "\n"
    server = Server(command)
    root = path.parent.as_uri()
    folders = [{"uri": root, "name": "goals"}]
    server.ask("initialize", processId=None, rootUri=root, workspaceFolders=folders, capabilities={})
    server.tell("initialized")
    version = 0

    def shown(typed):
        """Shows the server the file with one line typed, and gives the line's number."""
        nonlocal version
        version += 1
        first = OBJECTIVE if not typed.startswith("cycle") else ""
        last = KEY_RESULT if first else OBJECTIVE
        text = f"{head}{first}{KEY_RESULT if first else ''}{typed}\n{'' if first else last}"
        if version == 1:
            document = {"uri": path.as_uri(), "languageId": "toml", "version": version, "text": text}
            server.tell("textDocument/didOpen", textDocument=document)
        else:
            document = {"uri": path.as_uri(), "version": version}
            server.tell("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])
        return text.splitlines().index(typed)

    def at(line, character):
        return {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": character}}

    answered = 0
    for typed, character, wanted in HOVERS:
        def says(said, wanted=wanted):
            return all(json.dumps(part)[1:-1] in json.dumps(said) for part in wanted)

        said = server.wait("textDocument/hover", at(shown(typed), character), says)
        if not says(said):
            sys.exit(f"over `{typed}` it says {said}, not {wanted}")
        answered += 1
    for typed, wanted in COMPLETIONS:
        def offers(offered, wanted=wanted):
            items = offered if isinstance(offered, list) else (offered or {}).get("items", [])
            return set(wanted) <= {item["label"] for item in items}

        offered = server.wait("textDocument/completion", at(shown(typed), len(typed)), offers)
        if not offers(offered):
            sys.exit(f"after `{typed}` it offers {offered}, not {wanted}")
        answered += 1
    server.process.kill()
    print(answered)


main(*sys.argv[1:])
