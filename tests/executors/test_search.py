"""A search proposes settings where they may be, ends poor ones early, and goes on where it was stopped."""

from __future__ import annotations

import pytest

from retro_gamer_core.configuration.settings import SECTION_KEYS
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.options import Option, Setting
from retro_gamer_experiments import search as searching
from retro_gamer_experiments.search import Range, range_of, search

RANGES = {
    "gamma": Range(0.9, 0.999),
    "n_step": Range(1, 5, whole=True),
    "loss": Range(choices=("huber", "squared")),
}


class Judge:
    """Knows that gamma is best at 0.97 with ``huber``; each seed adds something of its own, the same for all."""

    def __init__(self, *, dies_after: int | None = None, fails: bool = False) -> None:
        self.asked: list[tuple[dict, int]] = []
        self.rounds: list[int] = []
        self._dies_after, self._fails = dies_after, fails

    def __call__(self, asked):
        if self._dies_after is not None and len(self.rounds) == self._dies_after:
            raise KeyboardInterrupt
        self.rounds.append(len(asked))
        self.asked += asked
        return [
            None
            if self._fails
            else 1 - 10 * abs(values["gamma"] - 0.97) - (values["loss"] == "squared") + seed / 9
            for values, seed in asked
        ]


@pytest.fixture
def optuna():
    return pytest.importorskip("optuna")


def test_it_finds_what_is_good_within_the_ranges(optuna, tmp_path):
    judge = Judge()
    tried = search(RANGES, judge, trials=25, seeds=3, at_once=4, journal=tmp_path / "search" / "journal")
    assert len(tried) == 25
    best = tried[0]
    assert best.ended == "finished" and len(best.scores) == 3
    assert abs(best.values["gamma"] - 0.97) < 0.02 and best.values["loss"] == "huber"
    for values, _ in judge.asked:
        assert 0.9 <= values["gamma"] <= 0.999
        assert values["n_step"] in range(1, 6) and values["loss"] in ("huber", "squared")
    # Poor ones are given up, and never before their second seed.
    given_up = [each for each in tried if each.ended == "given up"]
    assert given_up and {len(each.scores) for each in given_up} == {2}
    assert len(judge.asked) == sum(len(each.scores) for each in tried)
    assert set(judge.rounds[:-6]) == {4}  # nobody who could train waits


def test_the_same_seed_proposes_the_same(optuna, tmp_path):
    first, second, other = (
        search(RANGES, Judge(), trials=8, seeds=2, at_once=2, journal=tmp_path / str(number), seed=seed)
        for number, seed in enumerate([1, 1, 2])
    )
    assert first == second != other


def test_it_goes_on_with_what_was_being_tried(optuna, tmp_path):
    journal, stopped, judge = tmp_path / "journal", Judge(dies_after=3), Judge()
    with pytest.raises(KeyboardInterrupt):
        search(RANGES, stopped, trials=6, seeds=2, at_once=2, journal=journal)
    tried = search(RANGES, judge, trials=6, seeds=2, at_once=2, journal=journal)
    assert len(tried) == 6 and all(each.ended in ("finished", "given up") for each in tried)
    in_the_middle = [values for values, seed in stopped.asked[-2:] if seed == 0]
    assert in_the_middle and all((values, 0) in judge.asked for values in in_the_middle)
    assert search(RANGES, judge, trials=6, seeds=2, at_once=2, journal=journal) == tried


def test_what_fails_counts_and_comes_last(optuna, tmp_path):
    tried = search(RANGES, Judge(fails=True), trials=3, seeds=2, at_once=2, journal=tmp_path / "journal")
    assert [each.ended for each in tried] == ["failed"] * 3
    tried = search(RANGES, Judge(), trials=5, seeds=2, at_once=2, journal=tmp_path / "journal")
    assert [each.ended for each in tried] == ["finished"] * 2 + ["failed"] * 3


def test_ranges_come_from_the_declarations():
    declared = {setting.name: setting for setting in SECTION_KEYS["training"]}
    assert range_of("training.gamma", declared["gamma"]) == Range(0.9, 0.999)
    assert range_of("training.gamma", declared["gamma"], "0.5..0.9") == Range(0.5, 0.9)
    assert range_of("training.n_step", declared["n_step"]) == Range(1, 5, whole=True)
    share = Setting("share", "float", 0.5, Option(low=0, high=1))
    assert range_of("learner.share", share) == Range(0, 1)
    assert range_of("learner.loss", Setting("loss", "str", "a", choices=("a", "b"))) == Range(
        choices=("a", "b")
    )
    assert range_of("learner.double", Setting("double", "bool", True)) == Range(choices=(False, True))


@pytest.mark.parametrize("written", ["0.9", "1.5..2", "0.9..0.5", "low..high", "0..0.5"])
def test_a_range_that_makes_no_sense_is_told(written):
    gamma = next(setting for setting in SECTION_KEYS["training"] if setting.name == "gamma")
    with pytest.raises(RetroGamerError) as refused:
        range_of("training.gamma", gamma, written)
    assert refused.value.problem.hint == "--vary training.gamma=LOW..HIGH"


@pytest.mark.parametrize("type_", ["str", "int_list", "int"])
def test_a_setting_without_a_range_is_told(type_):
    with pytest.raises(RetroGamerError, match="between which values"):
        range_of("model.layers", Setting("layers", type_))


def test_a_missing_optuna_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(searching, "find_spec", lambda name: None)
    with pytest.raises(RetroGamerError, match="optuna") as refused:
        search(RANGES, Judge(), trials=1, seeds=1, at_once=1, journal=tmp_path / "journal")
    assert refused.value.problem.hint == 'pip install "retro-gamer[search]"'
