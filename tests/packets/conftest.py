"""The stage is set once for all cases of a process; each case is told on it."""

import pytest

from cases.packet_case import FOLDER, folders
from packets.stage import Stage
from support.netns import MISSING, Network


@pytest.fixture(scope="session")
def stage():
    if MISSING:
        pytest.skip(MISSING)
    with Network() as network:
        yield Stage(network)


def pytest_generate_tests(metafunc):
    if "packet_folder" in metafunc.fixturenames:
        found = folders()
        names = [str(path.relative_to(FOLDER)) for path in found]
        metafunc.parametrize("packet_folder", found, ids=names)
