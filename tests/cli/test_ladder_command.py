"""``evaluate --ladder``: of a game, and of a run with a player of its own."""

from __future__ import annotations

import json
import sys

from cli.walking import walk_config, walk_game
from click.testing import CliRunner

from retro_gamer_core.cli.evaluate import evaluate
from retro_gamer_core.evaluation import ladder
from retro_gamer_core.runs.run_directory import RunDirectory

DESCRIPTION = """\
[tool.retro-gamer]
actions = ["KEY_LEFT", "KEY_RIGHT"]
reward = "luck"
score = "luck"
reference_scores = { random = 0.5, teacher = 12.0 }
"""

MINE = '''
class Left:
    """Goes to the left."""
    def __init__(self, keys):
        self.keys = keys
    def begin(self, rng):
        pass
    def choose(self, game):
        return self.keys[0]
'''


def test_a_game_without_a_run(retro_gamer, tmp_path):
    (tmp_path / "walk.py").write_text(walk_game(ends="game.turn_number == 6"), encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(DESCRIPTION, encoding="utf-8")
    ended = retro_gamer("evaluate", "walk.py", "--ladder", "--episodes", 2)
    assert ended.code == 0, ended.err
    names = [line.split()[0].strip(",") for line in ended.out.splitlines()[2:6]]
    assert names[0] == "teacher" and sorted(names[1:]) == ["careful", "look_ahead", "random"]
    assert "copies 400" in ended.out and "at most" in ended.err
    assert max(map(len, ended.out.splitlines())) <= 80
    again = retro_gamer("evaluate", "walk.py", "--ladder", "--episodes", 2)
    assert again.out == ended.out and "to play" not in again.err


def test_a_run_and_a_player_of_its_own(retro_gamer, tmp_path):
    (tmp_path / "walk.py").write_text(walk_game(ends="game.turn_number == 6"), encoding="utf-8")
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    run = RunDirectory.create(tmp_path / "run")
    config = walk_config((tmp_path / "walk.py").as_posix(), episodes=5)
    run.config.write_text(config + '\n[player]\nname = "mine:Left"\n', encoding="utf-8")
    assert retro_gamer("train", "run").code == 0
    ended = retro_gamer("evaluate", "run", "--ladder", "--episodes", 2, "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    players = {row["player"]: row for row in told["ladder"]}
    assert set(players) == {"this agent", "mine:Left", "random", "careful", "look_ahead"}
    assert players["look_ahead"]["budget"]["copies"] == 400 and players["random"]["games"] == 2
    assert set(told["standing"]) == set(players) - {"this agent"} and told["whole"]
    assert (tmp_path / "run" / "ladder.json").is_file()


def test_what_is_neither_run_nor_game_is_explained(retro_gamer):
    ended = retro_gamer("evaluate", "rum", "--ladder")
    assert ended.code == 1 and "there is no directory rum" in ended.err


def test_after_ctrl_c_there_is_what_was_played_and_it_goes_on(tmp_path, monkeypatch):
    (tmp_path / "walk.py").write_text(walk_game(ends="game.turn_number == 6"), encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(DESCRIPTION, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    play_as, begun = ladder.play_as, []

    def stopped(player, create_game, metadata, index, **settings):
        begun.append(index)
        if index == 1:
            raise KeyboardInterrupt
        return play_as(player, create_game, metadata, index, **settings)

    monkeypatch.setattr(ladder, "play_as", stopped)
    command = ["walk.py", "--ladder", "--episodes", "2", "--json"]
    ended = CliRunner().invoke(evaluate, command)
    told = json.loads(ended.stdout)
    assert ended.exit_code == 130 and not told["whole"]
    assert [row["games"] for row in told["ladder"]] == [1]
    monkeypatch.setattr(ladder, "play_as", play_as)
    whole = json.loads(CliRunner().invoke(evaluate, command, catch_exceptions=False).stdout)
    assert whole["whole"] and [row["games"] for row in whole["ladder"]] == [2, 2, 2]
