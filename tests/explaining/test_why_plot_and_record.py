"""``why``, ``plot`` and ``record``, on a snake that learned for a moment."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from retro_gamer_core.cli.arguments import policy_to_play
from retro_gamer_core.errors import GameError
from retro_gamer_core.playing.chance import seeded
from retro_gamer_core.playing.forks import begin
from retro_gamer_seeing.explanation import explain
from retro_gamer_seeing.perturbations import board_map, mattered, values_of
from retro_gamer_seeing.policy_games import played, played_again, player_of


@pytest.fixture(scope="module")
def snake(home):
    """The policy of ``runs/a``, and its game of seed 7."""
    chosen = policy_to_play(str(home / "runs" / "a"), None, None)
    return chosen, played(chosen, 7)


def at(chosen, recording, turn):
    """The game as it stands after so many turns, with who looks at it."""
    player = chosen.policy.player_in(chosen.found.factory())
    here = begin(chosen.found.factory, player.metadata, recording.seed, encoder=player.encoder,
                 characters=player.characters, chance=seeded)  # fmt: skip
    for action in recording.keys[:turn]:
        here.step(int(action))
    return player, here


def test_the_game_is_the_one_that_play_shows(snake, retro_gamer):
    _, recording = snake
    shown = retro_gamer("play", "runs/a", "--seed", 7)
    assert f"after {recording.turns} turns" in shown.out and f"score {recording.score:g}" in shown.out


def test_the_words_of_why_are_its_figures(snake, retro_gamer):
    chosen, recording = snake
    turn = recording.turns - 1
    told = json.loads(retro_gamer("why", "runs/a", "--seed", 7, "--turn", turn, "--json").out)
    assert told["turn"] == turn and told["chosen"] == chosen.metadata.keys[recording.keys[turn]]
    assert [each["expects"] for each in told["keys"]] == pytest.approx(recording.values[turn].tolist())
    assert all(0 <= each["deaths"] <= each["of"] == 20 for each in told["keys"])
    said = retro_gamer("why", "runs/a", "--seed", 7, "--turn", turn)
    assert said.code == 0 and all(each["text"] in said.out for each in told["keys"])
    assert all(len(line) <= 80 for line in said.out.splitlines())


def test_a_future_without_chance_is_what_happens(snake):
    """In the last turn of a game of snake nothing is drawn before it is over, so all copies must tell the same."""
    chosen, recording = snake
    if recording.ended == "game over":
        replay, turn = played_again(chosen, recording), recording.turns - 1
        future = explain(replay, player_of(chosen), turn, span=1.0).futures[recording.keys[-1]]
        assert (future.deaths, future.of, future.median_turns) == (20, 20, 1)


def test_what_mattered_is_what_the_naive_way_finds(snake):
    chosen, recording = snake
    turn = recording.turns // 2
    player, here = at(chosen, recording, turn)
    action = int(recording.keys[turn])
    found = mattered(here.frame, player.encoder, player.learner, action)
    codes = here.frame.codes

    def advantage(hidden=None):
        copy = codes.copy()
        if hidden is not None:
            copy[hidden] = 0
        frame = type("F", (), {"codes": copy, "game": here.game, "memory": {}, "state": here.game.state,
                               "player": here.frame.player})  # fmt: skip
        values = values_of(iter([frame]), player.encoder, player.learner)[0]
        return float(values[action] - values.mean())

    changes = {
        (row, column): abs(advantage((row, column)) - advantage())
        for row, column in np.argwhere(codes).tolist()
        if (column, row) != here.frame.player
    }
    largest = max(changes.values())
    assert {(row, column): weight for row, column, weight in found} == pytest.approx(
        {place: change / largest for place, change in changes.items() if change > 0}, abs=1e-3
    )


def test_the_map_has_the_values_of_now_where_the_player_stands(snake):
    chosen, recording = snake
    turn = recording.turns // 2
    player, here = at(chosen, recording, turn)
    found = board_map(here.frame, player.encoder, player.learner)
    column, row = here.frame.player
    assert found.places[0] == (row, column)
    assert found.values[0] == pytest.approx(recording.values[turn], abs=1e-4)
    free = {(int(y), int(x)) for y, x in np.argwhere(here.frame.codes == 0)}
    assert set(found.places[1:]) == free - {(row, column)}
    assert here.frame.player == (column, row), "nothing is moved by looking"


def test_a_turn_that_was_never_played_is_refused_with_the_last_one(snake, retro_gamer):
    _, recording = snake
    ended = retro_gamer("why", "runs/a", "--seed", 7, "--turn", 99_999)
    assert ended.code == 1 and f"--turn {recording.turns - 1}" in ended.err


def test_seeds_of_one_setting_become_one_line(retro_gamer):
    both = retro_gamer("plot", "runs/a", "runs/b")
    assert both.code == 0 and "(2 seeds)" in both.out and "random play" in both.out
    data = json.loads(retro_gamer("plot", "runs/a", "runs/b", "--json").out)
    assert [each["run"] for each in data["runs"]] == ["runs/a", "runs/b"]


def test_every_point_is_one_of_the_log(home, retro_gamer):
    lines = (home / "runs" / "a" / "training.jsonl").read_text("utf-8").splitlines()
    logged = [event for event in map(json.loads, lines) if event["event"] == "evaluation"]
    [run] = json.loads(retro_gamer("plot", "runs/a", "--json").out)["runs"]
    assert [point["turns"] for point in run["evaluations"]] == [event["total_turns"] for event in logged]
    measure = "score" if run["measure"] == "score" else "total_reward"
    assert [point["mean"] for point in run["evaluations"]] == [event[measure] for event in logged]


@pytest.mark.parametrize("name", ["curve.svg", "curve.png", "curve.pdf"])
def test_a_picture_is_drawn_once_and_not_over_another(home, retro_gamer, name):
    assert retro_gamer("plot", "runs/a", "runs/b", "-o", name).code == 0
    before = (home / name).read_bytes()
    assert len(before) > 1000
    ended = retro_gamer("plot", "runs/a", "-o", name)
    assert ended.code == 1 and "--force" in ended.err and (home / name).read_bytes() == before
    assert retro_gamer("plot", "runs/a", "-o", name, "--force").code == 0


@pytest.mark.parametrize(("command", "name"), [("plot", "curve.bmp"), ("record", "film.mp4")])
def test_other_endings_are_refused_with_those_that_are_known(home, retro_gamer, command, name):
    ended = retro_gamer(command, "runs/a", "-o", name)
    assert ended.code == 1 and not (home / name).exists()
    assert ".svg" in ended.err or ".gif" in ended.err


def test_a_film_shows_every_turn_of_the_game(home, snake, retro_gamer):
    _, recording = snake
    made = retro_gamer("record", "runs/a", "-o", "a.gif", "--seed", 7, "--checkpoint", "final")
    assert made.code == 0, made.err
    with Image.open(home / "a.gif") as film:
        assert film.n_frames == min(recording.turns, 500) + 1
    assert retro_gamer("record", "runs/a", "-o", "a.cast", "--seed", 7).code == 0
    assert len((home / "a.cast").read_text("utf-8").splitlines()) > 3
    assert retro_gamer("record", "runs/a", "-o", "a.gif").code == 1, "nothing is written over"


def test_what_has_not_been_trained_is_told_so(home, retro_gamer):
    assert retro_gamer("create", "--game", "snake", "--output", "runs/new").code == 0
    for command in (("plot", "runs/new"), ("why", "runs/new"), ("record", "runs/new", "-o", "new.gif")):
        ended = retro_gamer(*command)
        assert ended.code == 1 and "retro-gamer train" in ended.err and "Traceback" not in ended.err


def test_a_game_that_raises_is_told_with_its_turn(snake):
    chosen, _ = snake

    class Broken:
        name, character, position = "broken", "!", (0, 0)

        def play_turn(self, game):
            if game.turn_number == 2:
                raise ZeroDivisionError("oh")

    def create_game():
        game = chosen.found.factory()
        game.add_agent(Broken())
        return game

    with pytest.raises(GameError, match="ZeroDivisionError") as raised:
        played(replace(chosen, found=replace(chosen.found, factory=create_game)), 7)
    assert "turn 2" in raised.value.problem.where


def test_a_window_of_80_columns_is_enough(retro_gamer):
    for command in (
        ("plot", "runs/a"),
        ("plot", "runs/a", "--over", "episodes"),
        ("why", "runs/a", "--seed", 2**32 - 1),
    ):
        told = retro_gamer(*command)
        assert told.code == 0 and max(map(len, (told.out + told.err).splitlines())) <= 80


NOISY = """
import random
from retro.game import Game

class Player:
    character, name, position = "@", "player", (150, 100)
    def handle_keystroke(self, key, game):
        self.position = (149, 100)
    def play_turn(self, game):
        print("a turn")
        game.state["score\\x1b[31m"] += 1
        if game.turn_number == 8:
            game.end()

def create_game():
    return Game([Player()], {"score\\x1b[31m": 0}, board_size=(300, 200))
"""


@pytest.fixture(scope="module")
def noisy(home, retro_gamer) -> None:
    """``runs/noisy``: a game with a large board that prints, and whose score has an odd name."""
    (home / "noisy.py").write_text(NOISY, encoding="utf-8")
    made = retro_gamer("create", "--game", "noisy.py", "--output", "runs/noisy", "--training-episodes", 2,
                            "--actions", "KEY_LEFT", "--reward", "score\x1b[31m")  # fmt: skip
    assert made.code == 0, made.err
    trained = retro_gamer("train", "runs/noisy")
    assert trained.code == 0, trained.err


def test_what_a_game_prints_stands_beside_what_was_asked_for(noisy, home, retro_gamer):
    told = json.loads(retro_gamer("why", "runs/noisy", "--json").out)
    assert len(told["board"]) == 200
    assert "a turn" not in retro_gamer("why", "runs/noisy").out
    assert retro_gamer("record", "runs/noisy", "-o", "noisy.cast").out.startswith("noisy.cast")


def test_of_a_large_board_the_part_around_the_player_is_shown(noisy, retro_gamer):
    told = retro_gamer("why", "runs/noisy").out
    assert max(map(len, told.splitlines()[1:])) <= 80 and "of 300" in told
    assert any(line.startswith("|") and "@" in line for line in told.splitlines())


def test_the_page_of_a_training_is_watched_with_the_plugins_of_the_training(home, retro_gamer):
    ended = retro_gamer("--no-plugin", "retro_gamer_seeing", "train", "runs/a", "--watch", "--for", "1s")
    assert ended.code == 1 and "Traceback" not in ended.err


def test_a_prediction_stands_in_the_run(home, retro_gamer):
    assert (
        retro_gamer("create", "--game", "snake", "--output", "runs/guess", "--training-episodes", 2).code == 0
    )
    assert retro_gamer("train", "runs/guess", "--predict", 150).code == 0
    assert json.loads((home / "runs" / "guess" / "prediction.json").read_text("utf-8"))["value"] == 150
