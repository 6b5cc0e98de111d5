"""What training leaves on disk: checkpoints with what the specification names, and the lines of training.log."""

from __future__ import annotations

import json
import re

import pytest
import torch

from retro_gamer_core.training.loading import load_trainer

NUMBER = r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?"
EPISODE = re.compile(
    rf"\[EP (\d{{4,}})\] total_reward={NUMBER} steps=\d+ epsilon={NUMBER} avg_loss=({NUMBER}|-)"
)
CHECKPOINT = re.compile(
    rf"\[ep_(\d{{4,}})\] ep=(\d{{4,}})-(\d{{4,}}) avg_reward=[+-]\d+\.\d+ avg_steps=\d+ epsilon=\d\.\d{{3}}"
    rf" avg_loss=({NUMBER}|-) time=\d+m\d\ds total=\d+m\d\ds"
)


@pytest.fixture
def trained(make_run, tmp_path):
    run = make_run(tmp_path)
    load_trainer(run).train()
    return run


def test_a_checkpoint_holds_what_the_specification_says(trained):
    contents = torch.load(trained.checkpoint_path(20), weights_only=True)
    assert set(contents) >= {
        "model_state_dict",
        "optimizer_state_dict",
        "epsilon",
        "total_steps",
        "episode",
        "total_training_seconds",
        "config_snapshot",
    }
    assert all(isinstance(weights, torch.Tensor) for weights in contents["model_state_dict"].values())
    assert contents["episode"] == 20
    assert 0.05 <= contents["epsilon"] < 1
    assert contents["total_training_seconds"] > 0
    assert contents["config_snapshot"]["metadata"]["reward"] == "score"
    assert contents["config_snapshot"]["training"]["batch_size"] == 8
    assert {part["kind"] for part in contents["parts_lock"]} >= {"encoder", "network", "learner", "memory"}

    events = [json.loads(line) for line in trained.events.read_text(encoding="utf-8").splitlines()]
    [twentieth] = [e for e in events if e["event"] == "episode" and e["number"] == 20]
    assert contents["total_steps"] == twentieth["total_turns"]
    assert contents["epsilon"] == twentieth["epsilon"]


def test_there_is_one_every_so_many_episodes_and_one_of_the_end(trained):
    names = [path.name for path in trained.checkpoints()]
    assert names == ["ep_0010.pt", "ep_0020.pt", "ep_0030.pt", "ep_0040.pt", "final.pt"]


def test_the_last_episodes_get_their_checkpoint_however_few_they_are(make_run, heard, tmp_path):
    run = make_run(tmp_path, training={"training_episodes": 14})
    load_trainer(run).train([heard])
    assert [path.name for path in run.checkpoints()] == ["ep_0010.pt", "ep_0014.pt", "final.pt"]
    last = heard.checkpoints[-1]
    assert (last.first_episode, last.episode) == (11, 14)
    rewards = [episode.total_reward for episode in heard.episodes[10:]]
    assert last.average_reward == pytest.approx(sum(rewards) / 4)
    assert last.average_turns == pytest.approx(sum(episode.turns for episode in heard.episodes[10:]) / 4)
    assert last.path.is_file()


def test_stopping_leaves_something_to_play(make_run, stop_at, tmp_path):
    run = make_run(tmp_path)
    trainer = load_trainer(run)
    trainer.train(stop=stop_at(trainer, 1))
    assert [path.name for path in run.checkpoints()] == ["ep_0000.pt"]
    trainer = load_trainer(run)
    trainer.load_newest()
    outcome = trainer.train(stop=stop_at(trainer, 100))
    assert run.newest_checkpoint() == run.checkpoint_path(outcome.episodes)
    assert torch.load(run.newest_checkpoint(), weights_only=True)["total_steps"] == outcome.total_turns


@pytest.mark.parametrize("games", [1, 16])
def test_the_log_has_the_lines_of_the_specification(make_run, tmp_path, games):
    """Sixteen games often end in one turn; still there are exactly as many episodes as were asked for."""
    run = make_run(tmp_path, training={"games_in_step": games, "training_episodes": 35})
    load_trainer(run).train()
    lines = run.log.read_text(encoding="utf-8").splitlines()
    heading = next(i for i, line in enumerate(lines) if line.startswith("==="))
    assert all(line.startswith("[INIT] ") for line in lines[:heading])
    assert re.fullmatch(r"=== Training started \| \d{4}-\d\d-\d\d \d\d:\d\d:\d\d ===", lines[heading])
    episodes = [found for line in lines if (found := EPISODE.fullmatch(line))]
    assert [int(found[1]) for found in episodes] == [*range(1, 36)]
    checkpoints = [found for line in lines if (found := CHECKPOINT.fullmatch(line))]
    assert [(int(found[2]), int(found[3])) for found in checkpoints] == [
        (1, 10),
        (11, 20),
        (21, 30),
        (31, 35),
    ]
    assert len(lines) == heading + 1 + len(episodes) + len(checkpoints) + 1
    assert lines[-1].startswith("=== ")


def test_every_choice_is_explained_in_the_log(trained):
    said = "\n".join(
        line for line in trained.log.read_text(encoding="utf-8").splitlines() if line.startswith("[INIT]")
    )
    for word in (
        "game ",
        "encoder one_hot",
        "network mlp",
        "weights",
        "device",
        "Adam",
        "exploration",
        "seed 7",
    ):
        assert word in said


def test_characters_that_had_to_be_found_out_are_explained_and_written_down(make_run, tmp_path):
    run = make_run(tmp_path, metadata={"actions": ["KEY_LEFT"], "reward": "score"})
    load_trainer(run).train()
    assert "[INIT] the description names no characters" in run.log.read_text(encoding="utf-8")
    config = run.config.read_text(encoding="utf-8")
    assert '"$"' in config and '"@"' in config and "board_size" in config


def test_times_add_up_over_sessions(make_run, stop_at, heard, tmp_path):
    run = make_run(tmp_path)
    trainer = load_trainer(run)
    first = trainer.train(stop=stop_at(trainer, 150))
    trainer = load_trainer(run)
    trainer.load_newest()
    last = trainer.train([heard])
    assert last.total_seconds > first.total_seconds
    checkpoint = heard.checkpoints[0]
    assert checkpoint.total_seconds > first.total_seconds
    assert 0 < checkpoint.seconds <= checkpoint.total_seconds
    durations = [
        json.loads(line)["seconds"]
        for line in run.events.read_text(encoding="utf-8").splitlines()
        if '"checkpoint"' in line
    ]
    assert sum(durations) == pytest.approx(heard.checkpoints[-1].total_seconds)
