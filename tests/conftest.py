"""What every test can ask for: endpoints, a real nginx, and golden files."""

import pytest

from support.backend import running_endpoints
from support.nginx import running_nginx


def pytest_addoption(parser):
    parser.addoption("--regold", action="store_true", help="rewrite the expected files of cases")
    whole = "every way to say a forward, and not only one for each way through the code"
    parser.addoption("--whole-table", action="store_true", help=whole)
    much = "of a transfer through `portico forward`; 2000 for the whole of what is promised"
    parser.addoption("--megabytes", type=int, default=256, help=much)
    parser.addoption("--patient", action="store_true", help="also the stories that take long")


@pytest.fixture
def patient(request):
    """For stories that take long: only where they are asked for."""
    if not request.config.getoption("--patient"):
        pytest.skip("takes long: --patient")


@pytest.fixture(scope="session")
def _endpoints():
    with running_endpoints() as endpoints:
        yield endpoints


@pytest.fixture
def endpoints(_endpoints):
    """Servers on every local address; what a test tells them is forgotten afterwards."""
    _endpoints.reset()
    yield _endpoints
    _endpoints.reset()


@pytest.fixture(scope="session")
def shared_nginx():
    """One nginx for all tests of this process that only need it to serve a plan."""
    with running_nginx() as live:
        yield live


@pytest.fixture
def own_nginx():
    """An nginx of the test's own, for tests that do it harm."""
    with running_nginx() as live:
        yield live
