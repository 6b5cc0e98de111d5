"""What a part does with real games, written down as marks: the same marks, the same part.

``python -m retro_gamer_core.templates.recording KIND PART GAME`` prints them, so that a part can be
looked at in a process of its own, as somebody else's computer would find it.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from retro_gamer_core.configuration import RunConfig, config_from_sections
from retro_gamer_core.contracts import Encoder
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.events import CheckpointSaved, EpisodeFinished, Outcome, RunInfo
from retro_gamer_core.games.finding import find_game, fresh_game
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.observation import Observations
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.playing.n_step import NStepAccumulator
from retro_gamer_core.plugins.import_strings import import_object
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.player import build_encoder, build_player
from retro_gamer_core.training.assembly import build_games
from retro_gamer_core.transitions import Batch, Transitions

SEED = 1
TURNS = 200
BATCH = 32
BATCHES = 20


class Setting(NamedTuple):
    """Everything that a part is tried with."""

    config: RunConfig
    create_game: Callable[[], Any]
    directory: Path


def record(kind: str, part: str, game: str) -> tuple[str, list[str]]:
    """What was looked at, in words, and a mark of each thing that the part did.

    Args:
        part: its name, or its import path.
        game: what it is tried with, by its name.
    """
    found = find_game(game)
    if found.metadata is None:
        raise RetroGamerError(
            f"nothing describes the game {game}, so no part can be tried with it",
            hint="--game with a name from: retro-gamer list",
        )
    complete_metadata(found.metadata, found.factory)
    with tempfile.TemporaryDirectory() as directory:
        setting = Setting(_config_with(kind, part, found), found.factory, Path(directory))
        in_words, marks = import_object(KINDS[kind].recorder)(setting)
        return in_words.format(game=game), [_mark(thing) for thing in marks]


def _config_with(kind: str, part: str, game: Any) -> RunConfig:
    sections: dict[str, Any] = {
        "game": {"name": game.name},
        "metadata": game.metadata.to_dict(),
        "preprocessing": {"encoder": "one_hot"},
        "model": {"network": "mlp"},
        "training": {"seed": SEED, "memory": "uniform", "memory_capacity": TURNS // 2, "device": "cpu"},
        "logging": {"loggers": []},
    }
    sections["training"] |= {"batch_size": BATCH, "learning_starts": BATCH, "training_episodes": 1}
    row = KINDS[kind]
    sections[row.section][row.key] = [part] if row.several else part
    return config_from_sections(sections, installed_plugins(), where=part)


def of_encoder(setting: Setting) -> tuple[str, Iterable[Any]]:
    """What it sees."""
    turns = _play(setting)
    seen = [turn.next_observations for turn in turns]
    return f"{TURNS} boards of {{game}}", [(each.cells, each.features) for each in seen]


def of_learner(setting: Setting) -> tuple[str, Iterable[Any]]:
    """What a learner does with its network."""
    turns = Transitions.concat(list(_play(setting)))
    config, plugins = setting.config, installed_plugins()
    learner = build_player(config, config.metadata, setting.create_game, plugins, device="cpu").learner
    rng = np.random.default_rng(SEED)
    marks: list[Any] = list(learner.q_values(turns.observations))
    for _ in range(BATCHES):
        keys = rng.integers(len(turns), size=BATCH)
        learned = learner.learn(Batch(turns[keys], keys, np.ones(BATCH, np.float32)))
        marks.append((learned.loss, learned.td_errors))
    marks += list(learner.q_values(turns.observations))
    words = f"its values of {TURNS} boards of {{game}}, {BATCHES} updates, and the values after them"
    return words, marks


def of_memory(setting: Setting) -> tuple[str, Iterable[Any]]:
    """What it draws."""
    plugins, choice = installed_plugins(), setting.config.memory
    spec = _encoder(setting).spec
    capacity = setting.config.training.memory_capacity
    memory = plugins.build(
        plugins.find_part("memory", choice.name),
        choice.options,
        capacity=capacity,
        spec=spec,
        run_directory=setting.directory,
    )
    rng = np.random.default_rng(SEED)
    marks: list[Any] = []
    for number, turn in enumerate(_play(setting), start=1):
        memory.add(turn)
        if number % (TURNS // BATCHES) == 0:
            batch = memory.sample(BATCH, rng)
            marks.append((batch.transitions, batch.weights))
            memory.update_priorities(batch.keys, rng.normal(size=BATCH).astype(np.float32))
    marks.append(memory.state_dict())
    return f"{BATCHES} batches of {BATCH} from {TURNS} turns of {{game}}, and its state", marks


def of_logger(setting: Setting) -> tuple[str, Iterable[Any]]:
    """What it writes."""
    plugins, [choice] = installed_plugins(), setting.config.loggers
    directory = setting.directory
    logger = plugins.build(plugins.find_part("logger", choice.name), choice.options, run_directory=directory)
    run = RunInfo(Path("run"), setting.config.game, SEED)
    rng = np.random.default_rng(SEED)
    logger.training_started(run, ["one reason", "another reason"])
    logger.note("a note")
    for number in range(1, TURNS + 1):
        reward, turns = float(rng.normal()), int(rng.integers(1, 100))
        logger.episode_finished(EpisodeFinished(number, reward, turns, 0.5, 0.25, "game over", 50 * number))
    path = Path("run") / "checkpoints" / f"ep_{TURNS}.pt"
    logger.checkpoint_saved(
        CheckpointSaved(path, TURNS, 1, 1.5, 50.0, 0.25, 0.5, 2.0, 2.0, 50 * TURNS, 100.0)
    )
    state = logger.state_dict()
    logger.training_finished(Outcome("finished", TURNS, 50 * TURNS, 2.0))
    lines = [
        (path.relative_to(directory).as_posix(), line)
        for path in sorted(directory.rglob("*"))
        if path.is_file()
        for line in path.read_bytes().splitlines()
    ]
    return f"{len(lines)} lines that it wrote about {TURNS} episodes, and its state", [*lines, state]


def _encoder(setting: Setting) -> Encoder:
    config = setting.config
    return build_encoder(
        config.encoder, config.metadata, lambda: fresh_game(setting.create_game), installed_plugins()
    )


def _play(setting: Setting) -> Iterator[Transitions]:
    """Turns of one game with seeded random keys."""
    config, encoder = setting.config, _encoder(setting)
    characters = CharacterCodes(config.metadata.character_set or ())
    games = build_games(config, encoder, characters, setting.create_game)
    turns = NStepAccumulator(1, config.training.gamma, games.num_envs, encoder.spec)
    rng = np.random.default_rng(SEED)
    games.reset()
    for _ in range(TURNS):
        steps = games.time_steps()
        actions = rng.integers(config.metadata.n_actions, size=games.num_envs)
        yield turns.add(steps, actions, games.step(actions))


def _mark(thing: Any) -> str:
    """A short text that differs wherever two things do, to the last bit."""
    return hashlib.sha256(_in_bytes(thing)).hexdigest()[:16]


def _in_bytes(thing: Any) -> bytes:
    if isinstance(thing, np.ndarray):
        return f"{thing.dtype}{thing.shape}".encode() + thing.tobytes()
    if isinstance(thing, dict):
        return b"".join(_in_bytes(key) + _in_bytes(value) for key, value in sorted(thing.items()))
    if isinstance(thing, (list, tuple)):
        return b"".join(map(_in_bytes, thing))
    if isinstance(thing, (Transitions, Observations)):
        return _in_bytes(vars(thing))
    return repr(thing).encode()


if __name__ == "__main__":
    kind, part, game = sys.argv[1:]
    answer: dict[str, Any]
    try:
        looked_at, marks = record(kind, part, game)
        answer = {"looked_at": looked_at, "marks": [marks, record(kind, part, game)[1]]}
    except RetroGamerError as error:
        answer = {"refused": vars(error.problem)}
    print(json.dumps(answer))
