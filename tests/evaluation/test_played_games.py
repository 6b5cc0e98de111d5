"""Games played to be counted: which games they are, and that nobody else notices."""

from __future__ import annotations

import random

import numpy as np
import pytest
from retro.agent import Agent
from retro.game import Game

from retro_gamer_core.evaluation.games import greedy, play_at_random, play_games
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.plugins.registry import installed_plugins

FORWARD, STAY = 0, 1


class Walker(Agent):
    """Goes right on a key, and meets a star, a cliff or a bug where chance has put it."""

    character = "@"
    name = "walker"

    def __init__(self) -> None:
        self.position = (0, 0)
        self.end = random.randint(3, 12) + int(np.random.randint(0, 5))

    def handle_keystroke(self, keystroke, game) -> None:
        if keystroke.name == "KEY_RIGHT":
            x, y = self.position
            self.position = (x + 1, y)
            game.state["score"] += 1 + random.random() / 10

    def play_turn(self, game) -> None:
        if self.position[0] >= self.end:
            game.end()


class Star(Agent):
    character = "*"
    position = (5, 1)


def walk() -> Game:
    return Game([Walker(), Star()], {"score": 0.0}, board_size=(20, 2))


class Eyes:
    """What ``play_games`` needs to see a game."""

    def __init__(self, characters="@*") -> None:
        self.metadata = GameMetadata(
            ["KEY_RIGHT"], "score", character_set=list(characters), board_size=(20, 2), player="walker"
        )
        plugins = installed_plugins()
        self.encoder = plugins.build(plugins.find_part("encoder", "one_hot"), metadata=self.metadata)
        self.characters = CharacterCodes(characters)


def forward(steps) -> np.ndarray:
    return np.full(len(steps), FORWARD)


def play(choose=forward, create_game=walk, eyes=None, count=20, **changed):
    settings = {"max_turns": 100, "seed": 7, "score_key": "score", **changed}
    return play_games(choose, create_game, eyes or Eyes(), count, **settings)


def test_each_game_is_played_to_its_end_and_counted_once():
    played = play()
    assert len(played) == 20
    assert {game.ended for game in played} == {"game over"}
    assert len({game.turns for game in played}) > 3
    for game in played:
        assert game.score == pytest.approx(game.total_reward)
        assert game.turns <= game.score <= game.turns * 1.1
        assert game.actions == (game.turns, 0)


@pytest.mark.parametrize("at_once", [1, 3, 20, 64])
def test_a_game_depends_on_its_seed_only(at_once):
    assert play(at_once=at_once) == play(at_once=7)


def test_fewer_games_are_the_first_of_more():
    assert play(count=4, at_once=2) == play(count=20)[:4]


def test_another_seed_is_other_games():
    assert play(seed=8) != play(seed=7)


def test_nobody_outside_notices():
    random.seed(3), np.random.seed(3)
    expected = [random.random() for _ in range(3)], np.random.rand(3).tolist()
    random.seed(3), np.random.seed(3)
    eyes = Eyes(characters="@")
    play(eyes=eyes)
    assert ([random.random() for _ in range(3)], np.random.rand(3).tolist()) == expected
    assert eyes.characters == CharacterCodes("@")
    assert eyes.characters.unknown == []


def test_a_character_nobody_told_of_looks_empty():
    def look(steps):
        assert set(np.unique(steps.observations.cells)) <= {0, 1}
        return forward(steps)

    assert all(game.ended == "game over" for game in play(look, eyes=Eyes(characters="@")))


def test_what_is_seen_belongs_to_the_game_that_is_asked_about():
    """Slots empty and fill in another order than they began; each observation must go with its own game."""

    def stop_at_four(steps):
        columns = steps.observations.cells[:, 0].argmax(axis=1)  # where the walker is
        return np.where(columns < 4, FORWARD, STAY)

    for game in play(stop_at_four, at_once=3, max_turns=30):
        assert game.actions[FORWARD] == min(4, game.actions[FORWARD])
        assert (game.ended == "turn limit") == (game.actions[STAY] > 0)


def test_a_turn_limit_ends_a_game_that_would_not():
    for game in play(lambda steps: np.full(len(steps), STAY), max_turns=9):
        assert (game.turns, game.ended, game.score, game.actions) == (9, "turn limit", 0.0, (0, 9))


def test_a_game_that_raises_ends_and_the_others_go_on():
    class Stumbling(Walker):
        def play_turn(self, game) -> None:
            if self.position[0] == 6:
                raise RuntimeError("a stone")
            super().play_turn(game)

    played = play(create_game=lambda: Game([Stumbling()], {"score": 0.0}, board_size=(20, 2)))
    assert {game.ended for game in played} == {"game over", "error"}
    assert all((game.error is None) == (game.ended == "game over") for game in played)
    fallen = next(game for game in played if game.error)
    assert str(fallen.error) == "a stone" and fallen.turns == 5 and fallen.score > 5


def test_games_that_cannot_begin_are_counted_too():
    def broken() -> Game:
        raise RuntimeError("no board")

    played = play(create_game=broken, count=3)
    assert [(game.ended, game.turns, game.score) for game in played] == [("error", 0, None)] * 3


@pytest.mark.parametrize("value", ["much", None, float("nan"), [1]])
def test_a_score_that_is_no_number_is_none(value):
    def game() -> Game:
        return Game([Walker(), Star()], {"score": 0.0, "said": value}, board_size=(20, 2))

    assert play(create_game=game, count=1, score_key="said")[0].score is None
    assert play(create_game=game, count=1, score_key="missing")[0].score is None
    assert play(create_game=game, count=1, score_key=None)[0].score is None


def test_no_games_are_no_games():
    assert play(count=0) == []


def test_random_play_is_of_the_same_games_and_tries_everything():
    settings = {"max_turns": 100, "seed": 8, "score_key": "score"}
    played = play_at_random(walk, Eyes(), 20, **settings)
    assert played == play_at_random(walk, Eyes(), 30, **settings)[:20]
    assert all(min(game.actions) > 0 for game in played)
    # The walker has as far to go as with somebody who always goes on.
    assert [game.actions[FORWARD] for game in played] == [game.turns for game in play(seed=8)]


def test_greedy_takes_what_looks_best():
    class Learner:
        def q_values(self, seen):
            return np.tile(np.float32([0.1, 0.2]), (len(seen), 1))

    assert {game.actions for game in play(greedy(Learner()), max_turns=5)} == {(0, 5)}


def test_whoever_watches_can_stop_it():
    class Enough(Exception): ...

    seen = []

    def watch(ended: int) -> None:
        seen.append(ended)
        if ended >= 5:
            raise Enough

    random.seed(1)
    expected = random.Random(1).random()
    with pytest.raises(Enough):
        play(each_turn=watch)
    assert seen == sorted(seen) and 5 <= seen[-1] <= 20
    assert random.random() == expected
