"""The small games by which the recipe is chosen and judged: what their scale rests on."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from retro_gamer_core.games.finding import find_game
from tests.benchmarks.games import CHOOSING, JUDGING
from tests.benchmarks.games.reference import SCORES, mean_scores, normalised

GAMES = (*CHOOSING, *JUDGING)
DIRECTORY = Path(import_module("tests.benchmarks.games").__file__).parent


def test_no_game_is_for_choosing_and_for_judging():
    assert len(set(GAMES)) == len(CHOOSING) + len(JUDGING)
    assert len(JUDGING) >= 6
    assert set(GAMES) == set(SCORES)


@pytest.mark.parametrize("name", GAMES)
def test_a_game_is_small_and_described(name):
    file = DIRECTORY / f"{name}.py"
    assert len(file.read_text("utf-8").splitlines()) <= 150
    found = find_game(str(file))
    assert found.factory().board_size[0] < 30


@pytest.mark.parametrize("name", sorted(set(GAMES) - {"pushing"}))
def test_the_hand_written_player_is_far_above_random_keys(name):
    at_random, by_hand = mean_scores(name, 3)
    assert normalised(name, at_random) < 0.2 < 0.5 < normalised(name, by_hand)
