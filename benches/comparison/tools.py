"""Owns the programs that are compared: git-okr built from this checkout, an empty program, and the competitors at the
versions that are named here."""

import subprocess
import sys
from pathlib import Path

from measure import ENVIRONMENT, output

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "target" / "bench"
PEERS = {"git-history": "0.8", "pygit2": "1.21.0", "taplo": "0.9.3", "tombi": "1.9.6"}
SCRIPT = Path(__file__).with_name("script.py")
SCHEMA = ROOT / "schemas" / "objectives.schema.json"


class Tools:
    """Where each program is."""

    def __init__(self, okr, git_only):
        self.okr, self.git_only = str(okr), git_only
        self.peers = KEPT / "peers" / "bin"
        self.empty = str(KEPT / "empty")
        usage, _ = output([self.okr, "log", "-h"], str(ROOT))
        self.has_cache = b"--no-cache" in usage

    def versions(self):
        """Gives what ran, with versions; the library that pygit2 stands on is named too."""
        git = output(["git", "--version"], ".")[0].decode().split()[2]
        revision = output(["git", "describe", "--always", "--dirty", "--abbrev=10"], str(ROOT))[0].decode().strip()
        python = ".".join(str(part) for part in sys.version_info[:3])
        if self.git_only:
            return f"git-okr {revision}, git {git}, Python {python}"
        libgit2 = output([str(self.peers / "python"), "-c", "import pygit2; print(pygit2.LIBGIT2_VERSION)"], ".")[0]
        peers = [f"{name} {version}" for name, version in PEERS.items()]
        libgit2 = f"libgit2 {libgit2.decode().strip()} in pygit2"
        return ", ".join([f"git-okr {revision}", f"git {git}", *peers, libgit2, f"Python {python}"])


def prepared(binary, git_only=False):
    """Builds git-okr (unless a binary is named) and the empty program, and installs the competitors unless git is the
    only one."""
    KEPT.mkdir(parents=True, exist_ok=True)
    if binary is None:
        run("cargo", "build", "--release", "--locked", "--quiet", "--target-dir", ROOT / "target")
        binary = ROOT / "target" / "release" / "git-okr"
    if not (KEPT / "empty").exists():
        source = KEPT / "empty.rs"
        source.write_text("fn main() {}\n", encoding="utf-8")
        run("rustc", "-O", "-C", "strip=symbols", "-o", KEPT / "empty", source)
    if git_only:
        return Tools(Path(binary).resolve(), git_only)
    wanted = [f"{name}=={version}" for name, version in PEERS.items()]
    noted = KEPT / "peers" / "installed.txt"
    if not noted.exists() or noted.read_text(encoding="utf-8").split() != wanted:
        run(sys.executable, "-m", "venv", "--clear", KEPT / "peers")
        run(KEPT / "peers" / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *wanted)
        noted.write_text("\n".join(wanted), encoding="utf-8")
    return Tools(Path(binary).resolve(), git_only)


def run(*command):
    print("·", *command, file=sys.stderr, flush=True)
    subprocess.run([str(part) for part in command], cwd=ROOT, env=ENVIRONMENT, check=True)
