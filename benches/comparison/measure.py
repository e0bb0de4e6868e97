"""Owns running commands in turns and what that cost. Never knows what a command is for."""

import concurrent.futures
import dataclasses
import os
import random
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time


@dataclasses.dataclass(frozen=True)
class Cost:
    """What one run of a command took: seconds of all cores together (user and system, children too), seconds on the
    clock, and the largest resident memory in bytes."""

    cpu: float
    wall: float
    memory: int


@dataclasses.dataclass(frozen=True)
class Contender:
    """A command that takes its turn in each round."""

    key: str
    command: tuple
    folder: str
    before: object = None  # called ahead of each turn, outside of what is measured
    brief: bool = False  # over in milliseconds: many runs a round, in turns with the other brief ones
    fine: tuple = (0,)  # exit codes


# How often a brief contender runs in each round.
BRIEF_RUNS = 50
# Bytes of memory up to which this process may have grown: what it starts is said to have taken as much, whatever it takes.
SMALL = 50e6


class Failed(Exception):
    """A command did not do its work."""


def environment():
    """Gives surroundings in which the user's own configuration changes nothing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "TOMBI_", "TAPLO_"))}
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    return {**kept, **quiet}


ENVIRONMENT = environment()


def output(command, folder, fine=(0,), printed=subprocess.PIPE):
    """Runs a command outside of any measurement and gives what it printed on both streams."""
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, stdout=printed, stderr=subprocess.PIPE, check=False)
    if done.returncode not in fine:
        raise Failed(complaint(command, done.returncode, done.stderr))
    return done.stdout, done.stderr


def silently(command, folder):
    """Runs a command outside of any measurement; what it prints is held by nobody."""
    output(command, folder, printed=subprocess.DEVNULL)


def aside(work, *arguments):
    """Gives what some work comes to in a process of its own: what it reads would count as memory of whatever this one
    starts."""
    with concurrent.futures.ProcessPoolExecutor(max_workers=1) as other:
        return other.submit(work, *arguments).result()


def have_near(paths):
    """Reads files, so that they are in memory: a machine may give memory away that nobody asked for during a minute."""
    buffer = bytearray(1 << 20)
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


def complaint(command, code, said):
    shown = " ".join(str(part) for part in command)
    return f"{shown}\nended with {code}: {said.decode(errors='replace')[-2000:]}"


def middle(costs):
    """Gives the medians of several costs, and the most memory that one of them took."""
    return Cost(
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.wall for cost in costs),
        max(cost.memory for cost in costs),
    )


def once(contender):
    """Runs the command once. `posix_spawn` rather than `subprocess`, whose own work would count on the clock of what is
    over in a millisecond."""
    with tempfile.TemporaryFile() as said:
        streams = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, said.fileno(), 2),
        ]
        os.chdir(contender.folder)
        started = time.perf_counter()
        child = os.posix_spawnp(contender.command[0], contender.command, ENVIRONMENT, file_actions=streams)
        try:
            _, status, usage = os.wait4(child, 0)
        except KeyboardInterrupt:
            os.kill(child, signal.SIGTERM)
            os.waitpid(child, 0)
            raise
        wall = time.perf_counter() - started
        code = os.waitstatus_to_exitcode(status)
        if code not in contender.fine:
            said.seek(0)
            raise Failed(complaint(contender.command, code, said.read()))
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024)


def tell(what):
    """Says on a terminal what is going on, in place of what was said before."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)


def in_turns(contenders, rounds):
    """Runs all contenders once a round, each round from another one on, and gives the medians by key."""
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if grown > SMALL:
        raise Failed(f"this process has taken {grown / 1e6:.0f} MB, and what it starts would be said to take as much")
    brief = [contender for contender in contenders if contender.brief]
    lasting = [contender for contender in contenders if not contender.brief]
    costs = {contender.key: [] for contender in contenders}
    for turn in range(rounds):
        shift = turn * max(1, len(lasting) // rounds)
        for contender in lasting[shift:] + lasting[:shift]:
            tell(f"round {turn + 1} of {rounds}: {contender.key}")
            made_ready([contender])
            costs[contender.key].append(once(contender))
        tell(f"round {turn + 1} of {rounds}: what is over in milliseconds")
        for key, cost in by_turns_of_milliseconds(brief).items():
            costs[key].append(cost)
    tell("")
    return {key: middle(all_of_it) for key, all_of_it in costs.items()}


def by_turns_of_milliseconds(contenders):
    """Gives the medians of many runs of each, by key. They alternate run by run, in an order of chance that is the same
    each time: a machine that is quicker in one second than in the next is so for all of them."""
    made_ready(contenders)
    costs = {contender.key: [] for contender in contenders}
    chance = random.Random(1)
    for _ in range(BRIEF_RUNS):
        for contender in chance.sample(contenders, len(contenders)):
            costs[contender.key].append(once(contender))
    return {key: middle(all_of_it) for key, all_of_it in costs.items()}


def made_ready(contenders):
    """Does what has to be done before a turn, outside of any measurement."""
    for contender in contenders:
        if contender.before:
            contender.before()


def on_cores(count):
    """Keeps this process and all that it starts to so many cores, and gives how many those are."""
    if not hasattr(os, "sched_setaffinity"):
        return os.cpu_count()
    cores = sorted(os.sched_getaffinity(0))[-count:]
    os.sched_setaffinity(0, cores)
    return len(cores)
