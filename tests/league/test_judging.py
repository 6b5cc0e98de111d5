"""Judges in processes of their own: what hangs ends alone, and what has been answered is kept."""

from __future__ import annotations

import pytest
from league.questions import AtOnce, Never
from waiting import PATIENCE

from retro_gamer_class import judging
from retro_gamer_class.answers import KeptAnswers
from retro_gamer_class.judging import Judges, make_judge


@pytest.mark.parametrize("busy", [pytest.param(True, marks=pytest.mark.slow), False])
def test_what_never_answers_is_ended_and_told(tmp_path, monkeypatch, busy):
    if not busy:
        monkeypatch.setattr(judging, "_SECONDS_TO_START", 3.0)
    answer = Judges(make_judge).ask(Never(str(tmp_path / "began"), busy=busy), 0)
    assert "stopped after 0 seconds" in answer["problem"] and answer["again"]


def test_a_ctrl_c_keeps_what_was_answered_and_leaves_nobody_at_work(tmp_path, monkeypatch):
    asked = []
    ask = Judges.ask
    monkeypatch.setattr(Judges, "ask", lambda self, *what: asked.append(what) or ask(self, *what))
    began = tmp_path / "began"

    def stop_soon(done: int, of: int) -> None:
        if done and began.exists():
            raise KeyboardInterrupt

    answers = KeptAnswers(tmp_path, [])
    with pytest.raises(KeyboardInterrupt):
        answers.all({"a": AtOnce(), "b": Never(str(began), PATIENCE)}, stop_soon)
    assert len(asked) == 2
    assert answers.all({"a": AtOnce()}, lambda done, of: None)["a"]["answer"] == 42
    assert len(asked) == 2, "it was kept"


def test_an_answer_to_another_question_is_not_taken(tmp_path):
    answers, other = KeptAnswers(tmp_path, []), AtOnce(31.0)
    answers.all({"a": AtOnce()}, lambda done, of: None)
    before = len([*tmp_path.glob("*.json")])
    answers.all({"a": other}, lambda done, of: None)
    assert (before, len([*tmp_path.glob("*.json")])) == (1, 2)
