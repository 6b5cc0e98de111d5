"""``retro-gamer export``: what was learned, in one file that plays anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from retro_gamer_core.cli.arguments import open_run, refuse_to_replace
from retro_gamer_core.errors import RunExists
from retro_gamer_core.terminal.printing import command, next_step, say, size_in_words, warn

if TYPE_CHECKING:
    import numpy as np
    from retro.game import Game

    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.games.finding import FoundGame
    from retro_gamer_core.observation import TimeSteps
    from retro_gamer_core.policies.checkpoint_policy import CheckpointPolicy
    from retro_gamer_core.policies.player import Player

_FILE = click.Path(path_type=Path)
_LARGE = 1_000_000  # bytes; a game pack is usually smaller than this


@click.command()
@click.argument("run", metavar="RUN")
@click.option("--output", "-o", metavar="FILE", type=_FILE, help="The file; RUN.rgp if left out.")
@click.option(
    "--checkpoint", metavar="NAME", help="Which one: ep_0100, final; if left out the best, else the newest."
)
@click.option(
    "--episodes",
    type=click.IntRange(0),
    default=20,
    help="How many games it plays for the scores on its card.",
)
@click.option("--half", is_flag=True, help="Half as large: weights are rounded to 16 bits.")
@click.option("--onnx", metavar="FILE", type=_FILE, help="Write the network for other programs, as ONNX.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def export(
    run: str,
    output: Path | None,
    checkpoint: str | None,
    episodes: int,
    half: bool,
    onnx: Path | None,
    force: bool,
) -> None:
    """Write what was learned into one file that plays without torch.

    The file holds the weights and a card that says what they are. Opening one never runs code, so it
    can be passed on. TrainedPolicy("snake.rgp") plays it.
    """
    from retro_gamer_core.games.entry_points import is_installed_game
    from retro_gamer_core.games.finding import fresh_game
    from retro_gamer_core.plugins.registry import installed_plugins
    from retro_gamer_core.policies.checkpoint_policy import CheckpointPolicy
    from retro_gamer_core.policies.exporting import export_policy
    from retro_gamer_core.training.loading import load_run

    directory = open_run(run)
    if output is None and onnx is None:
        output = Path(f"{directory.path.resolve().name}.rgp")
    if output is not None and onnx is not None and output.absolute() == onnx.absolute():
        raise click.UsageError(f"{output} cannot be both files: give --output and --onnx two names")
    for file in filter(None, (output, onnx)):
        if file.is_dir():
            hint = f"name the file that is to be made: -o {file / 'best.rgp'}"
            raise RunExists(f"{file} is a directory", hint=hint)
        refuse_to_replace(file, force)
        if not file.parent.is_dir():
            raise RunExists(
                f"there is no directory {file.parent}", hint="make it first, or choose another place"
            )
    config, found = load_run(directory)
    plugins = installed_plugins()
    best = "best" if directory.best_checkpoint.is_file() else None
    policy = CheckpointPolicy(directory, checkpoint or best, plugins)
    for warning in policy.warnings:
        warn(f"Warning: {warning}")
    game = fresh_game(found.factory, found.name)
    if onnx is not None:
        _write_onnx(policy, game, onnx)
        say(f"Wrote {onnx} ({size_in_words(onnx.stat().st_size)}): {policy.path.name} as ONNX")
    if output is None:
        next_step(f"{command('export', run)}      (a file that plays without torch, too)")
        return
    card = export_policy(policy, game, output, plugins=plugins, half=half)
    if episodes:
        scores = _try_out(output, policy.player_in(game), found, config, episodes)
        card = export_policy(policy, game, output, plugins=plugins, half=half, scores=scores)
    size = output.stat().st_size
    say(f"Wrote {output} ({size_in_words(size)}): {policy.path.name}, episode {card.episode:,}, {card.game}")
    if size > _LARGE and not half:
        warn("It is large for a game pack; --half makes it half as large.")
    next_step(command("play", output, game=None if is_installed_game(card.game) else config.game))


def _write_onnx(policy: CheckpointPolicy, game: Game, path: Path) -> None:
    from retro_gamer_core.policies.exporting import CannotExport, without_directory

    learner, config = policy.player_in(game).learner, policy.config
    if not hasattr(learner, "save_onnx"):
        raise CannotExport(
            "the learner of this run writes no ONNX", hint="let it have a method save_onnx(path, about)"
        )
    parts: dict[str, Any] = {
        choice.kind: {"name": choice.name, **choice.options} for choice in (config.encoder, config.network)
    }
    learner.save_onnx(path, {"game": without_directory(config.game), "episode": policy.episode, **parts})


def _try_out(
    file: Path, original: Player, found: FoundGame, config: RunConfig, episodes: int
) -> dict[str, Any]:
    """Play with what stands in the file, so that it is known to work and how well; returns its scores.

    It is said how often the network that it comes from would have pressed the same key.
    """
    from retro_gamer_core.cli.evaluate import tried
    from retro_gamer_core.games.finding import fresh_game
    from retro_gamer_core.policies.trained_policy import TrainedPolicy

    exported = TrainedPolicy(file).player_in(fresh_game(found.factory, found.name))
    turns = alike = 0

    def choose(steps: TimeSteps) -> np.ndarray:
        nonlocal turns, alike
        seen = steps.observations
        actions = exported.learner.q_values(seen).argmax(axis=1)
        turns += len(actions)
        alike += int((actions == original.learner.q_values(seen).argmax(axis=1)).sum())
        return actions

    max_turns, references = config.training.max_turns_per_episode, config.metadata.reference_scores
    scores = tried(choose, exported, found, episodes, max_turns, references).to_dict()
    what = "score" if scores["score"] else "return"
    say(
        f"Tried it in {episodes} games: mean {what} {scores[what]['mean']:,.1f}; the same key as the network it "
        f"comes from in {alike:,} of {turns:,} turns"
    )
    return {**scores, "episodes": episodes}
