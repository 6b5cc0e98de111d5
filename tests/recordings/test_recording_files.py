"""The files of recorded games: whole, small, and read without believing them."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_core.playing import recording_files as files
from retro_gamer_core.playing.recording_files import RecordingDamaged, read_recording, write_recording
from retro_gamer_core.playing.replay import Recording
from retro_gamer_core.runs.archives import write_archive
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_seeing.recordings import read_recordings
from retro_gamer_seeing.recordings_writer import RecordingsWriter


def recording(turns: int = 5, *, at_turns: int = 7, best: bool = False) -> Recording:
    rng = np.random.default_rng(turns)
    at = {"name": "evaluation", "episode": 3, "total_turns": at_turns, "seconds": 1.5, "share": 0.25}
    return Recording(
        game='<script>"犬"\ud800',
        seed=2**32 - 1,
        keys=rng.integers(4, size=turns).astype(np.uint16),
        values=rng.normal(size=(turns, 5)).astype(np.float32),
        rewards=rng.normal(size=turns).astype(np.float32),
        score=None,
        total_reward=2.5,
        ended="game over",
        checksum=2**32 - 1,
        at={**at, "best": best},
        random=np.zeros(turns, bool),
    )


def same(a: Recording, b: Recording) -> bool:
    return all(np.array_equal(value, vars(b)[name]) for name, value in vars(a).items())


def test_what_is_written_is_read(tmp_path):
    for turns in (1, 5, 1000):
        path = tmp_path / f"{turns}.npz"
        write_recording(path, recording(turns))
        assert same(read_recording(path), recording(turns))
        assert path.stat().st_size < 2500 + 28 * turns
        first = path.read_bytes()
        write_recording(path, recording(turns))
        assert path.read_bytes() == first


def test_they_come_in_the_order_of_turns_and_one_is_the_best(tmp_path):
    writer = RecordingsWriter(tmp_path)
    for turns, best in [(0, False), (90, True), (1000, True), (20000, False)]:
        writer.game_recorded(recording(at_turns=turns, best=best))
    (tmp_path / "recordings" / "mine.npz").write_bytes(b"")
    got = read_recordings(tmp_path)
    assert [(each.at["total_turns"], each.at["best"]) for each in got.recordings] == [
        (0, False),
        (90, False),
        (1000, True),
        (20000, False),
    ]
    assert got.problems == []


def test_a_run_of_before_has_none_and_that_is_said(tmp_path):
    got = read_recordings(tmp_path)
    assert got.recordings == [] and [problem.code for problem in got.problems] == ["no-recordings"]


def test_a_damaged_one_is_a_problem_in_words_and_the_others_are_read(tmp_path):
    writer = RecordingsWriter(tmp_path)
    for turns in (1, 2, 3):
        writer.game_recorded(recording(at_turns=turns))
    broken = RunDirectory(tmp_path).recording_path(2)
    broken.write_bytes(broken.read_bytes()[:-30])
    got = read_recordings(tmp_path)
    assert [each.at["total_turns"] for each in got.recordings] == [1, 3]
    [problem] = got.problems
    assert problem.code == "recording-damaged" and str(broken) == problem.where and problem.hint


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 10**6), to=st.integers(0, 255))
def test_no_changed_byte_is_a_traceback(tmp_path_factory, at, to):
    path = tmp_path_factory.mktemp("changed") / "turns_1.npz"
    write_recording(path, recording())
    contents = bytearray(path.read_bytes())
    contents[at % len(contents)] = to
    path.write_bytes(contents)
    with suppress(RecordingDamaged):
        read_recording(path)


def hostile(path, about=None, **arrays):
    good = recording()
    write_recording(path, good)
    with zipfile.ZipFile(path) as archive:
        said = json.loads(archive.read("recording.json"))
    arrays = {name: arrays.get(name, getattr(good, name)) for name in ("keys", "values", "rewards", "random")}
    members = [(f"{name}.npy", array) for name, array in arrays.items()]
    write_archive(path, "recording.json", json.dumps({**said, **(about or {})}), members)


@pytest.mark.parametrize(
    "wrong",
    [
        {"keys": np.zeros(5, np.int64)},
        {"keys": np.full(5, 5, np.uint16)},
        {"keys": np.zeros(0, np.uint16)},
        {"values": np.zeros(5, np.float32)},
        {"rewards": np.zeros(4, np.float32)},
        {"random": np.zeros(5, np.uint8)},
        {"about": {"format": "cake"}},
        {"about": {"version": 2}},
        {"about": {"game": 7}},
        {"about": {"seed": -1}},
        {"about": {"seed": True}},
        {"about": {"checksum": 2**70}},
        {"about": {"total_reward": float("nan")}},
        {"about": {"score": "much"}},
        {"about": {"ended": "error"}},
        {"about": {"at": []}},
        {"about": {"at": {"name": "end"}}},
        {"about": {"game": "a" * 2**17}},
    ],
)
def test_what_is_not_what_it_claims_to_be_is_refused(tmp_path, wrong):
    path = tmp_path / "turns_1.npz"
    hostile(path)
    assert same(read_recording(path), recording())
    hostile(path, **wrong)
    with pytest.raises(RecordingDamaged):
        read_recording(path)


def test_bombs_pickles_and_giants_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "turns_1.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("recording.json", "0" * 10**7)
    with pytest.raises(RecordingDamaged, match="compressed"):
        read_recording(path)
    write_recording(path, recording())
    pickled = io.BytesIO()
    np.save(pickled, np.array([object()]), allow_pickle=True)
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**members, "keys.npy": pickled.getvalue()}.items():
            archive.writestr(name, content)
    with pytest.raises(RecordingDamaged):
        read_recording(path)
    write_recording(path, recording())
    monkeypatch.setattr(files, "LARGEST_FILE", 100)
    with pytest.raises(RecordingDamaged, match="bytes"):
        read_recording(path)


def test_the_logger_goes_back_to_where_it_stood(tmp_path):
    writer = RecordingsWriter(tmp_path)
    writer.game_recorded(recording(at_turns=10))
    state = writer.state_dict()
    writer.game_recorded(recording(at_turns=20))
    again = RecordingsWriter(tmp_path)
    again.load_state_dict(state)
    assert [path.name for path in RunDirectory(tmp_path).recordings()] == ["turns_10.npz"]
    assert again.state_dict() == state
    fresh = RecordingsWriter(tmp_path)  # killed before anything was saved
    fresh.game_recorded(replace(recording(), at={**recording().at, "total_turns": 0}))
    assert [path.name for path in RunDirectory(tmp_path).recordings()] == ["turns_0.npz"]
