"""Finds the cases: every folder with an in.yaml."""

from cases.case import FOLDER


def pytest_generate_tests(metafunc):
    if "folder" in metafunc.fixturenames:
        found = sorted(path.parent for path in FOLDER.rglob("in.yaml"))
        names = [str(path.relative_to(FOLDER)) for path in found]
        metafunc.parametrize("folder", found, ids=names)
