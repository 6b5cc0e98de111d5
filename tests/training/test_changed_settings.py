"""Going on after the settings were changed: what still fits goes on, what does not is explained and kept."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
import tomlkit
import torch

from retro_gamer_core.errors import CheckpointIncompatible, ConfigurationError, RunNotFound
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.runs.saved_state import read_state
from retro_gamer_core.training.loading import load_trainer
from retro_gamer_memories.prioritized import PrioritizedMemory
from retro_gamer_memories.uniform import UniformMemory


def change(run: RunDirectory, section: str, **values) -> None:
    """Rewrite settings in the config of a run; None removes one."""
    sections = tomllib.loads(run.config.read_text(encoding="utf-8"))
    changed = {**sections[section], **values}
    sections[section] = {key: value for key, value in changed.items() if value is not None}
    run.config.write_text(tomlkit.dumps(sections), encoding="utf-8")


@pytest.fixture
def stopped(make_run, stop_at, tmp_path) -> RunDirectory:
    run = make_run(tmp_path)
    trainer = load_trainer(run)
    trainer.train(stop=stop_at(trainer, 200))
    return run


INCOMPATIBLE = {
    "actions": ("metadata", {"actions": ["KEY_LEFT", "KEY_RIGHT"]}, "one output for each action"),
    "reward": ("metadata", {"reward": "strength"}, "about the old reward"),
    "character_set": ("metadata", {"character_set": ["@", "$", "x"]}, "inputs of its own"),
    "spatial": ("metadata", {"spatial": False}, "in which order"),
    "encoder": ("preprocessing", {"encoder": "egocentric"}, "see something else"),
    "observe_state": ("preprocessing", {"observe_state": ["strength"]}, "see something else"),
    "hidden_sizes": ("model", {"hidden_sizes": [9]}, "same shape"),
    "network": ("model", {"network": "cnn"}, "same shape"),
}


@pytest.mark.parametrize("key", INCOMPATIBLE)
@pytest.mark.parametrize("resume", ["the newest state", "a checkpoint"])
def test_another_problem_is_refused_and_nothing_is_touched(stopped, files_in, key, resume):
    section, values, why = INCOMPATIBLE[key]
    was = tomllib.loads(stopped.config.read_text(encoding="utf-8")).get(section, {}).get(key)
    change(stopped, section, **values)
    before = files_in(stopped)
    trainer = load_trainer(stopped)
    with pytest.raises(CheckpointIncompatible) as raised:
        if resume == "a checkpoint":
            trainer.load_checkpoint(stopped.checkpoint_path(10))
        else:
            trainer.load_newest()
    message = str(raised.value)
    entry = message[message.index(f"  {key} in [{section}]") :]
    assert entry.index("was:") < entry.index(f"now: {values[key]!r}") < entry.index("why it matters:")
    assert was is None or f"was: {was!r}" in entry
    assert why in entry
    assert "put the old values back" in message
    assert files_in(stopped) == before


def test_several_changes_are_all_named(stopped):
    change(stopped, "metadata", reward="strength", actions=["KEY_UP"])
    change(stopped, "model", hidden_sizes=[4, 4])
    with pytest.raises(CheckpointIncompatible) as raised:
        load_trainer(stopped).load_newest()
    message = str(raised.value)
    assert all(f"  {key} in [" in message for key in ("reward", "actions", "hidden_sizes"))


def test_a_game_with_another_board_is_another_problem(stopped, files_in, rewrite_game, coin_game):
    rewrite_game(stopped, coin_game.replace("board_size=(6, 4)", "board_size=(7, 5)"))
    before = files_in(stopped)
    with pytest.raises(CheckpointIncompatible) as raised:
        load_trainer(stopped).load_newest()
    assert "was: [6, 4]\n    now: [7, 5]" in str(raised.value)
    assert files_in(stopped) == before


def test_putting_the_old_values_back_goes_on_as_if_nothing_had_been(
    stopped, make_run, outcome_of, assert_same, tmp_path
):
    change(stopped, "model", hidden_sizes=[9])
    with pytest.raises(CheckpointIncompatible):
        load_trainer(stopped).load_newest()
    change(stopped, "model", hidden_sizes=[8])
    trainer = load_trainer(stopped)
    assert trainer.load_newest()
    trainer.train()
    (tmp_path / "unstopped").mkdir()
    unstopped = make_run(tmp_path / "unstopped")
    load_trainer(unstopped).train()
    assert_same(outcome_of(stopped)["loop"], outcome_of(unstopped)["loop"])


@pytest.mark.parametrize(
    "changed",
    [{"memory": "uniform"}, {"games_in_step": 4}, {"n_step": 3}, {"gamma": 0.9}],
    ids=str,
)
def test_another_memory_keeps_what_was_learned_and_says_so(stopped, heard, assert_same, changed):
    learned = read_state(stopped.newest_states()[0])["loop"]["learner"]
    change(stopped, "training", **changed)
    trainer = load_trainer(stopped)
    assert trainer.load_newest()
    assert_same(trainer.player.learner.state_dict(), learned)
    assert len(trainer.loop.memory) == 0
    assert trainer.loop.turns >= 200
    outcome = trainer.train([heard])
    assert any("what was learned is kept and what was remembered is not" in note for note in heard.notes)
    assert (outcome.reason, outcome.episodes) == ("finished", 40)


@pytest.mark.parametrize("memory", ["uniform", "prioritized"])
@pytest.mark.parametrize("capacity", [100, 500])
def test_a_memory_of_another_size_keeps_what_fits(
    make_run, stop_at, heard, assert_same, tmp_path, memory, capacity
):
    run = make_run(tmp_path, training={"memory": memory})
    trainer = load_trainer(run)
    trainer.train(stop=stop_at(trainer, 300))
    before = trainer.loop.state_dict()
    change(run, "training", memory_capacity=capacity)
    trainer = load_trainer(run)
    assert trainer.load_newest()
    after = trainer.loop.state_dict()
    kept = {name: saved.pop("memory") for name, saved in (("before", before), ("after", after))}
    assert_same(after, before)  # the games, the learner and all else go on
    stored = {name: saved.get("store", saved) for name, saved in kept.items()}
    oldest_first = np.roll(stored["before"]["cells"], -stored["before"]["next_key"], axis=0)
    newest = oldest_first[-capacity:]
    assert len(newest) == min(capacity, 200)
    np.testing.assert_array_equal(stored["after"]["cells"], newest)
    assert trainer.train([heard]).reason == "finished"
    assert len(trainer.loop.memory) == min(capacity, 200 + trainer.loop.turns - before["turns"])
    assert not any("what was remembered is not" in note for note in heard.notes)


def test_a_memory_that_cannot_change_its_size_begins_empty(stopped, heard, monkeypatch):
    def refuse(self, state):
        raise ValueError("another size")

    change(stopped, "training", memory_capacity=500)
    monkeypatch.setattr(UniformMemory, "load_state_dict", refuse)
    monkeypatch.setattr(PrioritizedMemory, "load_state_dict", refuse)
    trainer = load_trainer(stopped)
    assert trainer.load_newest() and len(trainer.loop.memory) == 0
    assert trainer.train([heard]).reason == "finished"
    assert any("what was remembered is not" in note for note in heard.notes)


@pytest.mark.parametrize(
    "changed",
    [{"learning_rate": 0.01}, {"batch_size": 4}, {"checkpoint_every": 3}, {"double": True}],
    ids=str,
)
def test_other_settings_may_be_changed_at_any_time(stopped, heard, changed):
    change(stopped, "training", **changed)
    trainer = load_trainer(stopped)
    assert trainer.load_newest()
    assert len(trainer.loop.memory) == 200
    outcome = trainer.train([heard])
    assert outcome.reason == "finished"
    assert not any("what was remembered is not" in note for note in heard.notes)


def test_a_learning_rate_changed_by_hand_counts_from_then_on(stopped):
    change(stopped, "training", learning_rate=0.0123, learning_rate_decay=1.0)
    trainer = load_trainer(stopped)
    trainer.load_newest()
    assert trainer.player.learner.statistics()["learning_rate"] == 0.0123


@pytest.mark.parametrize("what", ["turn limit", "rules"])
def test_running_games_that_would_go_another_way_now_are_begun_afresh(
    stopped, heard, rewrite_game, coin_game, what
):
    if what == "rules":
        rewrite_game(stopped, coin_game.replace('["strength"] -= 1', '["strength"] -= 20'))
    else:
        change(stopped, "training", max_turns_per_episode=3)
    trainer = load_trainer(stopped)
    assert trainer.load_newest()
    assert len(trainer.loop.memory) == 200
    outcome = trainer.train([heard])
    assert outcome.reason == "finished"
    assert any("fresh ones have begun" in note for note in heard.notes)


NETWORK = """\
from torch import nn


class Tiny(nn.Module):
    def __init__(self, n_inputs, n_outputs):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_inputs, 6), nn.ReLU(), nn.Linear(6, n_outputs))

    def forward(self, x):
        return self.layers(x)
"""


def test_a_network_of_ones_own_that_was_changed_is_explained(
    make_run, stop_at, files_in, tmp_path, monkeypatch
):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "tiny_before.py").write_text(NETWORK, encoding="utf-8")
    run = make_run(tmp_path)
    change(run, "model", network="tiny_before:Tiny", hidden_sizes=None)
    trainer = load_trainer(run)
    trainer.train(stop=stop_at(trainer, 200))

    import tiny_before

    original = tiny_before.Tiny

    class Wider(original):
        def __init__(self, n_inputs, n_outputs):
            super().__init__(n_inputs, n_outputs)
            self.layers[0] = torch.nn.Linear(n_inputs, 12)
            self.layers[2] = torch.nn.Linear(12, n_outputs)

    monkeypatch.setattr(tiny_before, "Tiny", Wider)
    before = files_in(run)
    for load in (
        load_trainer(run).load_newest,
        lambda: load_trainer(run).load_checkpoint(run.checkpoint_path(10)),
    ):
        with pytest.raises(CheckpointIncompatible) as raised:
            load()
        assert "does not fit the parts" in str(raised.value)
        assert "size mismatch" in str(raised.value)
    assert files_in(run) == before


def test_a_checkpoint_of_retro_gamer_0_4_0_is_refused_kindly(stopped, files_in):
    """Its snapshot of the configuration has another layout, and the plan's has none at all."""
    older = torch.load(stopped.checkpoint_path(10), weights_only=True)
    del older["parts_lock"]
    older["config_snapshot"] = {
        "metadata": {"reward": "score"},
        "preprocessing": {},
        "hidden_sizes": [128, 64],
    }
    for name, contents in {
        "ep_0500.pt": older,
        "ep_0600.pt": {key: value for key, value in older.items() if key != "config_snapshot"},
    }.items():
        path = stopped.path / name
        torch.save(contents, path)
        before = files_in(stopped)
        with pytest.raises(CheckpointIncompatible) as raised:
            load_trainer(stopped).load_checkpoint(path)
        assert f"{name} was saved by retro-gamer 0.4.0" in str(raised.value)
        assert "retro-gamer create" in str(raised.value)
        assert files_in(stopped) == before


def test_a_seed_that_was_left_out_is_drawn_once(make_run, tmp_path, stop_at):
    run = make_run(tmp_path)
    change(run, "training", seed=None)
    trainer = load_trainer(run)
    assert "seed" not in tomllib.loads(run.config.read_text(encoding="utf-8"))["training"]
    trainer.train(stop=stop_at(trainer, 100))
    seed = tomllib.loads(run.config.read_text(encoding="utf-8"))["training"]["seed"]
    trainer = load_trainer(run)
    trainer.load_newest()
    assert trainer.config.training.seed == seed
    assert len(trainer.loop.memory) > 0


def test_a_wrong_config_is_explained_and_nothing_is_touched(stopped, files_in):
    change(stopped, "training", batch_size=0, lerning_rate=1)
    before = files_in(stopped)
    with pytest.raises(ConfigurationError) as raised:
        load_trainer(stopped)
    assert "batch_size = 0" in str(raised.value)
    assert "did you mean 'learning_rate'" in str(raised.value)
    assert files_in(stopped) == before


def test_a_run_that_is_not_there_is_explained(stopped):
    with pytest.raises(RunNotFound) as raised:
        RunDirectory.open(stopped.path.with_name("rum"))
    assert "did you mean" in str(raised.value) and "run" in str(raised.value)


def test_a_config_of_a_0_4_0_run_can_be_trained(make_run, coin_game, tmp_path):
    (tmp_path / "coins.py").write_text(coin_game, encoding="utf-8")
    run = RunDirectory.create(tmp_path / "older")
    run.config.write_text(
        f"""
[game]
path = "{tmp_path.as_posix()}"
module = "coins"

[metadata]
actions = ["KEY_LEFT", "KEY_RIGHT", "KEY_UP", "KEY_DOWN"]
reward = "score"
character_set = ["@", "$"]
board_size = [5, 5]
extras_size = 1

[preprocessing]
spatial = false
board = true
observe_state = ["strength"]
observe_state_sizes = {{ strength = 1 }}
egocentric = true
egocentric_player = "walker"
egocentric_radius = 2

[model]
hidden_sizes = [8]

[training]
training_episodes = 12
prioritize_experiences = false
batch_size = 8
train_every = 2
""",
        encoding="utf-8",
    )
    assert load_trainer(run).train().reason == "finished"
    assert [path.name for path in run.checkpoints()] == ["ep_0012.pt", "final.pt"]
    again = load_trainer(run)
    assert again.load_newest() and again.finished
