"""The first look at a game, which recipes choose by."""

from __future__ import annotations

import random

import pytest
from retro.game import Game

from retro_gamer_core.games.finding import find_game
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.playing.survey import survey_game


class Walker:
    """Pays 5 for every third turn; raises or ends when told to."""

    name = "walker"
    character = "@"
    position = (0, 0)

    def __init__(self, ends_at: int = 50, raises_at: int = 10**9) -> None:
        self._ends_at, self._raises_at = ends_at, raises_at

    def handle_keystroke(self, keystroke, game) -> None: ...

    def play_turn(self, game) -> None:
        if game.turn_number >= self._raises_at:
            raise RuntimeError("on purpose")
        if game.turn_number % 3 == 0:
            game.state["score"] -= 5
        if game.turn_number >= self._ends_at:
            game.end()


def survey(walker):
    description = {"actions": ["KEY_LEFT"], "reward": "score", "character_set": ["@"]}
    random.seed(0)
    return survey_game(
        "mine", lambda: Game([walker()], {"score": 0}, board_size=(4, 3)), GameMetadata.from_dict(description)
    )


def test_it_counts_rewards_and_occupied_cells_over_many_games():
    facts = survey(Walker)
    assert facts.board_size == (4, 3)
    assert facts.largest_reward == 5
    assert facts.rewarded_turns == pytest.approx(1 / 3, abs=0.03)
    assert facts.occupied_cells == 1
    assert facts.turn_seconds > 0


@pytest.mark.parametrize(("raises_at", "largest"), [(5, 5), (0, 0)])
def test_a_game_that_raises_is_looked_at_as_far_as_it_goes(raises_at, largest):
    facts = survey(lambda: Walker(raises_at=raises_at))
    assert facts.largest_reward == largest
    assert (facts.turn_seconds > 0) == (largest > 0)


def test_what_it_sees_of_the_games_of_retro_games():
    facts = {}
    for name in ("snake", "nav", "beast"):
        found = find_game(name)
        random.seed(1)
        facts[name] = survey_game(name, found.factory, found.metadata)
    assert facts["nav"].rewarded_turns > 0.99
    assert facts["beast"].occupied_cells > 200 > 50 > facts["snake"].occupied_cells
