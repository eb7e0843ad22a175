"""Finds the cases: every folder with an in.yaml."""

import pytest
import yaml

from cases.case import FOLDER
from cases.packet_case import FOLDER as PACKETS
from cases.packet_case import folders


def pytest_generate_tests(metafunc):
    if "folder" in metafunc.fixturenames:
        every = sorted(path.parent for path in FOLDER.rglob("in.yaml"))
        _over(metafunc, "folder", [path for path in every if PACKETS not in path.parents])
    if "packet_folder" in metafunc.fixturenames:
        _over(metafunc, "packet_folder", folders())


def _over(metafunc, name, found):
    metafunc.parametrize(name, found, ids=[str(path.relative_to(FOLDER)) for path in found])


@pytest.fixture
def golden(request):
    """Compares with a file, or rewrites it with --regold; an empty answer has no file."""

    def check(file, actual, empty):
        if request.config.getoption("regold"):
            if actual == empty:
                file.unlink(missing_ok=True)
            else:
                text = yaml.safe_dump(actual, sort_keys=False, width=100, allow_unicode=True)
                file.write_text(text)
        expected = yaml.safe_load(file.read_text()) if file.exists() else empty
        assert actual == expected, f"{file} says otherwise; read it, then --regold"

    return check
