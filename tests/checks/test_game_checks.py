"""Each check of a game finds the one fault that a game was given, and nothing in a sound one."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from retro.game import Game

from retro_gamer_core.checks import game as checking
from retro_gamer_core.testing import check_game


def codes(create_game, description, **how):
    return [finding.code for finding in check_game(create_game, description, **how)]


# A sound game ---------------------------------------------------------------------------------


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_nothing_is_wrong_with_a_sound_game(make_game, description, quick, seed):
    findings = check_game(make_game, description, quick=quick, seed=seed)
    assert findings.codes == []
    assert findings.left_out == ()


def test_the_same_seed_finds_the_same(make_game, description, walker):
    class Moody(walker):
        def play_turn(self, game):
            super().play_turn(game)
            self.character = "?" if random.random() < 0.1 else "@"

    findings = [check_game(lambda: make_game(Moody), description, quick=True, seed=s) for s in (3, 3, 4)]
    assert findings[0] == findings[1] != findings[2]


def test_nobody_elses_chance_is_disturbed(make_game, description):
    random.seed(5)
    np.random.seed(5)
    before = random.getstate(), np.random.get_state()[1].tolist()
    check_game(make_game, description, quick=True)
    assert before == (random.getstate(), np.random.get_state()[1].tolist())


# Making and ending it -------------------------------------------------------------------------


def test_factory_fails(description):
    def no_game():
        raise ValueError("out of coins")

    [finding] = check_game(no_game, description)
    assert (finding.code, finding.level) == ("factory-fails", "problem")
    assert "out of coins" in finding.what


def test_factory_that_fails_now_and_then(make_game, description):
    calls = count(1)

    def moody():
        if next(calls) % 7 == 0:
            raise ValueError("every seventh time")
        return make_game()

    assert "every seventh time" in str(check_game(moody, description, quick=True))


def test_description_missing(make_game):
    assert codes(lambda: make_game(), None) == ["description-missing"]


def test_description_misfit(make_game, description):
    assert codes(make_game, {**description, "reward": "scor"}) == ["description-misfit"]


def test_the_same_game_twice(make_game, description):
    game = make_game()
    assert set(codes(lambda: game, description)) == {"factory-fails"}


def test_characters_that_games_share(make_game, walker, description):
    shared = walker()

    def sharing():
        game = make_game()
        game.remove_agent_by_name("walker")
        game.add_agent(shared)
        return game

    assert codes(sharing, description) == ["game-not-fresh"]


def test_something_that_is_not_set_back(make_game, walker, description):
    played = []

    class Older(walker):
        def __init__(self):
            super().__init__()
            self.position = (len(played) % 9, 1)

        def play_turn(self, game):
            played.append(1)
            super().play_turn(game)

    assert "game-not-fresh" in codes(lambda: make_game(Older), description, quick=True)


def test_chance_of_its_own(make_game, walker, description):
    own = random.SystemRandom()

    class Erratic(walker):
        def play_turn(self, game):
            super().play_turn(game)
            self.position = (own.randrange(9), 1)

    findings = check_game(lambda: make_game(Erratic), description, quick=True)
    assert findings.codes == ["same-seed-different-game"]
    assert findings[0].number >= 1
    assert findings.left_out == (
        "what each key does: a copy of a running game goes another way than the game itself",
    )


def test_a_seed_of_its_own(make_game, description):
    def seeded():
        random.seed(42)
        return make_game()

    findings = check_game(seeded, description, quick=True)
    assert findings.codes == ["every-game-the-same"]
    assert "Python's random" in findings[0].what and "numpy" not in findings[0].what


GAME = """\
import random
from retro.game import Game

PLACES = {places}


class Coin:
    name, character, position = "coin", "$", (0, 0)

    def handle_keystroke(self, keystroke, game):
        if keystroke.name == "KEY_LEFT":
            self.position = (random.choice(list(PLACES)).index("$"), 0)
            game.state["score"] += 1

    def play_turn(self, game):
        if game.turn_number == 40:
            game.end()


def create_game():
    return Game([Coin()], {{"score": 0}}, board_size=(5, 1))
"""
PLACES = ["$....", ".$...", "..$..", "...$.", "....$"]


@pytest.mark.parametrize(("places", "found"), [(PLACES, []), (set(PLACES), ["same-seed-different-game"])])
def test_a_set_of_words_has_another_order_in_each_process(tmp_path, places, found):
    file = tmp_path / "words.py"
    file.write_text(GAME.format(places=places), encoding="utf-8")
    described = {"actions": ["KEY_LEFT"], "reward": "score", "character_set": ["$"], "board_size": [5, 1]}
    findings = check_game(str(file), described)
    assert findings.codes == found and findings.left_out == ()
    assert all("sorted(" in finding.hint for finding in findings)


def test_game_raises(make_game, walker, description):
    class Fragile(walker):
        def play_turn(self, game):
            super().play_turn(game)
            if random.random() < 0.01:
                raise ZeroDivisionError("the die fell off the table")

    findings = check_game(lambda: make_game(Fragile), description, quick=True)
    assert findings.codes == ["game-raises"]
    assert "the die fell off the table" in findings[0].what
    assert "test_game_checks.py" in findings[0].what


def test_game_never_ends(make_game, walker, description):
    class Endless(walker):
        def play_turn(self, game):
            super().play_turn(game)
            game.playing = True

    assert codes(lambda: make_game(Endless), description, quick=True) == ["game-never-ends"]


# What there is to see -------------------------------------------------------------------------


def turns_into(walker, key, value, *, at=5):
    class Changing(walker):
        def play_turn(self, game):
            super().play_turn(game)
            if game.turn_number == at:
                game.state[key] = value

    return Changing


def test_a_key_of_the_state_that_comes_later_is_a_note(make_game, walker, description):
    late = turns_into(walker, "message", "well done")
    findings = check_game(lambda: make_game(late), description, quick=True)
    assert [(f.code, f.level) for f in findings] == [("state-keys-change", "note")]


@pytest.mark.parametrize("value", [None, "five", (1, 2), float("nan")])
def test_an_observed_key_that_becomes_something_else_is_a_problem(make_game, walker, description, value):
    odd = turns_into(walker, "lives", value)
    observed = {**description, "observe_state": ["lives"]}
    findings = check_game(lambda: make_game(odd, {"lives": 3}), observed, quick=True)
    assert [(f.code, f.level) for f in findings] == [("state-keys-change", "problem")]
    assert "lives" in findings[0].what


def test_observation_constant(make_game, description):
    def all_the_same():
        game = make_game()
        for character in game.agents:
            character.display = False
        return game

    assert codes(all_the_same, description, quick=True) == ["observation-constant"]


def test_character_not_described(make_game, description):
    findings = check_game(make_game, {**description, "character_set": ["@"]}, quick=True)
    assert [(f.code, f.level) for f in findings] == [("character-not-described", "warning")]
    assert findings[0].number > 1_000


def test_a_character_of_the_last_frame_is_a_note(make_game, walker, description):
    class Explosive(walker):
        def play_turn(self, game):
            super().play_turn(game)
            if not game.playing:
                self.character = "*"

    findings = check_game(lambda: make_game(Explosive), description, quick=True)
    assert [(f.code, f.level) for f in findings] == [("character-not-described", "note")]


def test_character_never_seen(make_game, description):
    more = {**description, "character_set": ["@", "$", "&"]}
    findings = check_game(make_game, more)
    assert [(f.code, f.level) for f in findings] == [("character-never-seen", "note")]
    assert codes(make_game, more, quick=True) == []  # too few turns to be sure


def test_board_too_large(make_game, walker, description):
    large = lambda: Game([walker(), *make_game().agents[1:]], {"score": 0.0}, board_size=(79, 23))  # noqa: E731
    assert codes(large, {**description, "board_size": [79, 23]}, quick=True) == ["board-too-large"]


# What is paid ---------------------------------------------------------------------------------


def paying(walker, pay, *, length=None):
    """A walker whose pay for a turn is ``pay(game)``, in games of that length."""

    class Paid(walker):
        def play_turn(self, game):
            super().play_turn(game)
            game.state["pay"] += pay(game)
            if length:
                game.playing = game.turn_number < length

    return Paid


@pytest.mark.parametrize(
    ("pay", "length", "code"),
    [
        (lambda game: 0, None, "reward-never-seen"),
        (lambda game: 1, 40, "reward-always-same"),
        (lambda game: 5 if game.turn_number == 40 else 0, 40, "reward-always-same"),
        (lambda game: random.random() < 0.002, None, "reward-rare"),
        (lambda game: -(random.random() < 0.1), None, "reward-hardly-ever-positive"),
        (
            lambda game: (random.random() < 0.001) - (random.random() < 0.1),
            None,
            "reward-hardly-ever-positive",
        ),
        (lambda game: 1, None, "reward-for-nothing"),
    ],
)
def test_rewards(make_game, walker, description, pay, length, code):
    create_game = lambda: make_game(paying(walker, pay, length=length), {"pay": 0})  # noqa: E731
    findings = check_game(create_game, {**description, "reward": "pay"}, seed=1)
    assert findings.codes == [code]
    assert findings[0].number is not None


def test_a_reward_that_was_never_seen_is_a_problem_after_many_turns_only(make_game, walker, description):
    create_game = lambda: make_game(paying(walker, lambda game: 0), {"pay": 0})  # noqa: E731
    unpaid = {**description, "reward": "pay"}
    levels = [check_game(create_game, unpaid, quick=quick)[0].level for quick in (True, False)]
    assert levels == ["warning", "problem"]


def test_no_number_is_advised_that_cannot_be_a_reward(make_game, walker, description):
    """Not a countdown, not a clock, nothing that hardly ever rises: only what goes up now and then."""

    class Timed(walker):
        def play_turn(self, game):
            super().play_turn(game)
            game.state["time"] -= 1
            game.state["turns"] += 1
            game.state["bonus"] += game.turn_number == 500
            game.state["steps"] += self.position[0] == 3

    state = {"pay": 0, "time": 500, "turns": 0, "bonus": 0, "steps": 0}
    findings = check_game(lambda: make_game(Timed, state), {**description, "reward": "pay"}, quick=True)
    assert findings.codes == ["reward-never-seen"]
    advised = {key for key in state if f"'{key}'" in findings[0].hint}
    assert "steps" in advised and advised <= {"steps", "score"}


def test_too_few_turns_say_nothing_about_rewards(make_game, walker, description, monkeypatch):
    import time

    monkeypatch.setattr(checking, "QUICK", replace(checking.QUICK, seconds=1.0))

    class Slow(walker):
        def play_turn(self, game):
            time.sleep(0.005)
            super().play_turn(game)

    unpaid = {**description, "reward": "pay"}
    findings = check_game(lambda: make_game(Slow, {"pay": 0}), unpaid, quick=True)
    assert findings.codes == []
    assert any("rewards" in sentence for sentence in findings.left_out)


# What the keys do -----------------------------------------------------------------------------


class OnlyRight:
    """The code of what it does with a key stands in the class, where it is looked for."""

    def handle_keystroke(self, keystroke, game):
        if keystroke.name == "KEY_RIGHT":
            self.position = ((self.position[0] + 1) % 9, 1)


class MentionsLeft:
    def handle_keystroke(self, keystroke, game):
        if keystroke.name == "KEY_RIGHT":
            self.position = ((self.position[0] + 1) % 9, 1)
        elif keystroke.name == "KEY_LEFT":
            game.log("left")


class BothRight:
    def handle_keystroke(self, keystroke, game):
        if keystroke.name in ("KEY_RIGHT", "KEY_LEFT"):
            self.position = ((self.position[0] + 1) % 9, 1)


class JumpsToo:
    def handle_keystroke(self, keystroke, game):
        x = self.position[0]
        match keystroke.name:
            case "KEY_RIGHT":
                self.position = ((x + 1) % 9, 1)
            case "KEY_LEFT":
                self.position = ((x - 1) % 9, 1)
        if keystroke == "j":
            self.position = (0, 1)


@pytest.mark.parametrize(
    ("habit", "code"),
    [
        (OnlyRight, "action-not-handled"),
        (MentionsLeft, "action-without-effect"),
        (BothRight, "actions-alike"),
        (JumpsToo, "key-not-described"),
    ],
)
def test_keys(make_game, walker, description, habit, code):
    class Own(walker):
        handle_keystroke = habit.handle_keystroke

    assert codes(lambda: make_game(Own), description, quick=True) == [code]


KEYS = {"a": -1, "d": 1}


class ComparesMuch:
    """Of all the texts in it, only a, d, e, f, h, q, x and z are keys."""

    steps = "wasd"

    def handle_keystroke(self, keystroke, game):
        key = keystroke.lower()
        moves = {"e": 2, "f": 3}
        x = (self.position[0] + KEYS.get(key, 0) + moves.get(keystroke.name, 0)) % 9
        for thing in game.agents:
            if thing.character in ("#", "!") or thing.character == "D":
                return
        if key == "q" or keystroke in "xz":
            x = 0
        if game.state.get("mode") == "k":
            x = 1
        self.position = (x, 1)
        self.jump(game, keystroke)

    def jump(self, game, key):
        match key.name:
            case "h":
                self.position = (4, 1)


def test_only_what_the_key_is_compared_with_is_a_key(make_game, walker, description):
    class Own(walker, ComparesMuch):
        handle_keystroke = ComparesMuch.handle_keystroke

    described = {**description, "actions": ["a", "d"]}
    [finding] = check_game(lambda: make_game(Own), described, quick=True)
    assert finding.code == "key-not-described"
    assert finding.hint.startswith("actions = ['a', 'd', 'e', 'f', 'h', 'q', 'x', 'z']")


class Fires(OnlyRight):
    def handle_keystroke(self, keystroke, game):
        if keystroke == " ":
            game.state["score"] += 1
        elif keystroke.name == "KEY_RIGHT":
            self.position = ((self.position[0] + 1) % 9, 1)


def test_the_one_key_that_has_no_action_is_proposed(make_game, walker, description):
    class Own(walker):
        handle_keystroke = Fires.handle_keystroke

    described = {**description, "actions": ["KEY_RIGHT", ","]}
    findings = check_game(lambda: make_game(Own), described, quick=True)
    assert findings.codes == ["action-not-handled", "key-not-described"]
    assert findings[0].what.startswith("',' ") and "' '" in findings[0].hint


def test_a_game_that_cannot_be_copied_is_played_again_from_its_seed(make_game, walker, description):
    class Uncopyable(walker):
        handle_keystroke = OnlyRight.handle_keystroke

        def __deepcopy__(self, memo):
            raise TypeError("cannot be copied: an open file")

    assert codes(lambda: make_game(Uncopyable), description, quick=True) == ["action-not-handled"]


def test_a_key_that_only_turns_has_an_effect(make_game, walker, description):
    """Its effect is seen a turn later, as on snake."""

    class Turning(walker):
        step = 1

        def handle_keystroke(self, keystroke, game):
            self.step = {"KEY_LEFT": -1, "KEY_RIGHT": 1}[keystroke.name]

        def play_turn(self, game):
            super().play_turn(game)
            if game.turn_number % 2:
                self.position = ((self.position[0] + self.step) % 9, 1)

    assert codes(lambda: make_game(Turning), description, quick=True) == []


# The games that come with us ------------------------------------------------------------------


@pytest.mark.parametrize("quick", [True, False])
def test_no_false_alarm_on_snake(quick):
    assert check_game("snake", quick=quick).at_least("warning") == []


@pytest.mark.parametrize("quick", [True, False])
def test_score_as_snakes_reward_is_nearly_always_zero(quick):
    from retro.examples.snake import create_game

    snake = {"actions": ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"], "reward": "score"}
    findings = check_game(create_game, snake, quick=quick)
    assert [finding.code for finding in findings.at_least("warning")] == ["reward-rare"]
    assert "'reward'" in findings[0].hint  # the state has a better one


def test_the_explosion_of_nav_is_not_in_its_character_set():
    findings = {finding.code: finding for finding in check_game("nav")}
    assert "* is on the board" in findings["character-not-described"].what
    assert {finding.level for finding in findings.values()} == {"note"}


def test_random_play_on_beast_hardly_ever_sees_a_positive_reward():
    findings = check_game("beast", quick=True)
    assert [finding.code for finding in findings.at_least("warning")] == ["reward-hardly-ever-positive"]
