"""What several commands are given: a run, a policy file, a seed; and how each is opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from retro_gamer_core.errors import RetroGamerError, RunExists, RunNotFound
from retro_gamer_core.terminal.printing import command as typed_command
from retro_gamer_core.terminal.printing import warn

if TYPE_CHECKING:
    from retro_gamer_core.games.finding import FoundGame
    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.policies.trained_policy import TrainedPolicy
    from retro_gamer_core.runs.run_directory import RunDirectory

SEED = click.IntRange(0, 2**32 - 1)
SOME = click.IntRange(min=1)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print it for programs.")


def policy_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add RUN, --game and --checkpoint: what ``policy_to_play`` opens."""
    for option in (
        click.option("--checkpoint", metavar="NAME",
                     help="Which one plays: best, final, ep_0100; the newest if left out."),
        click.option("--game", metavar="GAME",
                     help="Which game a policy file is to play; if left out, the installed one that it names."),
        click.argument("run", metavar="RUN"),
    ):  # fmt: skip
        command = option(command)
    return command


@dataclass(frozen=True)
class PolicyToPlay:
    """A policy and its game.

    Args:
        policy: what chooses.
        found: the game.
        metadata: what the game is, in the words of the run or the file.
        max_turns: turns after which a game is stopped.
        run: the run it is from; None for a policy file.
    """

    policy: TrainedPolicy
    found: FoundGame
    metadata: GameMetadata
    max_turns: int
    run: RunDirectory | None


@dataclass(frozen=True)
class GameToPlay:
    """A game, named by itself, by a run or by a policy file.

    Args:
        found: the game.
        metadata: what it is; complete.
        max_turns: turns after which a game is stopped.
        run: the run that named it.
        players: those that the settings of the run name, each with its options.
    """

    found: FoundGame
    metadata: GameMetadata
    max_turns: int
    run: RunDirectory | None
    players: Sequence[tuple[str, Mapping[str, Any]]] = ()

    @property
    def kept(self) -> Path:
        """The directory for what is kept about the game: that of the run, else one in the current directory."""
        if self.run:
            return self.run.path
        name = self.found.name.rpartition("/")[2].replace(".py", "")
        return Path("ladders") / re.sub(r"[^\w.-]+", "-", name)


def is_policy_file(source: str) -> bool:
    """Whether this is a file that may be a policy, and not the code of a game."""
    from retro_gamer_core.policies.policy_file import find_policy_file

    file = find_policy_file(source)
    return file is not None and file.suffix != ".py"


def game_to_play(source: str, game: str | None = None) -> GameToPlay:
    """The game of a run, of a policy file, or that a person named.

    Raises:
        RunNotFound: it is none of them.
        RetroGamerError: nothing describes the game.
    """
    from retro_gamer_core.configuration.settings import TrainingSettings
    from retro_gamer_core.errors import GameNotFound
    from retro_gamer_core.games.finding import find_game
    from retro_gamer_core.playing.environment import complete_metadata
    from retro_gamer_core.runs.run_directory import is_run
    from retro_gamer_core.training.loading import load_run

    if is_run(Path(source)):
        run = open_run(source)
        config, found = load_run(run)
        metadata, max_turns = config.metadata, config.training.max_turns_per_episode
        players = [(part.name, part.options) for part in config.parts_of("player")]
        complete_metadata(metadata, found.factory)
        return GameToPlay(found, metadata, max_turns, run, players)
    if is_policy_file(source):
        chosen = policy_to_play(source, None, game)
        return GameToPlay(chosen.found, chosen.metadata, chosen.max_turns, None)
    try:
        found = find_game(source)
    except GameNotFound:
        open_run(source)
        raise
    if found.metadata is None:
        raise RetroGamerError(
            f"nothing describes the game {found.name}",
            why="nobody can tell which keys it has, and what counts in it",
            hint=f"retro-gamer check {source} --kind game",
        )
    complete_metadata(found.metadata, found.factory)
    return GameToPlay(found, found.metadata, TrainingSettings().max_turns_per_episode, None)


def open_run(path: str | Path) -> RunDirectory:
    """The run in a directory.

    Raises:
        RunNotFound: it is none; where it is the name of a game instead, the message says how to begin.
    """
    from retro_gamer_core.runs.run_directory import RunDirectory

    try:
        return RunDirectory.open(path)
    except RunNotFound:
        from retro_gamer_core.games.entry_points import is_installed_game

        game = str(path)
        if Path(game).exists() or not is_installed_game(game):
            raise
        raise RunNotFound(
            f"{game} is a game, and this asks for a run: a directory in which something learned to play it",
            hint=f"make one and train it: {typed_command('create', game=game, output=f'runs/{game}')}, then "
            f"retro-gamer train runs/{game} --for 5m",
        ) from None


def refuse_to_replace(file: Path, force: bool) -> None:
    """Let nothing be written over unless somebody says so.

    Raises:
        RunExists: it is there already.
    """
    if file.exists() and not force:
        raise RunExists(f"{file} is there already", hint="choose another name, or add --force to replace it")


def training_command(run: object, episodes: int) -> str:
    """How to train a run that is to play so many episodes: those of a usual run take hours, so for some time."""
    return typed_command("train", run, **({"for": "5m"} if episodes >= 10_000 else {}))


def policy_to_play(source: str, checkpoint: str | None, game: str | None) -> PolicyToPlay:
    """Open a run or a policy file, and find its game. Warns where a part has changed since.

    Raises:
        RunNotFound: there is neither.
        PolicyFileRefused, CheckpointDamaged: it cannot be read.
        RetroGamerError: the game of a policy file is not installed, and none was named.
    """
    from retro_gamer_core.policies.policy_file import find_policy_file

    file = find_policy_file(source)
    chosen = _of_run(source, checkpoint, game) if file is None else _of_file(file, checkpoint, game)
    for warning in chosen.policy.warnings:
        warn(f"Warning: {warning}")
    return chosen


def _of_run(source: str, checkpoint: str | None, game: str | None) -> PolicyToPlay:
    from retro_gamer_core.policies.trained_policy import TrainedPolicy
    from retro_gamer_core.training.loading import load_run

    run = open_run(source)
    config, found = load_run(run)
    if game is not None:
        raise RetroGamerError(
            f"{source} is a run, and plays its own game",
            hint="leave --game out; it is for policy files, which retro-gamer export makes",
        )
    policy = TrainedPolicy(run.path, checkpoint)
    return PolicyToPlay(policy, found, config.metadata, config.training.max_turns_per_episode, run)


def _of_file(file: Path, checkpoint: str | None, game: str | None) -> PolicyToPlay:
    from retro_gamer_core.configuration.settings import TrainingSettings
    from retro_gamer_core.games.entry_points import is_installed_game
    from retro_gamer_core.games.finding import find_game, fresh_game
    from retro_gamer_core.policies.trained_policy import TrainedPolicy

    policy = TrainedPolicy(file, checkpoint)
    if not game and not is_installed_game(policy.game):
        raise RetroGamerError(
            f"{policy.path.name} was trained on {policy.game!r}, which is no installed game",
            why="a policy file may come from a stranger, so no code is run just because the file names it",
            hint="install the package of that game, or name the game yourself: --game my_game.py",
        )
    found = find_game(game or policy.game)
    width, height = fresh_game(found.factory, found.name).board_size
    columns, rows = policy.metadata.board_size or (width, height)
    if (columns, rows) != (width, height):
        raise RetroGamerError(
            f"{policy.path.name} cannot play {found.name}: it learned on a board of {columns}×{rows}, and this "
            f"one has {width}×{height}",
            why="what is learned on a board of one size says nothing about another size",
            hint=f"name the game that it learned, {policy.game}, or train one for this game",
        )
    max_turns = policy.max_turns or TrainingSettings().max_turns_per_episode
    return PolicyToPlay(policy, found, policy.metadata, max_turns, None)
