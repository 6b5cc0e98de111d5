"""``retro-gamer play``: watch what was learned play the game."""

from __future__ import annotations

import random
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retro_gamer_core.cli.printing import next_step, say, typed, warn

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.training.policy import TrainedPolicy


@click.command()
@click.argument("run", metavar="RUN")
@click.option(
    "--checkpoint", metavar="NAME", help="Which checkpoint plays, e.g. ep_0100; the newest if left out."
)
@click.option(
    "--framerate", type=click.FloatRange(min=0.1), default=12, show_default=True, help="Turns a second."
)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="The same seed gives the same game again.")
@click.option("--max-turns", type=click.IntRange(min=1), help="Stop after so many turns.")
def play(run: str, checkpoint: str | None, framerate: float, seed: int | None, max_turns: int | None) -> None:
    """Watch what was learned play the game.

    Enter, Escape or Ctrl-C ends it. Without a terminal, a few frames are printed instead.
    """
    import numpy as np

    from retro_gamer_core.games.finding import fresh_game
    from retro_gamer_core.games.tracebacks import where_raised
    from retro_gamer_core.playing.watching import game_raised, print_frames, watch
    from retro_gamer_core.runs.run_directory import RunDirectory
    from retro_gamer_core.training.loading import load_run
    from retro_gamer_core.training.policy import PolicyInput, TrainedPolicy

    directory = RunDirectory.open(Path(run))
    config, found = load_run(directory)
    policy = TrainedPolicy(directory.path, checkpoint)
    for warning in policy.warnings:
        warn(f"Warning: {warning}")
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    random.seed(seed)
    np.random.seed(seed)
    game = fresh_game(found.factory, found.name)
    game.input_source = PolicyInput(policy, game)
    limit = max_turns or config.training.max_turns_per_episode
    in_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    try:
        ended = watch(game, framerate, limit) if in_terminal else print_frames(game, limit, say)
    except BrokenPipeError:  # not the game's doing: whoever read the frames has seen enough
        raise
    except Exception as error:
        raise game_raised(error, where_raised(error, found.source_root), game, seed) from error
    say(_summary(game, policy, ended, config.metadata.score_key(game.state), seed))
    chosen = ("--checkpoint", checkpoint) if checkpoint else ()
    again = typed("retro-gamer", "play", run, *chosen, "--seed", seed)
    next_step(f"{again}      (the same game again)", typed("retro-gamer", "info", run))


def _summary(game: Game, policy: TrainedPolicy, ended: str, score: str, seed: int) -> str:
    return (
        f"{policy.path.name} (episode {policy.episode:,}): {score} {game.state[score]} after {game.turn_number} "
        f"turns, {ended} (seed {seed})"
    )
