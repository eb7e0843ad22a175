"""Runs one of the examples on machines that are network namespaces, until Ctrl-C.

With --once, or where nobody is at the terminal, it is a short tour that ends by itself, with exit
code 1 if something was not as it is told. The machine it runs on stays as it is. Namespaces need
root: sudo is asked for that.
"""

import argparse
import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path

from examples.netns.namespace import what_is_missing
from examples.netns.network import Network
from examples.stage.alone import StageError, alone, end_programs
from examples.stage.guide import what_to_try
from examples.stage.manifests import copy_of, pods_of
from examples.stage.programs import Programs
from examples.stage.scenery import build
from examples.stage.story import story_of
from examples.stage.tour import Tour

EXAMPLES = Path(__file__).resolve().parent
AGAIN = (sys.executable, "-B", "-m", "examples.demo")
STORIES = sorted(found.parent.name for found in EXAMPLES.glob("*/demo.toml"))


def main() -> int:
    options = parsed()
    if os.geteuid() != 0:
        return as_root()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    try:
        if missing := what_is_missing():
            raise StageError(missing)
        return perform(options)
    except StageError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1


def as_root() -> int:
    """The same once more; comes back only if that is not possible."""
    print("network namespaces need root, so sudo is asked", flush=True)
    try:
        os.execvp("sudo", ["sudo", *AGAIN, *sys.argv[1:]])
    except OSError:
        print("demo: there is no sudo here; run it as root", file=sys.stderr)
        return 1


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("example", choices=STORIES)
    parser.add_argument("--once", action="store_true", help="a short tour, then the end")
    parser.add_argument("--prefix", default="demo", help="of the names of the namespaces")
    return parser.parse_args()


def perform(options: argparse.Namespace) -> int:
    example = EXAMPLES / options.example
    story = story_of(example)
    with contextlib.ExitStack() as stack:
        stack.enter_context(alone(options.prefix))
        stack.callback(print, "everything is removed again")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portico-demo-")))
        # nginx's workers are not root, and look into their own part of it.
        folder.chmod(0o711)
        manifests = copy_of(example, folder / "manifests")
        pods = pods_of(manifests)
        network = stack.enter_context(Network(options.prefix))
        stack.callback(be_deaf)
        scenery = build(options.prefix, network, story, pods)
        network.at_end(lambda: end_programs(options.prefix))
        programs = Programs(scenery, folder)
        stack.callback(programs.terminate_all)
        stack.callback(be_deaf)
        print(f"starting {len(pods)} pods, {story.nodes} nodes, 1 {story.edge} …", flush=True)
        programs.start_all(story, pods)
        if options.once or not sys.stdin.isatty():
            print(f"\n{story.title}")
            return 0 if Tour(scenery, story, manifests).go() else 1
        with contextlib.suppress(KeyboardInterrupt):
            print(what_to_try(scenery, story, manifests), flush=True)
            signal.pause()
    return 0


def be_deaf() -> None:
    """Called first when the end comes: a second Ctrl-C shall not stop the clean-up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
