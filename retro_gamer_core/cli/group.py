"""The command group, which knows its commands by name and imports one only when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from retro_gamer_core.errors import PluginError
from retro_gamer_core.plugins.own_code import only_installed
from retro_gamer_core.suggestions import did_you_mean
from retro_gamer_core.terminal.printing import warn

_HERE = "retro_gamer_core.cli"
_COMMANDS = {  # by name: where it is, and what the list of commands says of it
    "list": ("installed:list_games", "Show the games that are installed."),
    "plugins": ("installed:list_plugins", "Show every plugin and part, and what is broken."),
    "check": ("check:check", "Find out what is wrong with a game, a part or a run."),
    "create": ("create:create", "Make a training run for a game."),
    "train": ("train:train", "Train a run, or go on training it."),
    "play": ("play:play", "Watch what was learned play the game."),
    "evaluate": ("evaluate:evaluate", "Measure how good it is, beside random play."),
    "export": ("export:export", "Write what was learned into one file that plays without torch."),
    "duel": ("duel:duel", "Let two runs train against each other."),
    "info": ("info:info", "Show a run: how it went, its settings, and why."),
    "clean": ("clean:clean", "Remove what training made, to begin afresh."),
    "new": ("new:new", "Make a package of your own: a game, an encoder, …"),
    "promote": ("new:promote", "Make a package of a part that is in one file."),
}
_TRUST = "--trust"
_OLDER_NAMES = {"init": "create:init"}


class LazyGroup(click.Group):
    """Built-in commands first, then those of plugins, each imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_COMMANDS, *_plugin_commands()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        where = _COMMANDS.get(cmd_name, (None,))[0] or _OLDER_NAMES.get(cmd_name)
        if where is not None:
            module, _, attribute = where.partition(":")
            return getattr(import_module(f"{_HERE}.{module}"), attribute)
        return _load_plugin_command(cmd_name)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None:
            hint = did_you_mean(args[0], self.list_commands(ctx))
            raise click.UsageError(f"there is no command {args[0]!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As everywhere, but --trust may stand behind the command too, where one thinks of it."""
        before_dashes = args[: args.index("--")] if "--" in args else args
        if _TRUST in before_dashes:
            args = [_TRUST, *(word for word in args if word != _TRUST)]
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, summary) for name, (_, summary) in _COMMANDS.items()]
        rows += [(name, f"{command.summary} [{provider.distribution}]")
                 for name, (command, provider) in _plugin_commands().items()]  # fmt: skip
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _plugin_commands() -> dict[str, Any]:
    from retro_gamer_core.plugins.registry import installed_plugins

    return {name: found for name, found in installed_plugins().commands().items() if name not in _COMMANDS}


def _load_plugin_command(name: str) -> click.Command | None:
    from retro_gamer_core.plugins.import_strings import load_attribute

    found = _plugin_commands().get(name)
    if found is None:
        return None
    command, provider = found
    loaded = load_attribute(command.command, what=f"the command {name!r}", provider=provider)
    if not isinstance(loaded, click.Command):
        raise PluginError(
            f"the command {name!r} of the plugin {provider} cannot be used: {command.command} is no click command",
            where=command.command,
            hint="write @click.command() above the function",
        )
    return loaded


def _show_version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        from retro_gamer_core.distributions import own_version

        click.echo(f"retro-gamer {own_version()}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "show_default": True},
    epilog="Begin with: retro-gamer create --game snake --output runs/snake",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version,
              help="Show the version.")  # fmt: skip
@click.option(
    "--no-plugin", "blocked", multiple=True, metavar="NAME", help="Do without this plugin (repeatable)."
)
@click.option(
    "--strict-plugins", "strict", is_flag=True, help="For plugin authors: a broken plugin is an error."
)
@click.option(
    "--installed-only",
    is_flag=True,
    help="For runs of strangers: import nothing but installed packages.",
)
@click.option(_TRUST, is_flag=True, help="Run the code that a run from elsewhere brings along, unasked.")
@click.pass_context
def retro_gamer(
    ctx: click.Context, blocked: tuple[str, ...], strict: bool, installed_only: bool, trust: bool
) -> None:
    """Train deep Q-learning agents to play terminal games, and swap any piece of it."""
    if installed_only and trust:
        raise click.UsageError("--trust and --installed-only contradict each other; give one of them", ctx)
    if installed_only:
        ctx.with_resource(only_installed())
    if not trust:
        from retro_gamer_core.cli.trust import ask
        from retro_gamer_core.configuration.own_files import asked_first

        ctx.with_resource(asked_first(ask))
    from retro_gamer_core.plugins.registry import configure, installed_plugins

    if blocked or strict:
        configure(blocked=blocked, strict=strict)
    if blocked and ctx.invoked_subcommand != "plugins":  # which shows these itself
        for warning in installed_plugins().warnings:
            warn(f"Warning: {warning}")
