"""States and checkpoints that are in good order as files and say what cannot be: refused or passed over, each told."""

from __future__ import annotations

import copy
import random
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from retro_gamer_core.errors import CheckpointDamaged, CheckpointIncompatible, RetroGamerError
from retro_gamer_core.policies.trained_policy import TrainedPolicy
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.runs.saved_state import read_state, write_state
from retro_gamer_core.training.loading import load_run, load_trainer
from retro_gamer_dqn import checkpoint

GONE = object()
VALUES = [
    GONE,
    None,
    "text",
    -1,
    2**70,
    10**400,
    1e300,
    float("nan"),
    True,
    [],
    {},
    {"a": 1},
    [[1, "b"]],
    np.zeros((2, 3), np.float32),
]
EXAMPLES = 100


def places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Where something could be altered: every value of a nest, and the nests themselves."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key)
        if isinstance(item, (dict, list)):
            yield from places(item, (*path, key))


def altered(contents: dict, place: tuple, value: Any) -> dict:
    contents = copy.deepcopy(contents)
    *outer, last = place
    holder = contents
    for key in outer:
        holder = holder[key]
    if value is GONE:
        del holder[last]
    else:
        holder[last] = value
    return contents


def some_alterations(contents: dict, seed: int) -> list[tuple[tuple, Any]]:
    """Each kind of value somewhere, each place at least once where there are not too many."""
    chance = random.Random(seed)
    everywhere = list(places(contents))
    chance.shuffle(everywhere)
    picked = (everywhere * (1 + EXAMPLES // len(everywhere)))[: max(EXAMPLES, len(everywhere))]
    return [(place, chance.choice(VALUES)) for place in picked]


@pytest.fixture(scope="module")
def trained(make_run, stop_at, tmp_path_factory) -> RunDirectory:
    """A run with everything that a state can hold, stopped after about 300 turns."""
    training = {
        "memory": "prioritized",
        "n_step": 3,
        "games_in_step": 2,
        "evaluate_every": 100,
        "evaluation_games": 1,
        "unknown_character_strategy": "extend",
    }
    run = make_run(tmp_path_factory.mktemp("trained"), training=training)
    for turns in (200, 300):
        trainer = load_trainer(run)
        trainer.load_newest()
        trainer.train(stop=stop_at(trainer, turns))
    assert run.best_checkpoint.is_file() and len(run.newest_states()) == 2
    return run


@pytest.fixture
def copied(trained, tmp_path) -> Callable[[], RunDirectory]:
    """The run, as it was, once more."""

    def copied() -> RunDirectory:
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        shutil.copytree(trained.path, tmp_path / "run")
        return RunDirectory(tmp_path / "run")

    return copied


def assert_told(attempt: Callable[[], Any], what: object) -> bool:
    """Whether it was refused; anything but an error that says what is wrong fails the test."""
    try:
        attempt()
    except RetroGamerError as error:
        assert error.problem.what
        return True
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
    return False


def test_an_altered_state_never_ends_in_an_internal_error(copied, stop_at):
    run = copied()
    contents = read_state(run.newest_states()[0])
    told = 0
    for place, value in some_alterations(contents, 0):
        run = copied()
        write_state(run.newest_states()[0], altered(contents, place, value))

        def go_on(run: RunDirectory = run) -> None:
            trainer = load_trainer(run)
            trainer.load_newest()
            trainer.train(stop=stop_at(trainer, trainer.loop.turns + 40))

        told += assert_told(go_on, (place, value))
    assert told


def test_nor_does_an_altered_checkpoint(copied, stop_at):
    run = copied()
    contents = torch.load(run.best_checkpoint, weights_only=True)
    _, game = load_run(run)
    told = 0
    for place, value in some_alterations(contents, 0):
        run = copied()
        if isinstance(value, np.ndarray):
            value = torch.from_numpy(value)
        for path in (run.newest_checkpoint(), run.best_checkpoint):
            checkpoint.save(path, {"learner": altered(contents, place, value)})
        for state in run.newest_states():
            state.unlink()

        def go_on(run: RunDirectory = run) -> None:
            trainer = load_trainer(run)
            trainer.load_newest()
            trainer.train(stop=stop_at(trainer, trainer.loop.turns + 60))

        def play(run: RunDirectory = run) -> None:
            policy = TrainedPolicy(run.path, "best")
            assert policy.episode >= 0 and policy.warnings is not None
            policy.get_action(game.factory())

        told += assert_told(go_on, (place, value)) + assert_told(play, (place, value))
    assert told


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seconds", -1.0),
        ("averages", {"since": "then"}),
        ("alarms", []),
        ("evaluation", {"best": 3}),
        ("loop", {}),
    ],
)
def test_a_state_that_says_what_cannot_be_is_passed_over(copied, heard, stop_at, key, value):
    run = copied()
    newest, before = run.newest_states()
    write_state(newest, {**read_state(newest), key: value})
    trainer = load_trainer(run)
    assert trainer.load_newest() and trainer.started_from == before.name
    trainer.train([heard], stop=stop_at(trainer, trainer.loop.turns + 10))
    assert any(newest.name in note and "damaged" in note for note in heard.notes)


@pytest.mark.parametrize("key", ["episode", "total_steps", "total_training_seconds", "evaluation"])
def test_so_is_such_a_checkpoint(copied, key):
    run = copied()
    for state in run.newest_states():
        state.unlink()
    *_, before, newest = run.checkpoints()
    checkpoint.save(newest, {"learner": {**torch.load(newest, weights_only=True), key: "much"}})
    trainer = load_trainer(run)
    assert trainer.load_newest() and trainer.started_from == before.name
    with pytest.raises(CheckpointDamaged, match=newest.name):
        trainer.load_checkpoint(newest)
    with pytest.raises(CheckpointDamaged, match=newest.name):
        TrainedPolicy(run.path, newest.stem)
    policy = TrainedPolicy(run.path)
    assert policy.path == before and newest.name in policy.warnings[0]


def test_sections_that_are_none_are_of_another_program(copied):
    run = copied()
    newest = run.newest_checkpoint()
    contents = torch.load(newest, weights_only=True)
    contents["config_snapshot"]["metadata"] = 5
    checkpoint.save(newest, {"learner": contents})
    with pytest.raises(CheckpointIncompatible):
        TrainedPolicy(run.path, newest.stem)
