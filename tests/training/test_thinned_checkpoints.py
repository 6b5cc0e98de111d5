"""While training, checkpoints are thinned out; what training did not write, or somebody went back to, stays."""

from __future__ import annotations

import shutil

import pytest

from retro_gamer_core.runs.run_directory import RunDirectory, episode_of
from retro_gamer_core.training.loading import load_trainer

RULE = {"checkpoint_every": 2, "keep_checkpoints": 5}


def go_on(run: RunDirectory, episodes: int, checkpoint: str | None = None):
    text = run.config.read_text(encoding="utf-8")
    lines = [
        f"training_episodes = {episodes}" if line.startswith("training_episodes") else line
        for line in text.splitlines()
    ]
    run.config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    trainer = load_trainer(run)
    if checkpoint:
        trainer.load_checkpoint(run.find_checkpoint(checkpoint))
    else:
        trainer.load_newest()
    trainer.train()
    return trainer


def episodes_kept(run: RunDirectory) -> list[int]:
    return [episode for path in run.checkpoints() if (episode := episode_of(path)) is not None]


@pytest.fixture
def run(make_run, tmp_path) -> RunDirectory:
    run = make_run(tmp_path, training={**RULE, "training_episodes": 20})
    load_trainer(run).train()
    return run


def test_so_many_stay_and_the_end(run):
    kept = episodes_kept(run)
    assert len(kept) == 5 and kept[0] == 2 and kept[-3:] == [16, 18, 20]
    assert run.final_checkpoint.is_file()
    log = run.log.read_text(encoding="utf-8")
    assert "[INIT] a checkpoint every 2 episodes; at most 5 of them stay: the first, the newest" in log
    assert log.count("[ep_") == 10


def test_those_of_earlier_sessions_count(run):
    go_on(run, 40)
    kept = episodes_kept(run)
    assert len(kept) == 5 and kept[0] == 2 and kept[-3:] == [36, 38, 40]


def test_what_somebody_put_there_stays(run):
    mine = run.checkpoint_path(7)
    shutil.copy(run.checkpoint_path(2), mine)
    go_on(run, 40)
    kept = episodes_kept(run)
    assert 7 in kept and len(kept) == 6


def test_checkpoints_from_before_the_rule_stay(make_run, tmp_path):
    """A state of an older version does not say who wrote them, so nobody is asked to part with them."""
    run = make_run(tmp_path, training={**RULE, "training_episodes": 20, "keep_checkpoints": 0})
    load_trainer(run).train()
    before = episodes_kept(run)
    assert len(before) == 10
    for state in run.newest_states():
        state.unlink()
    run.final_checkpoint.unlink()
    text = run.config.read_text(encoding="utf-8").replace("keep_checkpoints = 0", "keep_checkpoints = 5")
    run.config.write_text(text, encoding="utf-8")
    go_on(run, 40)
    kept = episodes_kept(run)
    assert kept[: len(before)] == before
    assert len(kept) == len(before) + 5


def test_a_checkpoint_that_somebody_went_back_to_stays_with_those_before_it(run):
    earlier = [episode for episode in episodes_kept(run) if episode <= 16]
    go_on(run, 60, "ep_0016")
    kept = episodes_kept(run)
    assert kept[: len(earlier)] == earlier
    assert len(kept) == len(earlier) + 5


def test_a_lower_number_says_that_more_may_go(run):
    text = run.config.read_text(encoding="utf-8").replace("keep_checkpoints = 5", "keep_checkpoints = 2")
    run.config.write_text(text, encoding="utf-8")
    go_on(run, 22)
    assert episodes_kept(run) == [2, 22]
