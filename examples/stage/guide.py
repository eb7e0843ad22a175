"""What to try, for somebody with a second terminal."""

import os
import shlex
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

from examples.stage.scenery import Scenery
from examples.stage.story import Story
from examples.stage.tour import WIDTH, command_of, said


def what_to_try(scenery: Scenery, story: Story, manifests: Path) -> str:
    """Every command of the story, as it is typed on this machine."""
    return "\n".join([f"\n{story.title}", *_steps(scenery, story, manifests), *_end(manifests)])


def _steps(scenery: Scenery, story: Story, manifests: Path) -> Iterator[str]:
    sudo = ("sudo",) if shutil.which("sudo") else ()
    cable = [*sudo, "ip", "-n", scenery.namespace("lan"), "link", "set"]
    for step in story.steps:
        if step.say:
            yield ""
        yield from textwrap.wrap(step.say, WIDTH, initial_indent="# ", subsequent_indent="# ")
        if step.off:
            yield f"  {shlex.join([*cable, step.off, 'nomaster'])}"
        if step.back:
            yield f"  {shlex.join([*cable, step.back, 'master', 'lan'])}"
        if step.edit:
            yield f"  # edit {manifests / step.edit.file}: {said(step.edit)}"
        if step.run:
            words = [_short(word) for word in command_of(scenery, step)]
            yield f"  {shlex.join([*sudo, *words])}"


def _short(word: str) -> str:
    """Programs of this clone as `.venv/bin/...`."""
    here = f"{Path.cwd()}{os.sep}"
    return word.removeprefix(here)


def _end(manifests: Path) -> list[str]:
    return [
        "",
        f"Edit the files in {manifests}: traffic follows at once.",
        "Ctrl-C ends it.",
        "",
    ]
