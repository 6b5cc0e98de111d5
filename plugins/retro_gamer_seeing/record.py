"""``retro-gamer record``: a game as a film, to show at home."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from retro_gamer_core.cli.arguments import SEED, SOME, policy_options, policy_to_play
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.terminal.printing import command, next_step, say, size_in_words, what_games_print_aside
from retro_gamer_seeing.boards import look_at
from retro_gamer_seeing.films import Shot, write_cast, write_gif

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.cli.arguments import PolicyToPlay

_WRITERS = {".gif": write_gif, ".cast": write_cast}

#: Without a seed, so many games are played, and the one with the highest score is shown.
GAMES_TO_CHOOSE_FROM = 5


@click.command()
@policy_options
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="The film: .gif or .cast."
)
@click.option("--seed", type=SEED, help="Which game; the best of five, if left out.")
@click.option("--max-turns", type=SOME, default=500, show_default=True, help="Stop after so many.")
@click.option(
    "--framerate", type=click.FloatRange(min=0.1), default=12, show_default=True, help="Turns a second."
)
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
def record(
    run: str,
    output: Path,
    game: str | None,
    checkpoint: str | None,
    seed: int | None,
    max_turns: int,
    framerate: float,
    force: bool,
) -> None:
    """Make a film of what was learned: a GIF to show around, or a .cast for asciinema. RUN may be a policy file."""
    write = _WRITERS.get(output.suffix.lower())
    if write is None:
        raise RetroGamerError(
            f"{output.name} is no kind of film that can be made here",
            hint="end the name with .gif, which every browser shows, or with .cast, which asciinema plays",
        )
    if output.exists() and not force:
        raise RetroGamerError(
            f"{output} is there already",
            why="nothing of yours is written over unless you say so",
            hint="choose another name, or add --force",
        )
    if checkpoint is None and (Path(run) / "checkpoints" / "best.pt").is_file():
        checkpoint = "best"
    of = ""
    with what_games_print_aside():
        chosen = policy_to_play(run, checkpoint, game)
        if seed is None:
            of = f"the best of {GAMES_TO_CHOOSE_FROM} games, "
            seed = max(range(GAMES_TO_CHOOSE_FROM), key=lambda each: _score(chosen, each, max_turns))
        shots = _film(chosen, seed, max_turns)
        output.parent.mkdir(parents=True, exist_ok=True)
        write(output, shots, framerate)
    say(f"{output}: {of}{shots[-1].line} (seed {seed}, {size_in_words(output.stat().st_size)})")
    next_step(command("play", run, game=game, checkpoint=checkpoint, seed=seed))


def _score(chosen: PolicyToPlay, seed: int, max_turns: int) -> float:
    """The score that a game has in the end. It is not filmed: the boards of several games may not fit the memory."""
    from retro_gamer_core.runs.plain_values import number

    state: dict[str, Any] = {}
    for game in _turns(chosen, seed, max_turns):
        state = game.state
    return number(state[chosen.metadata.score_key(state)]) or 0.0


def _film(chosen: PolicyToPlay, seed: int, max_turns: int) -> list[Shot]:
    shots: list[Shot] = []
    for game in _turns(chosen, seed, max_turns):
        score = chosen.metadata.score_key(game.state)
        over = "" if game.playing else "  game over"
        board, before = look_at(game), shots[-1].board if shots else []
        # Rows that are as they were are kept once.
        board = [old if old == row else row for row, old in zip_longest(board, before)]
        shots.append(Shot(board, f"turn {game.turn_number}  {score} {game.state[score]}{over}"))
    return shots


def _turns(chosen: PolicyToPlay, seed: int, max_turns: int) -> Iterator[Game]:
    """One game as the policy plays it, given as it begins and after each turn."""
    from retro_gamer_core.games.finding import fresh_game
    from retro_gamer_core.games.tracebacks import where_raised
    from retro_gamer_core.playing.chance import seeded
    from retro_gamer_core.playing.watching import game_raised
    from retro_gamer_core.policies.trained_policy import PolicyInput

    found, chance = chosen.found, seeded(seed)
    with chance:
        game = fresh_game(found.factory, found.name)
    game.view = None
    game.input_source = PolicyInput(chosen.policy, game)
    try:
        with chance:
            game.start()
        yield game
        while game.playing and game.turn_number < max_turns:
            with chance:
                game.step()
            yield game
    except Exception as error:
        raise game_raised(error, where_raised(error, found.source_root), game, seed) from error
