"""``retro-gamer check``: what a teacher would point out, before anything is trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from retro_gamer_core.cli.arguments import AS_JSON, SEED, open_run
from retro_gamer_core.cli.exits import CHECK_FAILED
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.terminal.printing import next_step, say, say_json, typed, warn, what_games_print_aside

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
@click.pass_context
def check(
    ctx: click.Context,
    thing: str | None,
    kind: str | None,
    game: str | None,
    quick: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Find out what is wrong with a game, a part or a run.

    THING is a game (any way that `create --game` takes one), a part by its name or import path (`cnn`,
    `my_net:Tiny`), or the directory of a run. Without it, all that is installed is looked at quickly.
    """
    from retro_gamer_core.checks.target import check_target, target_called
    from retro_gamer_core.plugins.registry import installed_plugins

    named = target_called(thing, kind, installed_plugins())
    chosen = [word for flag, value in (("--kind", kind), ("--game", game)) if value for word in (flag, value)]
    again = typed("retro-gamer", "check", *([thing] if thing else []), *chosen)
    if named.kind == "run":  # told before any of it is imported, so that there is time to press Ctrl-C
        from retro_gamer_core.configuration.own_files import in_a_sentence, own_code_of

        if found := own_code_of(open_run(named.name)):
            warn(in_a_sentence(found))
    with what_games_print_aside():
        findings = check_target(named, game=game, seed=seed, quick=quick, tell=lambda what: warn(f"{what} …"))
    if as_json:
        say_json(_for_programs(named, findings, seed))
    else:
        _print(findings)
        next_step(again if findings.at_least("problem") else _next(named, game))
    if findings.at_least("problem"):
        ctx.exit(CHECK_FAILED)


def warn_of(findings: Findings, run: object) -> None:
    """What ``create`` and ``train`` say on the way: one line for each problem and warning.

    ``run`` is checked to hear more: it knows how its game is described.
    """
    told = findings.at_least("warning")
    for finding in told:
        warn(f"Warning: {finding.what} ({finding.code})")
    if told:
        warn(f"Why, and what to try: {typed('retro-gamer', 'check', run)}")


def _print(findings: Findings) -> None:
    from retro_gamer_core.findings import in_numbers

    say(f"{findings.thing[:1].upper()}{findings.thing[1:]}: {in_numbers(findings)}", bold=True)
    for finding in findings:
        say()
        say(f"{finding.level.capitalize()}: {finding.what} ({finding.code})")
        for word, text in (("why:", finding.why), ("try:", finding.hint), ("more:", finding.page)):
            if text:
                say(f"  {word:<6} {text}")
    say()
    for sentence in findings.looked_at:
        say(f"  Looked at: {sentence}")
    for sentence in findings.left_out:
        say(f"  Left out: {sentence}")


def _next(target: CheckTarget, game: str | None) -> str:
    """What to type when all is well; ``game`` is what a part was tried on."""
    create = ["retro-gamer", "create", "--game", game or "snake", "--output", "runs/first"]
    match target.kind:
        case "game":
            return typed("retro-gamer", "create", "--game", target.name, "--output", "runs/first")
        case "run":
            return typed("retro-gamer", "train", target.name)
        case "installation":
            return "retro-gamer list"
    flag = KINDS[target.kind].flag.format(target.name)
    return f"{typed(*create)} {flag}".rstrip()


def _for_programs(target: CheckTarget, findings: Findings, seed: int) -> dict[str, object]:
    return {
        "thing": findings.thing,
        "kind": target.kind,
        "seed": seed,
        "problems": len(findings.at_least("problem")),
        "findings": [finding.to_dict() for finding in findings],
        "looked_at": findings.looked_at,
        "left_out": findings.left_out,
    }
