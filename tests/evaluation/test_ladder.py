"""The ladder: players that learned nothing, in the same games for all, each game played once."""

from __future__ import annotations

import json
import random
from collections import Counter

import numpy as np
import pytest
from retro.agent import Agent
from retro.game import Game

from retro_gamer_core.errors import PluginError
from retro_gamer_core.evaluation.games import PlayedGame
from retro_gamer_core.evaluation.ladder import Ladder, play_as, rungs, standing
from retro_gamer_core.evaluation.report import Results
from retro_gamer_core.games.finding import FoundGame
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_players.at_random import AtRandom, Careful
from retro_gamer_players.look_ahead import LookAhead

STEPS = {"KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_LEFT": (-1, 0), "KEY_DOWN": (0, 1)}
made: Counter[str] = Counter()


class Coin(Agent):
    """Thrown each turn; who said before on which side it falls has won a point, who was wrong has lost one."""

    character = "?"
    name = "coin"
    position = (1, 1)
    said = ""

    def handle_keystroke(self, keystroke, game) -> None:
        self.said = keystroke.name

    def play_turn(self, game) -> None:
        side = random.choice(["KEY_LEFT", "KEY_RIGHT"])
        self.character = side[-1]
        if self.said:
            game.state["score"] += 1 if self.said == side else -1
        self.said = ""
        if game.turn_number == 20:
            game.end()


def coin() -> Game:
    made["coin"] += 1
    return Game([Coin()], {"score": 0}, board_size=(3, 3))


COIN = GameMetadata(["KEY_LEFT", "KEY_RIGHT"], "score", ["?", "T"], board_size=(3, 3))


class Crate(Agent):
    character = "x"
    position = (3, 2)


class Pusher(Agent):
    """Pushes a crate into the pit at the right edge, which is worth a point; the left edge is a cliff."""

    character = "P"
    name = "pusher"
    position = (1, 2)

    def handle_keystroke(self, keystroke, game) -> None:
        dx, dy = STEPS[keystroke.name]
        x, y = self.position[0] + dx, self.position[1] + dy
        if x < 0:
            game.end()
        elif game.on_board((x, y)):
            for crate in [each for each in game.agents if isinstance(each, Crate)]:
                if crate.position == (x, y):
                    beyond = (x + dx, y + dy)
                    if not game.on_board(beyond):
                        return
                    crate.position = beyond
                    if beyond[0] == 6:
                        game.state["score"] += 1
                        crate.position = (3, random.randrange(1, 4))
            self.position = (x, y)

    def play_turn(self, game) -> None:
        if game.turn_number == 40:
            game.end()


def pushing() -> Game:
    return Game([Pusher(), Crate()], {"score": 0}, board_size=(7, 5))


PUSHING = GameMetadata(list(STEPS), "score", ["P", "x"], board_size=(7, 5))


def games(player, create_game, metadata, count, **settings):
    settings = {"max_turns": 60, "seed": 0, "score_key": "score"} | settings
    return [play_as(player, create_game, metadata, index, **settings) for index in range(count)]


class Peeking(AtRandom):
    """Presses what wins in a copy."""

    def choose(self, game):
        for action in range(2):
            copy = game.copy(int(self._rng.integers(2**32)))
            if copy.step(action) > 0:
                return self._keys[action]
        return self._keys[1]


def test_nobody_sees_the_future_in_a_copy():
    mean = np.mean([game.score for game in games(Peeking(COIN.keys), coin, COIN, 60)])
    assert abs(mean) < 3.5 * np.sqrt(20 / 60)  # who sees it has 20, and chance gives 0


def test_who_looks_further_reaches_more():
    by_player = {
        "random": games(AtRandom(PUSHING.keys), pushing, PUSHING, 5),
        "careful": games(Careful(PUSHING.keys), pushing, PUSHING, 5),
        "look_ahead": games(LookAhead(PUSHING.keys, copies=120), pushing, PUSHING, 5),
    }
    scores = {name: np.mean([game.score for game in played]) for name, played in by_player.items()}
    turns = {name: np.mean([game.turns for game in played]) for name, played in by_player.items()}
    assert turns["random"] < 30 < turns["careful"] == turns["look_ahead"] == 40
    assert scores["look_ahead"] >= 1 + scores["careful"]


def test_the_same_seed_is_the_same_game_and_another_one_another():
    def player():
        return LookAhead(PUSHING.keys, copies=30, horizon=6)

    first, second = games(player(), pushing, PUSHING, 2), games(player(), pushing, PUSHING, 2)
    assert first == second
    assert games(player(), pushing, PUSHING, 2, seed=1) != first


def test_its_budget_is_kept():
    class Counting:
        def __init__(self, game):
            self.game, self.frame, self.copies = game, game.frame, 0

        def copy(self, seed):
            self.copies += 1
            fork = self.game.copy(seed)
            counted = self

            class Counted(type(fork)):
                def fork(self):
                    counted.copies += 1
                    other = super().fork()
                    other.__class__ = Counted
                    return other

            fork.__class__ = Counted
            return fork

    class Budgeted(LookAhead):
        most = 0

        def choose(self, game):
            counting = Counting(game)
            key = super().choose(counting)
            self.most = max(self.most, counting.copies)
            return key

    player = Budgeted(PUSHING.keys, copies=60)
    games(player, pushing, PUSHING, 1)
    assert 30 < player.most <= 60


def test_a_key_that_the_game_does_not_have_is_told():
    class Wrong(AtRandom):
        def choose(self, game):
            return "KEY_ENTER"

    with pytest.raises(PluginError, match="KEY_ENTER"):
        games(Wrong(COIN.keys), coin, COIN, 1)


def ladder(file, **settings):
    settings = {"max_turns": 60, "seed": 0, "score_key": "score"} | settings
    return Ladder(FoundGame("coin", coin, COIN, None), COIN, settings, file)


def test_no_game_is_played_twice(tmp_path):
    plugins = installed_plugins()
    [rung] = [each for each in rungs(plugins) if each.name == "random"]
    first = list(ladder(tmp_path / "ladder.json").play(rung, 3, plugins))
    made.clear()
    again = ladder(tmp_path / "ladder.json")
    assert list(again.play(rung, 3, plugins)) == [] and again.played(rung, 3) == first
    assert not made["coin"]
    assert len(list(again.play(rung, 5, plugins))) == 2
    assert len(list(ladder(tmp_path / "ladder.json", seed=1).play(rung, 1, plugins))) == 1
    (tmp_path / "ladder.json").write_text("damaged", encoding="utf-8")
    assert ladder(tmp_path / "ladder.json").played(rung, 3) == []


def test_another_budget_is_another_player(tmp_path):
    plugins = installed_plugins()
    file = tmp_path / "ladder.json"
    [usual] = [each for each in rungs(plugins) if each.name == "look_ahead"]
    [other] = [each for each in rungs(plugins, [("look_ahead", {"copies": 8})]) if each.name == "look_ahead"]
    assert other.options["copies"] == 8 and other.options["horizon"] == usual.options["horizon"]
    list(ladder(file).play(other, 1, plugins))
    assert len(ladder(file).played(other, 1)) == 1 and not ladder(file).played(usual, 1)
    assert len(json.loads(file.read_text(encoding="utf-8"))["games"]) == 1


def test_where_an_agent_stands():
    def results(*scores):
        return Results.of([PlayedGame(score, score, 1, "game over", ()) for score in scores])

    others = {"low": results(0, 1, 2), "same": results(9, 10, 12), "high": results(20, 21, 22)}
    assert standing(results(10, 10, 11), others) == {"low": "above", "same": "unsure", "high": "below"}


class Door(Agent):
    """Going right leads to a door behind which the game is won; on the left is a coin each turn, or nothing."""

    character = "@"
    name = "walker"
    position = (2, 0)

    def __init__(self, coins: bool) -> None:
        self.coins = coins

    def handle_keystroke(self, keystroke, game) -> None:
        x = self.position[0] + STEPS[keystroke.name][0]
        if 0 <= x < 5:
            self.position = (x, 0)
        if x == 4:
            game.state["score"] += 5
            game.end()
        if x <= 0 and self.coins:
            game.state["score"] += 1


@pytest.mark.parametrize(("coins", "won"), [(False, True), (True, False)])
def test_a_game_is_ended_where_that_is_worth_more_than_going_on(coins, won):
    metadata = GameMetadata(["KEY_LEFT", "KEY_RIGHT"], "score", ["@"], board_size=(5, 1))
    player = LookAhead(metadata.keys, copies=60, horizon=10)
    [game] = games(player, lambda: Game([Door(coins)], {"score": 0}, board_size=(5, 1)), metadata, 1)
    assert (game.ended == "game over") == won
    assert game.score == 5 if won else game.score > 30


class Still(Agent):
    """Nothing is seen to happen until the right key is pressed in the fourth turn."""

    character = "@"
    name = "still"
    position = (0, 0)

    def handle_keystroke(self, keystroke, game) -> None:
        if game.turn_number == 4:
            game.state["score"] += 1


def test_it_waits_where_nothing_is_seen_to_happen():
    metadata = GameMetadata(["KEY_LEFT"], "score", ["@"], board_size=(2, 1))
    player = LookAhead(metadata.keys, copies=60, horizon=10)
    [game] = games(player, lambda: Game([Still()], {"score": 0}, board_size=(2, 1)), metadata, 1, max_turns=6)
    assert game.score == 1
