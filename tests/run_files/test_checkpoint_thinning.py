"""Checkpoints that are thinned out: which stay, and that nothing else is ever touched."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retro_gamer_core.runs.numbered_files import NEWEST, thinned
from retro_gamer_core.runs.run_directory import RunDirectory

#: Episodes after which checkpoints are written, at any spacing: regular, in bursts, far apart.
written = st.lists(st.integers(1, 30) | st.integers(1, 10_000), min_size=1, max_size=120).map(
    lambda gaps: list(accumulate(gaps))
)


@given(written, st.integers(1, 20))
def test_the_first_the_newest_and_an_even_spread_stay(episodes, keep):
    staying: list[int] = []
    widest = 0
    for before, episode in pairwise([0, *episodes]):
        former, staying = staying, thinned([*staying, episode], keep)
        assert len(staying) == min(keep, len(former) + 1)
        assert set(staying) <= {*former, episode}
        assert staying == sorted(staying) and staying[-1] == episode
        assert keep == 1 or staying[0] == episodes[0]
        if keep > 4:
            assert staying[-NEWEST:] == episodes[: episodes.index(episode) + 1][-NEWEST:]
            widest = max(widest, episode - before)
            even = (episode - episodes[0]) / (keep - NEWEST)
            assert all(b - a <= max(widest, 2 * even) for a, b in pairwise(staying))


@given(written, st.integers(0, 20))
def test_what_was_thinned_once_is_thin_enough(episodes, keep):
    once = thinned(episodes, keep)
    assert thinned(once, keep) == once
    assert len(once) == (min(keep, len(episodes)) if keep else len(episodes))


def test_a_long_run_leaves_something_of_every_stage():
    staying: list[int] = []
    for episode in range(500, 20_001, 500):
        staying = thinned([*staying, episode], 10)
    assert len(staying) == 10 and staying[0] == 500 and staying[-3:] == [19_000, 19_500, 20_000]
    assert max(b - a for a, b in pairwise(staying)) <= 4_000


def test_only_files_that_training_wrote_are_deleted(tmp_path):
    run = RunDirectory.create(tmp_path / "run")
    folder = run.path / "checkpoints"
    own = [run.checkpoint_path(episode) for episode in range(100, 2_001, 100)]
    others = [
        run.checkpoint_path(250),
        run.final_checkpoint,
        *(folder / name for name in ("best.pt", "ep_0300 copy.pt", "my_ep_0300.pt")),
    ]
    for path in [*own, *others]:
        path.touch()
    aside = run.set_aside([run.checkpoint_path(400)], "looked at it")
    there = run.thin_checkpoints(range(100, 2_001, 100), 5)
    assert [path for path in own if path.exists()] == [run.checkpoint_path(episode) for episode in there]
    assert len(there) == 5 and there[0] == 100 and there[-1] == 2_000
    assert all(path.exists() for path in [*others, aside / "checkpoints" / "ep_0400.pt"])


@pytest.mark.parametrize("keep", [0, 30])
def test_with_room_for_all_nothing_is_deleted(tmp_path, keep):
    run = RunDirectory.create(tmp_path / "run")
    for episode in range(20):
        run.checkpoint_path(episode).touch()
    assert run.thin_checkpoints(range(20), keep) == list(range(20))
    assert len(run.checkpoints()) == 20


def test_a_file_that_another_program_holds_is_deleted_next_time(tmp_path, monkeypatch):
    run = RunDirectory.create(tmp_path / "run")
    for episode in range(3):
        run.checkpoint_path(episode).touch()

    def refuse(*_, **__):
        raise PermissionError

    with monkeypatch.context() as windows:
        windows.setattr("pathlib.Path.unlink", refuse)
        there = run.thin_checkpoints(range(3), 2)
    assert there == [0, 1, 2]
    assert run.thin_checkpoints(there, 2) == [0, 2]
