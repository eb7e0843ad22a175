"""`python -m bench [NAME ...]`: run benchmarks, print what came out."""

import argparse
import compileall
import importlib
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from examples.netns.namespace import what_is_missing

import portico
from bench import results
from bench.effort import Effort
from bench.machine import description
from bench.room import LOAD
from bench.say import say

NAMES: Final = {
    "cli": "bench.cli",
    "cold": "bench.cold",
    "changes": "bench.changes",
    "push": "bench.push",
    "requests": "bench.requests",
    "websockets": "bench.websockets",
    "cluster": "bench.cluster.follow",
    "webhook": "bench.cluster.webhook",
    "forward": "bench.forward.carry",
    "forward-next-pod": "bench.forward.next_pod",
    "forward-imports": "bench.forward.imports",
    "addresses": "bench.addresses",
    "l4-connections": "bench.l4.connections",
    "l4-throughput": "bench.l4.throughput",
    "l4-first-packet": "bench.l4.first_packet",
    "l4-changes": "bench.l4.changes",
    "l4-health": "bench.l4.health",
    "l4-relay": "bench.l4.relay",
    "lb-takeover": "bench.lb.takeover",
    "lb-routes": "bench.lb.routes",
}
"""Modules by the names that people type."""

QUICK: Final = Effort(hosts=1000, rounds=2, seconds=1, samples=20)


def main() -> None:
    options = _parsed()
    os.sched_setaffinity(0, {LOAD})  # clients in this process keep away from what they measure
    compileall.compile_dir(Path(portico.__file__).parent, quiet=1)  # as an installation does
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that rooms end in order
    effort = QUICK if options.quick else Effort()
    given = {name: getattr(options, name) for name in ("hosts", "rounds", "seconds")}
    effort = replace(effort, **{name: value for name, value in given.items() if value})
    for name in options.names or _possible():
        say(f"== {name}")
        found = importlib.import_module(NAMES[name]).run(effort)
        text = f"## {name}\n\n`{_command(name)}`\\\n{description()}\n\n{found}"
        print(text, flush=True)
        if options.write:
            results.write(name, text)


def _possible() -> list[str]:
    missing = what_is_missing()
    if missing:
        say(f"what needs namespaces is left out: {missing}")
    return [name for name in NAMES if not (missing and name.startswith(("l4-", "lb-")))]


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--rounds", type=int, help="of everything that is repeated")
    parser.add_argument("--seconds", type=int, help="of one round of load")
    parser.add_argument("--hosts", type=int, help="of the large configurations")
    parser.add_argument("--quick", action="store_true", help="a short run, to see that it works")
    parser.add_argument("--write", action="store_true", help="put the sections into RESULTS.md")
    options = parser.parse_args()
    if unknown := set(options.names) - NAMES.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    return options


def _command(name: str) -> str:
    options = [word for word in sys.argv[1:] if word not in NAMES and word != "--write"]
    return " ".join(("python -m bench", name, *options))


if __name__ == "__main__":
    main()
