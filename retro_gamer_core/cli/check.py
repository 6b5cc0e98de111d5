"""``retro-gamer check``: what a teacher would point out, before anything is trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from retro_gamer_core.cli.arguments import AS_JSON, SEED, open_run
from retro_gamer_core.cli.exits import CHECK_FAILED
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.terminal.printing import command, next_step, say, say_json, warn, what_games_print_aside

if TYPE_CHECKING:
    from retro_gamer_core.checks.target import CheckTarget
    from retro_gamer_core.findings import Findings


@click.command()
@click.argument("thing", required=False)
@click.option(
    "--kind", type=click.Choice(["game", "run", *KINDS]), help="What THING is, where that cannot be told."
)
@click.option("--game", metavar="GAME", help="For a part: the game to try it on, in place of a small one.")
@click.option("--quick", is_flag=True, help="Look for a second or two only, and train nothing.")
@click.option("--seed", type=SEED, default=0, help="The same seed looks at the same games.")
@AS_JSON
def check(
    thing: str | None, kind: str | None, game: str | None, quick: bool, seed: int, as_json: bool
) -> None:
    """Find out what is wrong with a game, a part or a run.

    THING is a game (any way that `create --game` takes one), a part by its name or import path (`cnn`,
    `my_net:Tiny`), or the directory of a run. Without it, all that is installed is looked at quickly.
    """
    from retro_gamer_core.checks.target import check_target, target_called
    from retro_gamer_core.plugins.registry import installed_plugins

    named = target_called(thing, kind, installed_plugins())
    if named.kind == "run":  # told before any of it is imported, so that there is time to press Ctrl-C
        from retro_gamer_core.configuration.own_files import in_a_sentence, own_code_of

        if found := own_code_of(open_run(named.name)):
            warn(in_a_sentence(found))
    with what_games_print_aside():
        findings = check_target(named, game=game, seed=seed, quick=quick, tell=lambda what: warn(f"{what} …"))
    if as_json:
        problems = len(findings.at_least("problem"))
        told = {"thing": findings.thing, "kind": named.kind, "seed": seed, "problems": problems}
        lists = {"looked_at": findings.looked_at, "left_out": findings.left_out}
        say_json({**told, "findings": [finding.to_dict() for finding in findings], **lists})
    else:
        _print(findings)
        again = command("check", *([thing] if thing else []), kind=kind, game=game)
        next_step(again if findings.at_least("problem") else _next(named, game))
    if findings.at_least("problem"):
        raise click.exceptions.Exit(CHECK_FAILED)


def warn_of(findings: Findings, run: object) -> None:
    """What ``create`` and ``train`` say on the way: one line for each problem and warning.

    ``run`` is checked to hear more: it knows how its game is described.
    """
    told = findings.at_least("warning")
    for finding in told:
        warn(f"Warning: {finding.what} ({finding.code})")
    if told:
        warn(f"Why, and what to try: {command('check', run)}")


def _print(findings: Findings) -> None:
    from retro_gamer_core.findings import in_numbers

    say(f"{findings.thing[:1].upper()}{findings.thing[1:]}: {in_numbers(findings)}", bold=True)
    for finding in findings:
        say(f"\n{finding}")
    say()
    for sentence in findings.looked_at:
        say(f"  Looked at: {sentence}")
    for sentence in findings.left_out:
        say(f"  Left out: {sentence}")


def _next(target: CheckTarget, game: str | None) -> str:
    """What to type when all is well; ``game`` is what a part was tried on."""
    match target.kind:
        case "game":
            return command("create", game=target.name, output="runs/first")
        case "run":
            return command("train", target.name)
        case "installation":
            return "retro-gamer list"
    flag = KINDS[target.kind].flag.format(target.name)
    return f"{command('create', game=game or 'snake', output='runs/first')} {flag}".rstrip()
