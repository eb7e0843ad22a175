"""The table without its elements: whether it is as we made it, and how it is mended."""

import re
from typing import Final

from portico.engines.nftables import render
from portico.engines.nftables.elements import PLACES, TABLE
from portico.engines.nftables.generation import Structure
from portico.engines.nftables.options import Options

_NAME: Final = re.compile(r"chain (layout-\w+)")


class Layout:
    """The fixed part for these options. A chain's name tells which layout a table has."""

    def __init__(self, options: Options) -> None:
        self.text = render.table(options)
        self._rules = render.rule_counts(self.text)
        named = _NAME.search(self.text)
        assert named is not None
        self._name = named[1]

    def anew(self, structure: Structure | None) -> str:
        """The text that makes an empty table, whatever there is."""
        start = "" if structure is None else f"delete table inet {TABLE}\n"
        return start + self.text + "".join(map(render.class_chain, sorted(render.EVERYDAY)))

    def is_ours(self, structure: Structure) -> bool:
        """Whether the elements in it mean what ours would."""
        return self._name in structure.chains

    def is_intact(self, structure: Structure) -> bool:
        """Whether all of it is there, and nothing else, as far as numbers of rules tell."""
        return structure.rules_by_chain == _counted(self._expected(structure)) and (
            self._expected(structure).keys() == structure.chains.keys()
            and structure.sets.keys() >= set(PLACES)
        )

    def mending(self, structure: Structure) -> str:
        """Rules are written again and strange chains removed; elements stay, and traffic flows."""
        classes = [name for name in structure.chains if render.is_class(name)]
        strange = [name for name in structure.chains if name not in self._expected(structure)]
        return "".join(
            (
                f"flush table inet {TABLE}\n",
                self.text,
                *map(render.class_chain, classes),
                *(f"delete chain inet {TABLE} {name}\n" for name in strange),
            )
        )

    def _expected(self, structure: Structure) -> dict[str, int]:
        classes = [name for name in structure.chains if render.is_class(name)]
        texts = map(render.class_chain, classes)
        return self._rules | {k: n for text in texts for k, n in render.rule_counts(text).items()}


def _counted(rules: dict[str, int]) -> dict[str, int]:
    """Without the chains that have no rules: the kernel lists rules, not their absence."""
    return {chain: count for chain, count in rules.items() if count}
