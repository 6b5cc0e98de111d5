"""``retro-gamer record``: a game as a film, to show at home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from retro_gamer_core.cli.arguments import SEED, SOME, policy_options, policy_to_play, refuse_to_replace
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.terminal.printing import command, next_step, say, size_in_words
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
    refuse_to_replace(output, force)
    if checkpoint is None and (Path(run) / "checkpoints" / "best.pt").is_file():
        checkpoint = "best"
    chosen = policy_to_play(run, checkpoint, game)
    seeds = range(GAMES_TO_CHOOSE_FROM) if seed is None else (seed,)
    films = {each: _film(chosen, each, max_turns) for each in seeds}
    seed = max(films, key=lambda each: films[each][1])
    shots, _ = films[seed]
    output.parent.mkdir(parents=True, exist_ok=True)
    write(output, shots, framerate)
    of = f"the best of {len(films)} games, " if len(films) > 1 else ""
    say(f"{output}: {of}{shots[-1].caption} (seed {seed}, {size_in_words(output.stat().st_size)})")
    next_step(command("play", run, game=game, checkpoint=checkpoint, seed=seed))


def _film(chosen: PolicyToPlay, seed: int, max_turns: int) -> tuple[list[Shot], float]:
    """Play one game; its shots, and its score in the end."""
    from retro_gamer_seeing.policy_games import played

    shots: list[Shot] = []

    def look(game: Game) -> None:
        score, over = chosen.metadata.score_key(game.state), "" if game.playing else "  game over"
        shots.append(Shot(look_at(game), f"turn {game.turn_number}  {score} {game.state[score]}{over}"))

    recording = played(chosen, seed, max_turns=max_turns, look=look)
    return shots, recording.score or 0.0
