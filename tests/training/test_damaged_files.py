"""What is damaged is passed over with a word, moved aside and kept; what was saved before it is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from retro_gamer_core.errors import CheckpointDamaged
from retro_gamer_core.runs.process_lock import RunBusy
from retro_gamer_core.training.loading import load_trainer


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def raise_episodes(run, episodes: int) -> None:
    text = run.config.read_text(encoding="utf-8")
    run.config.write_text(
        text.replace("training_episodes = 40", f"training_episodes = {episodes}"), encoding="utf-8"
    )


@pytest.fixture
def stopped(make_run, stop_at, tmp_path):
    """A run that was stopped after about 200 turns and again after about 300: it keeps two states."""
    run = make_run(tmp_path)
    for turns in (200, 300):
        trainer = load_trainer(run)
        trainer.load_newest()
        trainer.train(stop=stop_at(trainer, turns))
    return run


def test_a_damaged_state_falls_back_to_the_one_before(
    stopped, heard, make_run, outcome_of, assert_same, tmp_path
):
    newest, before = stopped.newest_states()
    cut_short(newest)
    damaged = newest.read_bytes()
    trainer = load_trainer(stopped)
    assert trainer.load_newest()
    assert trainer.started_from == before.name
    trainer.train([heard])
    assert any(newest.name in note and "damaged" in note for note in heard.notes)
    [kept] = (stopped.path / "set_aside").rglob(newest.name)
    assert kept.read_bytes() == damaged

    (tmp_path / "unstopped").mkdir()
    unstopped = make_run(tmp_path / "unstopped")
    load_trainer(unstopped).train()
    assert_same(outcome_of(stopped)["loop"], outcome_of(unstopped)["loop"])
    assert outcome_of(stopped)["log"] == outcome_of(unstopped)["log"]


def test_without_a_whole_state_the_newest_checkpoint_is_used(stopped, heard):
    for state in stopped.newest_states():
        cut_short(state)
    newest = stopped.newest_checkpoint()
    trainer = load_trainer(stopped)
    assert trainer.load_newest()
    assert trainer.started_from == newest.name
    trainer.train([heard])
    assert len([note for note in heard.notes if "trying the one before" in note]) == 2
    assert any("no memories" in note for note in heard.notes)
    assert len(list((stopped.path / "set_aside").rglob("*.npz"))) == 2
    assert [episode.number for episode in heard.episodes][-1] == 40


def test_a_damaged_checkpoint_falls_back_to_the_one_before(stopped, heard):
    for state in stopped.newest_states():
        state.unlink()
    *_, before, newest = stopped.checkpoints()
    cut_short(newest)
    trainer = load_trainer(stopped)
    assert trainer.load_newest()
    assert trainer.started_from == before.name
    trainer.train([heard])
    assert any(newest.name in note for note in heard.notes)
    assert list((stopped.path / "set_aside").rglob(newest.name))


def test_when_nothing_is_whole_training_begins_afresh_and_keeps_everything(stopped, heard):
    saved = [*stopped.newest_states(), *stopped.checkpoints()]
    for path in saved:
        cut_short(path)
    trainer = load_trainer(stopped)
    assert not trainer.load_newest()
    trainer.train([heard])
    assert heard.episodes[0].number == 1
    aside = {path.name for path in (stopped.path / "set_aside").rglob("*")}
    assert {path.name for path in saved} <= aside


def test_a_checkpoint_asked_for_by_name_must_be_whole(stopped, files_in):
    checkpoint = stopped.find_checkpoint("ep_0010")
    cut_short(checkpoint)
    before = files_in(stopped)
    with pytest.raises(CheckpointDamaged) as raised:
        load_trainer(stopped).load_checkpoint(checkpoint)
    assert "ep_0010.pt cannot be read as a checkpoint" in str(raised.value)
    assert files_in(stopped) == before


def test_a_damaged_final_checkpoint_does_not_stand_in_the_way(make_run, heard, tmp_path):
    run = make_run(tmp_path)
    load_trainer(run).train()
    cut_short(run.final_checkpoint)
    raise_episodes(run, 45)
    trainer = load_trainer(run)
    assert trainer.load_newest()
    trainer.train([heard])
    assert [episode.number for episode in heard.episodes] == [41, 42, 43, 44, 45]


def test_the_first_end_does_not_shadow_what_comes_after_it(make_run, stop_at, tmp_path):
    run = make_run(tmp_path)
    load_trainer(run).train()
    final = run.final_checkpoint.read_bytes()
    assert run.newest_checkpoint() == run.final_checkpoint
    raise_episodes(run, 1000)
    trainer = load_trainer(run)
    trainer.load_newest()
    trainer.train(stop=stop_at(trainer, trainer.loop.turns + 200))
    assert not run.final_checkpoint.exists()
    assert run.newest_checkpoint() == run.checkpoint_path(trainer.loop.episodes)
    [kept] = (run.path / "set_aside").rglob("final.pt")
    assert kept.read_bytes() == final
    assert run.checkpoint_path(40).exists()


def test_going_on_from_an_earlier_checkpoint_sets_later_files_aside(make_run, heard, tmp_path):
    run = make_run(tmp_path)
    load_trainer(run).train()
    later = [run.checkpoint_path(30), run.checkpoint_path(40), run.final_checkpoint, *run.newest_states()]
    contents = {path.name: path.read_bytes() for path in later}
    earlier = run.checkpoint_path(20).read_bytes()
    log = run.log.read_text(encoding="utf-8")
    trainer = load_trainer(run)
    trainer.load_checkpoint(run.find_checkpoint("20"))
    trainer.train([heard])
    aside = {path.name: path.read_bytes() for path in (run.path / "set_aside").rglob("*") if path.is_file()}
    assert aside == contents
    assert run.checkpoint_path(20).read_bytes() == earlier
    assert run.log.read_text(encoding="utf-8").startswith(log)
    assert [episode.number for episode in heard.episodes] == [*range(21, 41)]
    assert heard.notes[0] == "resumed from ep_0020.pt, after episode 20"
    assert "no memories, so the next 32 turns are only watched" in heard.notes[1]
    assert len(list((run.path / "set_aside").iterdir())) == 1


def test_a_second_training_is_refused_and_touches_nothing(make_run, stop_at, files_in, tmp_path):
    run = make_run(tmp_path)
    trainer = load_trainer(run)
    trainer.train(stop=stop_at(trainer, 100))
    with run.path.joinpath("training.log").open("a", encoding="utf-8") as log:
        log.write("[EP 9999] written by the other process since its last state\n")
    with run.hold():
        before = files_in(run)
        second = load_trainer(run)
        second.load_newest()
        with pytest.raises(RunBusy):
            second.train()
        assert files_in(run) == before


def test_a_state_removed_by_the_training_that_is_going_on_is_passed_over(stopped, monkeypatch):
    """A second training looks at what is there before it finds the run busy."""
    states = stopped.newest_states()
    gone = stopped.state_path(10_000)
    monkeypatch.setattr(type(stopped), "newest_states", lambda run: [gone, *states])
    trainer = load_trainer(stopped)
    assert trainer.load_newest()
    assert trainer.started_from == states[0].name


def test_looking_whether_there_is_anything_left_to_do_touches_nothing(make_run, files_in, tmp_path):
    run = make_run(tmp_path)
    load_trainer(run).train()
    before = files_in(run)
    trainer = load_trainer(run)
    assert trainer.load_newest() and trainer.finished
    assert files_in(run) == before
