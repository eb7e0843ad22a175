"""Plans that several files of this folder serve."""

import pytest

from support.plans import addresses, backend, plan_of, site


@pytest.fixture
def shop(endpoints):
    """shop.example: all to one endpoint, /cart in turn to two others."""
    return plan_of(
        backend("front", *addresses(endpoints.port, 1)),
        backend("cart", *addresses(endpoints.port, 2, 3)),
        site("shop.example", {"/": "front", "/cart": "cart"}),
    )
