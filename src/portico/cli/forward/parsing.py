"""How the words after `portico forward` are cut: options as kubectl has them, a command."""

import re
from typing import Any, Final

import click

VERBS: Final = ("list", "stop")
"""In place of a target. A pod of such a name is `pod/list`."""

_OPTIONAL: Final = {"--balance": "least-connections"}
"""Options that may have a value, but only behind =."""

_BOOLEAN: Final = r"(--[a-z-]+)=(true|false)"
_SHORT: Final = r"(-[nlsofv])=(.*)"


class ForwardCommand(click.Command):
    """Keeps what follows -- as a command of its own."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401  # click's
    ) -> click.Context:
        if args and args[0] in VERBS:
            verb = _verb(args[0])
            return verb.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        rest: list[str] = []
        if "--" in args:
            at = args.index("--")
            args, rest = args[:at], args[at + 1 :]
            if not rest and not ctx.resilient_parsing:
                raise click.UsageError("-- is followed by no command", ctx)
        ctx.obj = tuple(rest)
        flags = {name for each in self.params for name in each.opts if _is_flag(each)}
        cut = [part for arg in args for part in _cut(arg, flags)]
        return super().parse_args(ctx, cut)


def _verb(name: str) -> click.Command:
    from portico.cli.forward.running import list_command, stop_command

    return {"list": list_command, "stop": stop_command}[name]


def _is_flag(param: click.Parameter) -> bool:
    return isinstance(param, click.Option) and param.is_flag


def _cut(arg: str, flags: set[str]) -> list[str]:
    """As Go's pflag reads them: `--flag=true`, `-n=shop`."""
    if arg in _OPTIONAL:
        return [f"{arg}={_OPTIONAL[arg]}"]
    if (found := re.fullmatch(_BOOLEAN, arg)) and found[1] in flags:
        return [found[1]] if found[2] == "true" else []
    if found := re.fullmatch(_SHORT, arg):
        return [found[1], found[2]]
    return [arg]
