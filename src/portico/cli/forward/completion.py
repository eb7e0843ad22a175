"""What a shell offers for a forward: targets and their ports, namespaces, contexts.

A cluster that does not answer at once, or not at all, has nothing to offer: a shell that completes
a word is no place for errors.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from portico.cli.forward.offers import Offers

DEADLINE: Final = 1.5
"""Seconds. Somebody has pressed a key."""

VERBS: Final = (("list", "what runs in the background"), ("stop", "end what does"))

Item = tuple[str, str]
"""What is offered, and what it is."""


def words(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Targets; behind one, its ports."""
    typed: tuple[str, ...] = tuple(ctx.params.get("words") or ())
    if not typed or "/" in incomplete:
        found = _asked(ctx.params, lambda offers: offers.targets(incomplete))
        return _items([*found, *(() if typed else VERBS)], incomplete)
    target = next((word for word in reversed(typed) if "/" in word), typed[0])
    return _items(_asked(ctx.params, lambda offers: offers.ports(target)), incomplete)


def namespaces(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Those of the cluster."""
    return _items(_asked(ctx.params, lambda offers: offers.namespaces()), incomplete)


def contexts(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Those of the kubeconfig."""
    from portico.kube.config.choose import contexts_of
    from portico.kube.config.errors import ConfigError
    from portico.kube.config.wish import Wish

    try:
        found = contexts_of(Wish(kubeconfig=ctx.params.get("kubeconfig") or ""))
    except ConfigError:
        return []
    return _items([(name, "") for name in found], incomplete)


def _items(found: list[Item], incomplete: str) -> list[CompletionItem]:
    return [
        CompletionItem(value, help=text or None)
        for value, text in found
        if value.startswith(incomplete)
    ]


def _asked(
    params: Mapping[str, Any], ask: Callable[["Offers"], Awaitable[list[Item]]]
) -> list[Item]:
    from portico.cli.forward.offers import Offers
    from portico.forward.errors import ForwardError
    from portico.kube.config.choose import access
    from portico.kube.config.errors import KubeError
    from portico.kube.config.wish import Wish
    from portico.kube.http.client import Client

    wish = Wish(
        kubeconfig=params.get("kubeconfig") or "",
        context=params.get("context") or "",
        namespace=params.get("namespace") or "",
    )

    async def work() -> list[Item]:
        async with asyncio.timeout(DEADLINE), Client(access(wish)) as client:
            return await ask(Offers(client))

    try:
        return asyncio.run(work())
    except (KubeError, ForwardError, TimeoutError):
        return []
