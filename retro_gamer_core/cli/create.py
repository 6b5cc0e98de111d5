"""``retro-gamer create``: look at a game, choose everything with a reason, write the run."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from retro_gamer_core.cli.arguments import training_command
from retro_gamer_core.cli.check import warn_of
from retro_gamer_core.cli.create_options import setting_options, wishes_from
from retro_gamer_core.cli.same_run import line_for
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.parts import Choice
from retro_gamer_core.terminal.printing import command, next_step, say, say_unbroken, warn
from retro_gamer_core.toml_text import toml_setting

_FIRST_SENTENCE = re.compile(r"(?<=\w)[.;] ")


@click.command()
@click.option(
    "--game", required=True, metavar="GAME", help="A name from `retro-gamer list`, a module, or a path."
)
@click.option("--output", required=True, metavar="RUN", help="The directory to make for this run.")
@click.option("--recipe", default="standard", help="The set of choices to begin with.")
@click.option("--seed", type=int, help="Where all chance begins; drawn if left out.")
@setting_options
def create(game: str, output: str, recipe: str, seed: int | None, **flags: Any) -> None:
    """Make a training run for a game.

    Looks at the game, chooses what the learner sees, the network and the training settings, each with
    its reason, and writes them to RUN/config.toml, where you can change them.
    """
    from retro_gamer_core.checks.game import findings_of
    from retro_gamer_core.checks.game_look import QUICK, GameLook
    from retro_gamer_core.configuration.settings import TrainingSettings
    from retro_gamer_core.games.finding import find_game
    from retro_gamer_core.playing.survey import seen_in_play, survey_game, warnings_about
    from retro_gamer_core.plugins.registry import installed_plugins
    from retro_gamer_core.runs.run_directory import refuse_to_overwrite
    from retro_gamer_core.training.new_run import (
        choices_of,
        is_for_another_learner,
        make_run,
        ways_of_the_game,
        with_wishes,
    )

    plugins = installed_plugins()
    refuse_to_overwrite(Path(output))
    found = find_game(game)
    description, wishes = wishes_from(flags)
    metadata = _described(found, description)
    seen = wishes.get("preprocessing", {}).get("observe_state")
    if isinstance(seen, list):
        metadata.observe_state = seen  # so that the look at the game finds a name it does not have
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    look = GameLook(found, metadata, seed, QUICK)
    facts = survey_game(found.name, found.factory, metadata, watchers=[look.seen.watch], seed=seed)
    look.create_seconds = facts.create_seconds
    metadata.board_size = facts.board_size
    learner = wishes.get("training", {}).get("learner", wishes.get("learner", {}).get("name"))
    choices = [
        *choices_of(recipe, facts, plugins, learner=learner),
        *ways_of_the_game(metadata),
        Choice("training", "recipe", recipe, "what these settings began with; it decides nothing any more"),
        Choice("training", "seed", seed, "the same seed gives the same run again"),
    ]
    choices = with_wishes(choices, wishes, plugins)
    run = make_run(output, found.name, metadata, choices, plugins)

    width, height = facts.board_size
    say(f"Made {run.config} for {found.name}: board {width}×{height}, keys {' '.join(metadata.actions)}")
    say(f'reward: the change of state["{metadata.reward}"] in each turn')
    for note in (*found.notes, *facts.notes):
        say(f"note: {_FIRST_SENTENCE.split(note)[0]}")
    if is_for_another_learner(plugins.recipes()[recipe][0], learner):
        say(
            f"note: the recipe {recipe!r} is for another learner than {learner!r}, so its choices in [training] are "
            "left out: what is not written has its default"
        )
    for warning in warnings_about(facts):
        warn(f"Warning: {warning}")
    warn_of(findings_of(look), run.path)
    if seen_there := seen_in_play(facts):
        say(f"Seen in play: {seen_there}")
    for sentence in look.worth_knowing:
        say(f"note: {sentence}")
    chosen = {choice.key: choice.value for choice in choices}
    parts = " · ".join(f"{kind} {chosen[kind]}" for kind in KINDS if kind in chosen)
    say(f"Chosen by the recipe {recipe!r}: {parts}")
    if asked := [toml_setting(key, value) for of in wishes.values() for key, value in of.items()]:
        say(f"you asked for: {', '.join(asked)}")
    say(f"Each setting, and the reason for it: {command('info', run.path)} --why")
    say_unbroken(f"The same run again: {line_for(game, recipe, seed, description, wishes)}")
    episodes = wishes.get("training", {}).get("training_episodes", TrainingSettings.training_episodes)
    next_step(training_command(run.path, episodes))


@click.command(hidden=True)
@click.argument("game")
@click.argument("output")
@click.option("--recipe", default="classic")
@click.option("--seed", type=int)
@setting_options
@click.pass_context
def init(ctx: click.Context, **flags: Any) -> None:
    """The name of `create` in retro-gamer 0.4.0: init GAME RUN."""
    warn("`init` is called `create` now; it does the same.")
    ctx.invoke(create, **flags)


def _described(found: Any, description: Mapping[str, Any]) -> Any:
    """The game's description, with what the command line adds to it."""
    from retro_gamer_core.games.metadata import GameMetadata

    if found.metadata is None and not {"actions", "reward"} <= set(description):
        raise RetroGamerError(
            f"nothing describes the game {found.name}",
            where=str(found.source_root or found.module),
            why="training needs to know at least which keys may be pressed and what counts as a reward",
            hint="add a table [tool.retro-gamer] with actions and reward to the game's pyproject.toml, or give "
            "--actions KEY_LEFT,KEY_RIGHT --reward score here",
        )
    known = found.metadata.to_dict() if found.metadata else {}
    return GameMetadata.from_dict({**known, **description}, where="the description of the game")
