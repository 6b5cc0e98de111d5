"""Curves that TensorBoard itself reads back, also after a training was killed and has gone on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import tomlkit
from click.testing import CliRunner
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from waiting import wait_until

from retro_gamer_core.cli.group import retro_gamer
from retro_gamer_core.contracts import Logger
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.events import AlarmRaised, EpisodeFinished, Evaluated, Outcome, RunInfo
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training.loading import load_trainer
from retro_gamer_tensorboard.writer import TensorBoardWriter

EPISODES = 60
ALARM = AlarmRaised(
    "reward-never-seen", "no reward in 100 turns", 100.0, "nothing to learn", "another reward"
)


def evaluation(episode: int, score: float) -> Evaluated:
    return Evaluated(episode, 20 * episode, 1.0, score, 0.5, 7.0, 0.25, 0.0, None, 0.9, True, 3)


def episode(number: int, reward: float = 0.0, loss: float | None = 0.5) -> EpisodeFinished:
    return EpisodeFinished(number, reward, 20, 1 / number, loss, "game over", 20 * number)


@pytest.fixture
def make_run(tmp_path, corridor):
    """``make_run("name")``: a run that writes curves, and is trained in seconds."""

    def make_run(name: str, **logging) -> RunDirectory:
        run = RunDirectory.create(tmp_path / name)
        config = {
            "game": {"name": str(corridor)},
            "metadata": {
                "actions": ["KEY_LEFT", "KEY_RIGHT"],
                "reward": "score",
                "character_set": ["@", "☻"],
            },
            "model": {"network": "mlp", "hidden_sizes": [8]},
            "training": {
                "training_episodes": EPISODES,
                "max_turns_per_episode": 20,
                "checkpoint_every": 20,
                "evaluate_every": 300,
                "evaluation_games": 2,
                "learning_starts": 20,
                "batch_size": 8,
                "memory_capacity": 300,
                "seed": 3,
                "device": "cpu",
            },
            "logging": logging or {"loggers": ["training_log", "json_lines", "tensorboard"]},
        }
        run.config.write_text(tomlkit.dumps(config), encoding="utf-8")
        return run

    return make_run


def read(run: Path) -> EventAccumulator:
    return EventAccumulator(str(run / "tensorboard"), {"scalars": 0, "tensors": 0}).Reload()


def curve(run: Path, tag: str) -> list[tuple[int, float]]:
    """(step, value) of each point."""
    return [(point.step, point.value) for point in read(run).Scalars(tag)]


def every_curve(run: Path, but: str = "checkpoint/turns_per_second") -> dict[str, list[tuple[int, float]]]:
    return {tag: curve(run, tag) for tag in read(run).Tags()["scalars"] if tag != but}


@pytest.fixture
def started(tmp_path):
    """``started()``: a logger of one and the same run, which has begun."""
    (tmp_path / "config.toml").write_text("[training]\ngamma = 0.9\nhidden = [8, 4]\n", encoding="utf-8")

    def started(state: dict | None = None) -> TensorBoardWriter:
        logger = TensorBoardWriter(tmp_path)
        if state:
            logger.load_state_dict(state)
        logger.training_started(RunInfo(tmp_path, "corridor", 3), ["a choice", "the character ☻"])
        return logger

    return started


def test_everything_that_is_told_is_there(started, tmp_path):
    logger = started()
    assert isinstance(logger, Logger)
    logger.episode_finished(episode(1, 2.5, loss=None))
    logger.episode_finished(episode(2, 3.5))
    logger.evaluated(evaluation(2, 4.0))
    logger.alarm_raised(ALARM)
    logger.training_finished(Outcome("finished", 2, 40, 1.0))
    assert curve(tmp_path, "episode/reward") == [(1, 2.5), (2, 3.5)]
    assert curve(tmp_path, "episode/turns") == [(1, 20.0), (2, 20.0)]
    assert curve(tmp_path, "episode/epsilon") == [(1, 1.0), (2, 0.5)]
    assert curve(tmp_path, "episode/loss") == [(2, 0.5)]
    assert curve(tmp_path, "evaluation/score") == [(2, 4.0)]
    assert curve(tmp_path, "evaluation/random_score") == [(2, 0.25)]
    files = read(tmp_path)
    [choices] = files.Tensors("choices/text_summary")
    assert choices.tensor_proto.string_val[0].decode() == "- a choice\n- the character ☻"
    [alarm] = files.Tensors("alarms/reward-never-seen/text_summary")
    assert alarm.step == 2 and b"no reward in 100 turns" in alarm.tensor_proto.string_val[0]


def test_the_settings_can_be_compared(started, tmp_path):
    started().training_finished(Outcome("finished", 0, 0, 0.0))
    plugin_data = read(tmp_path).summary_metadata["_hparams_/session_start_info"].plugin_data
    settings = HParamsPluginData.FromString(plugin_data.content).session_start_info.hparams
    assert settings["training.gamma"].number_value == 0.9
    assert settings["training.hidden"].string_value == "[8, 4]"


def test_what_came_after_the_saved_state_is_cut_off(started, tmp_path):
    logger = started()
    logger.episode_finished(episode(1, 1.0))
    logger.evaluated(evaluation(1, 1.0))
    state = logger.state_dict()
    logger.evaluated(evaluation(1, 1.0))
    logger.episode_finished(episode(2, -1.0))
    logger.state_dict()  # so that it is on disk, as after a kill

    resumed = started(state)
    resumed.evaluated(evaluation(1, 1.0))
    resumed.episode_finished(episode(2, 2.0))
    resumed.training_finished(Outcome("finished", 2, 40, 1.0))
    assert curve(tmp_path, "episode/reward") == [(1, 1.0), (2, 2.0)]
    assert curve(tmp_path, "evaluation/score") == [(1, 1.0), (1, 1.0)]


def test_what_belongs_to_another_future_is_forgotten(started, tmp_path):
    earlier = started()
    for number in (1, 2, 3):
        earlier.episode_finished(episode(number, -1.0))
    earlier.training_finished(Outcome("interrupted", 3, 60, 1.0))

    back_at_a_checkpoint = started()
    back_at_a_checkpoint.episode_finished(episode(2, 2.0))
    back_at_a_checkpoint.training_finished(Outcome("finished", 2, 40, 1.0))
    assert curve(tmp_path, "episode/reward") == [(1, -1.0), (2, 2.0)]


def test_a_killed_training_goes_on_without_a_gap_or_a_repeat(make_run):
    whole, killed = make_run("whole"), make_run("killed")
    load_trainer(whole).train()

    command = [sys.executable, "-m", "retro_gamer_core.cli", "train", killed.path, "--save-every", "0.01"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    wait_until(lambda: len(killed.newest_states()) >= 2, process)
    process.kill()
    process.wait()
    trainer = load_trainer(killed)
    assert trainer.load_newest() and not trainer.finished
    trainer.train()
    assert [step for step, _ in curve(killed.path, "episode/reward")] == list(range(1, EPISODES + 1))
    assert every_curve(killed.path) == every_curve(whole.path)
    assert len(curve(whole.path, "evaluation/score")) > 1


def test_without_the_package_training_does_not_begin_and_says_what_to_install(make_run, monkeypatch):
    run = make_run("run")
    for name in [name for name in sys.modules if name.startswith("torch.utils.tensorboard")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(RetroGamerError, match=r'pip install "retro-gamer\[tensorboard\]"'):
        load_trainer(run)
    assert not (run.path / "tensorboard").exists()
    listed = CliRunner().invoke(retro_gamer, ["plugins"])
    assert listed.exit_code == 0 and "tensorboard" in listed.output and "broken" not in listed.output
