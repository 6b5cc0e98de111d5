"""``retro-gamer play``: watch what was learned play the game."""

from __future__ import annotations

import secrets
import sys

import click

from retro_gamer_core.cli.arguments import SEED, SOME, policy_options, policy_to_play
from retro_gamer_core.terminal.printing import command, next_step, say, say_unbroken


@click.command()
@policy_options
@click.option("--framerate", type=click.FloatRange(min=0.1), default=12, help="Turns a second.")
@click.option("--seed", type=SEED, help="The same seed gives the same game again.")
@click.option("--max-turns", type=SOME, help="Stop after so many turns.")
def play(
    run: str,
    game: str | None,
    checkpoint: str | None,
    framerate: float,
    seed: int | None,
    max_turns: int | None,
) -> None:
    """Watch what was learned play the game; RUN may be a policy file, too.

    Enter, Escape or Ctrl-C ends it. Without a terminal, a few frames are printed instead.
    """
    from retro_gamer_core.games.finding import fresh_game
    from retro_gamer_core.games.tracebacks import where_raised
    from retro_gamer_core.playing.chance import seeded
    from retro_gamer_core.playing.watching import game_raised, print_frames, watch
    from retro_gamer_core.policies.trained_policy import PolicyInput

    chosen = policy_to_play(run, checkpoint, game)
    found = chosen.found
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    chance = seeded(seed)
    with chance:
        played = fresh_game(found.factory, found.name)
    played.input_source = PolicyInput(chosen.policy, played)
    limit = max_turns or chosen.max_turns
    score = chosen.metadata.score_key(played.state)
    try:
        if sys.stdin.isatty() and sys.stdout.isatty():
            ended = watch(played, chance, framerate, limit, score)
        else:
            ended = print_frames(played, chance, limit, say_unbroken)
    except Exception as error:
        raise game_raised(error, where_raised(error, found.source_root), played, seed) from error
    policy = chosen.policy
    say(
        f"{policy.path.name} (episode {policy.episode:,}): {score} {played.state[score]} after "
        f"{played.turn_number} turns, {ended} (seed {seed})"
    )
    again = command("play", run, game=game, checkpoint=checkpoint, seed=seed)
    more = command("info", run) if chosen.run else command("evaluate", run, game=game, checkpoint=checkpoint)
    next_step(f"{again}      (the same game again)", more)
