"""Who goes first."""

from itertools import pairwise

from portico.compiler.claim import Rank, rank_of
from portico.model.ref import Ref

A = Ref("Ingress", "shop", "a")


ORDER = [
    rank_of("2025-12-31T23:59:59Z", Ref("Ingress", "shop", "z")),
    rank_of("2026-01-01T00:00:00Z", Ref("Ingress", "other", "z")),   # then by namespace
    rank_of("2026-01-01T00:00:00Z", A),                              # then by name
    rank_of("2026-01-01T00:00:00Z", Ref("Service", "shop", "a")),    # then by kind
    rank_of("2026-01-01T00:00:00Z", Ref("Ingress", "shop", "b")),
    rank_of("2026-01-01T00:00:00.5Z", A),                            # half a second later
    rank_of("", Ref("Ingress", "other", "a")),                       # undated: the youngest
    rank_of("", A),
]  # fmt: skip


def test_the_oldest_first_then_namespace_and_name() -> None:
    assert all(older < younger for older, younger in pairwise(ORDER))


def test_a_rank_is_of_the_object_not_of_the_field() -> None:
    assert rank_of("", A) == Rank("~", "shop", "a", "Ingress")
