"""What a person has reached: every score, and recordings of the best games."""

from __future__ import annotations

import numpy as np
import pytest

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.playing.by_hand import MOST_RECORDINGS, ByHand
from retro_gamer_core.playing.recording_files import read_recording
from retro_gamer_core.playing.replay import Recording


def recording(score: float) -> Recording:
    at = {"name": "by hand", "episode": 0, "total_turns": 0, "seconds": 0.0, "share": 0.0, "best": False}
    return Recording(
        game="snake",
        seed=1,
        keys=np.zeros(3, np.uint16),
        values=np.zeros((3, 2), np.float32),
        rewards=np.ones(3, np.float32),
        score=score,
        total_reward=3.0,
        ended="game over",
        checksum=0,
        at=at,
        random=np.zeros(3, bool),
    )


def test_all_scores_stay_and_the_best_games(tmp_path):
    scores = [3, 9, 1, 7, 5, 8, 2]
    for score in scores:
        ByHand(tmp_path / "kept").keep(recording(score), "this version")
    ByHand(tmp_path / "kept").keep(recording(0), "another version")
    kept = ByHand(tmp_path / "kept")
    assert [game.score for game in kept.games("this version")] == scores
    assert kept.best("this version") == 9 and kept.best("no version") is None
    files = sorted((tmp_path / "kept").glob("*.npz"))
    assert len(files) == MOST_RECORDINGS
    assert {read_recording(file).score for file in files} == {3, 9, 7, 5, 8}


@pytest.mark.parametrize("written", ["", "{}", '{"games": [{"name": "../game-1"}]}', '{"games": [1]}'])
def test_scores_that_cannot_be_read_are_not_written_over(tmp_path, written):
    (tmp_path / "scores.json").write_text(written, encoding="utf-8")
    with pytest.raises(RetroGamerError, match="cannot be read"):
        ByHand(tmp_path).keep(recording(1), "this version")
    assert (tmp_path / "scores.json").read_text(encoding="utf-8") == written
