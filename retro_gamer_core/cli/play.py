"""``retro-gamer play``: watch what was learned play the game."""

from __future__ import annotations

import secrets
import sys

import click

from retro_gamer_core.cli.arguments import SEED, SOME, game_to_play, policy_options, policy_to_play
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.terminal.printing import command, next_step, say, say_unbroken


@click.command()
@policy_options
@click.option("--framerate", type=click.FloatRange(min=0.1), help="Turns a second: 12, and 6 with --coach.")
@click.option("--seed", type=SEED, help="The same seed gives the same game again.")
@click.option("--max-turns", type=SOME, help="Stop after so many turns.")
@click.option("--values", is_flag=True, help="Show beside the board what it expects of each key.")
@click.option("--coach", is_flag=True, help="You play, and each of your keys is judged.")
@click.option("--by-hand", is_flag=True, help="You play; scores and best games are kept. RUN may be a game.")
def play(
    run: str,
    game: str | None,
    checkpoint: str | None,
    framerate: float | None,
    seed: int | None,
    max_turns: int | None,
    values: bool,
    coach: bool,
    by_hand: bool,
) -> None:
    """Watch what was learned play the game; RUN may be a policy file, too.

    Enter, Escape or Ctrl-C ends it. Without a terminal, a few frames are printed instead.
    """
    from retro_gamer_core.games.finding import fresh_game
    from retro_gamer_core.games.tracebacks import where_raised
    from retro_gamer_core.playing.chance import seeded
    from retro_gamer_core.playing.watching import game_raised, print_frames, watch
    from retro_gamer_core.policies.key_values import Coach, ShownValues
    from retro_gamer_core.policies.trained_policy import PolicyInput

    in_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if (coach or by_hand) and not in_terminal:
        raise RetroGamerError(
            f"{'a coach' if coach else 'playing'} needs somebody who presses keys, and this is no terminal",
            hint="type it in a terminal, without a pipe",
        )
    if by_hand:
        if coach or values or checkpoint:
            raise click.UsageError(
                "--by-hand is for playing alone: without --coach, --values and --checkpoint"
            )
        _by_hand(run, game, framerate or 6, secrets.randbelow(1_000_000) if seed is None else seed, max_turns)
        return
    chosen = policy_to_play(run, checkpoint, game)
    found = chosen.found
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    chance = seeded(seed)
    with chance:
        played = fresh_game(found.factory, found.name)
    beside = Coach(chosen.policy, played) if coach else ShownValues(chosen.policy, played) if values else None
    played.input_source = beside or PolicyInput(chosen.policy, played)
    limit = max_turns or chosen.max_turns
    score = chosen.metadata.score_key(played.state)
    try:
        if in_terminal:
            ended = watch(played, chance, framerate or (6 if coach else 12), limit, score, beside)
        else:
            ended = print_frames(played, chance, limit, say_unbroken, beside)
    except Exception as error:
        raise game_raised(error, where_raised(error, found.source_root), played, seed) from error
    policy = chosen.policy
    who = "you" if coach else f"{policy.path.name} (episode {policy.episode:,})"
    say(f"{who}: {score} {played.state[score]} after {played.turn_number} turns, {ended} (seed {seed})")
    for line in beside.summary() if isinstance(beside, Coach) else ():
        say(line)
    again = command("play", run, game=game, checkpoint=checkpoint, seed=seed)
    more = command("info", run) if chosen.run else command("evaluate", run, game=game, checkpoint=checkpoint)
    next_step(f"{again}      (the same game again)", more)


def _by_hand(source: str, game: str | None, framerate: float, seed: int, max_turns: int | None) -> None:
    """A person plays a game, which is kept where it was played to its end."""
    from retro_gamer_core.evaluation.ladder import code_of
    from retro_gamer_core.games.finding import fresh_game
    from retro_gamer_core.games.tracebacks import where_raised
    from retro_gamer_core.playing.by_hand import ByHand, Hands
    from retro_gamer_core.playing.forks import of_evaluations
    from retro_gamer_core.playing.watching import game_raised, watch

    chosen = game_to_play(source, game)
    found, metadata, code = chosen.found, chosen.metadata, code_of(chosen.found)
    kept = ByHand(chosen.kept / "by-hand")
    best = kept.best(code)
    chance = of_evaluations(seed)
    with chance:
        played = fresh_game(found.factory, found.name)
    hands = played.input_source = Hands(played, metadata, best)
    limit = max_turns or chosen.max_turns
    score = metadata.score_key(played.state)
    try:
        ended = watch(played, chance, framerate, limit, score, hands, hands.turn_played)
    except Exception as error:
        raise game_raised(error, where_raised(error, found.source_root), played, seed) from error
    say(f"you: {score} {played.state[score]} after {played.turn_number} turns, {ended} (seed {seed})")
    at = {"name": "by hand", "episode": 0, "total_turns": 0, "seconds": 0.0, "share": 0.0, "best": False}
    recording = None if ended == "stopped" else hands.recorder.recording(found.name, seed, score, at)
    if recording is None:
        say("It is not kept: only games that were played to their end count.")
    else:
        mine = kept.keep(recording, code)
        count = len(kept.games(code))
        better = "your best so far" if best is None or mine.score > best else f"your best is {best:g}"
        say(f"Kept in {chosen.kept / 'by-hand'}: game {count}, {better}.")
    next_step(command("play", source, game=game) + " --by-hand", f"{command('evaluate', source)} --ladder")
