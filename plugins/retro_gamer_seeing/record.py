"""``retro-gamer record``: a game as a film, to show at home."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retro_gamer_core.cli.arguments import SEED, SOME, policy_options, policy_to_play, refuse_to_replace
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.terminal.printing import command, next_step, say, size_in_words, what_games_print_aside
from retro_gamer_seeing.boards import look_at
from retro_gamer_seeing.films import Shot, write_cast, write_gif

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.cli.arguments import PolicyToPlay
    from retro_gamer_core.playing.replay import Recording

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
    refuse_to_replace(output, force)
    if checkpoint is None and (Path(run) / "checkpoints" / "best.pt").is_file():
        checkpoint = "best"
    from retro_gamer_seeing.policy_games import played

    of = ""
    with what_games_print_aside():
        chosen = policy_to_play(run, checkpoint, game)
        if seed is None:
            of = f"the best of {GAMES_TO_CHOOSE_FROM} games, "
            seed = max(
                range(GAMES_TO_CHOOSE_FROM),
                key=lambda each: _reached(played(chosen, each, max_turns=max_turns)),
            )
        shots = _film(chosen, seed, max_turns)
        output.parent.mkdir(parents=True, exist_ok=True)
        write(output, shots, framerate)
    say(f"{output}: {of}{shots[-1].line} (seed {seed}, {size_in_words(output.stat().st_size)})")
    next_step(command("play", run, game=game, checkpoint=checkpoint, seed=seed))


def _reached(recording: Recording) -> float:
    return recording.total_reward if recording.score is None else recording.score


def _film(chosen: PolicyToPlay, seed: int, max_turns: int) -> list[Shot]:
    """Play one game; its shots. Rows that show the same are one list, for a film has many of them."""
    from retro_gamer_seeing.policy_games import played

    shots: list[Shot] = []

    def look(game: Game) -> None:
        score, over = chosen.metadata.score_key(game.state), "" if game.playing else "  game over"
        board, before = look_at(game), shots[-1].board if shots else []
        board = [old if old == row else row for row, old in zip_longest(board, before)]
        shots.append(Shot(board, f"turn {game.turn_number}  {score} {game.state[score]}{over}"))

    played(chosen, seed, max_turns=max_turns, look=look)
    return shots
