"""How the words after `portico forward` are cut: options as kubectl has them, a command."""

import itertools
import re
from typing import IO, Any, Final

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
                raise WrongUsageError(click.UsageError("-- is followed by no command", ctx))
        ctx.obj = tuple(rest)
        flags = {name for each in self.params for name in each.opts if _is_flag(each)}
        cut = [part for arg in args for part in _cut(arg, flags)]
        wrong = AsKubectlError if _is_kubectl(cut) else WrongUsageError
        try:
            return super().parse_args(ctx, cut)
        except click.UsageError as error:
            raise wrong(error) from None


class WrongUsageError(click.UsageError):
    """Said as kubectl says it."""

    def __init__(self, error: click.UsageError) -> None:
        super().__init__(_worded(error), error.ctx)

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"error: {self.message}", file=file, err=file is None)
        click.echo("See 'portico forward --help' for usage.", file=file, err=file is None)


class AsKubectlError(WrongUsageError):
    """For which all errors are alike."""

    exit_code = 1


def _worded(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption(option_name=name) if name.startswith("--"):
            return f"unknown flag: {name}"
        case click.NoSuchOption(option_name=name):
            return f"unknown shorthand flag: {name.lstrip('-')[:1]!r} in {name}"
        case click.BadOptionUsage(option_name=name) if "requires an argument" in error.message:
            return f"flag needs an argument: {name}"
        case _:
            return error.format_message()


def _is_kubectl(args: list[str]) -> bool:
    return "--compat=kubectl" in args or ("--compat", "kubectl") in itertools.pairwise(args)


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
