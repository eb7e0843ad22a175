"""RESULTS.md: one section a benchmark, written by runs only."""

import re
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("RESULTS.md")
HEAD: Final = """\
# Results

Written by `python -m bench --write`, a section by each benchmark; how they measure: README.md.
"""


def write(name: str, text: str) -> None:
    """Replace the section of this benchmark, or add it."""
    section = f"<!-- {name} -->\n{text}\n<!-- end of {name} -->\n"
    whole = FILE.read_text() if FILE.exists() else HEAD
    form = re.compile(rf"<!-- {name} -->\n.*<!-- end of {name} -->\n", re.DOTALL)
    if form.search(whole):
        FILE.write_text(form.sub(lambda _: section, whole))
    else:
        FILE.write_text(f"{whole}\n{section}")
