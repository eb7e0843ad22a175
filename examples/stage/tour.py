"""The short tour: each step is said, done, and compared with what it is to show."""

import shlex
import sys
import textwrap
import time
from pathlib import Path

from examples.stage.alone import StageError
from examples.stage.answers import Answer, ask, counted, told
from examples.stage.scenery import Scenery
from examples.stage.story import Edit, Step, Story

PATIENCE = 15.0
WIDTH = 100


class Tour:
    """Goes through a story once."""

    def __init__(self, scenery: Scenery, story: Story, manifests: Path) -> None:
        self._scenery = scenery
        self._story = story
        self._manifests = manifests
        self._flaws = 0

    def go(self) -> bool:
        """Whether everything was as the story tells."""
        for step in self._story.steps:
            if step.say:
                print(f"\n{textwrap.fill(step.say, WIDTH)}\n")
            self._change(step)
            if step.run:
                self._run(step)
            sys.stdout.flush()
        return not self._flaws

    def _change(self, step: Step) -> None:
        lan, machines = self._scenery.lan, self._scenery.machines
        if step.off:
            print(f"  -- the cable of {step.off} is pulled --\n")
            lan.unplug(machines[step.off])
        if step.back:
            print(f"  -- the cable of {step.back} is put back --\n")
            lan.plug_in_again(machines[step.back])
        if step.edit:
            print(f"  -- in {step.edit.file}: {said(step.edit)} --\n")
            apply(step.edit, self._manifests)

    def _run(self, step: Step) -> None:
        often = f"    # {step.times} times" if step.times > 1 else ""
        print(f"  {step.on}$ {step.run}{often}", flush=True)
        answers = self._asked(step)
        text = counted(answers) if step.times > 1 else told(answers[0], step.shows)
        print(textwrap.indent(text, "    "))
        for flaw in flaws(step, answers):
            print(f"    !! {flaw}")
            self._flaws += 1

    def _asked(self, step: Step) -> list[Answer]:
        command = command_of(self._scenery, step)
        deadline = time.monotonic() + PATIENCE
        answers = [ask(command) for _ in range(step.times)]
        while step.until and flaws(step, answers) and time.monotonic() < deadline:
            time.sleep(0.1)
            answers = [ask(command) for _ in range(step.times)]
        return answers


def said(edit: Edit) -> str:
    """On one line."""
    old, new = (" ".join(text.split()) for text in (edit.old, edit.new))
    return f"{old}  becomes  {new}"


def apply(edit: Edit, manifests: Path) -> None:
    file = manifests / edit.file
    text = file.read_text()
    if edit.old not in text:
        raise StageError(f"{edit.file} does not hold: {edit.old}")
    file.write_text(text.replace(edit.old, edit.new))


def command_of(scenery: Scenery, step: Step) -> list[str]:
    """What the step runs, as it is run on this machine."""
    words = shlex.split(step.run)
    if words[0] == "portico":
        words[0] = str(Path(sys.executable).with_name("portico"))
    return ["ip", "netns", "exec", scenery.namespace(step.on), *words]


def flaws(step: Step, answers: list[Answer]) -> list[str]:
    """What was not as the step tells."""
    found = []
    who = {answer.who for answer in answers}
    if step.names is not None and who != step.names:
        found.append(f"expected answers of {', '.join(sorted(step.names))}")
    if step.among is not None and not who <= step.among:
        found.append(f"expected answers of nobody but {', '.join(sorted(step.among))}")
    found += [
        f"expected to read: {text}"
        for text in step.finds
        if not all(text in answer.text for answer in answers)
    ]
    return found
