"""Games in another process are the games of this one, and the process is no trouble to anybody."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from waiting import PATIENCE

from retro_gamer_core.configuration import config_from_sections
from retro_gamer_core.errors import GameError
from retro_gamer_core.observation import Observations
from retro_gamer_core.playing.async_vector import AsyncVectorEnv
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.playing.vector import SyncVectorEnv
from retro_gamer_core.playing.worker_process import ProcessLost, WorkerProcess
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.player import build_player
from retro_gamer_core.training.assembly import RunGames, build_games, why_not_elsewhere
from retro_gamer_core.training.loading import find_game

DICE = '''\
"""Everything in it is random: places, points, characters nobody has told of, errors, the end."""

import random

import numpy as np
from retro.game import Game


class Dice:
    name = "dice"
    character = "a"
    position = (0, 0)

    def handle_keystroke(self, key, game):
        game.state["score"] += 1

    def play_turn(self, game):
        self.position = random.randrange(8), int(4 * np.random.random())
        self.character = random.choice("aaabbbé")
        game.state["score"] += round(8 * random.random()) / 8
        if random.random() < 0.05:
            raise ZeroDivisionError("the die fell off the table")
        if random.random() < 0.1:
            game.end()


def create_game():
    if random.random() < 0.05:
        raise OSError("no table")
    return Game([Dice()], {"score": 0.0}, board_size=(8, 4))
'''

METADATA = {"actions": ["p"], "reward": "score", "character_set": ["a", "b"], "board_size": [8, 4]}


class Both:
    """The same games in this process and in another."""

    def __init__(self, file: Path, count: int, encoder: str = "one_hot") -> None:
        plugins, game = installed_plugins(), find_game(str(file))
        config = config_from_sections(
            {
                "game": {"name": game.name},
                "metadata": METADATA,
                "preprocessing": {"encoder": encoder},
                "training": {"games_in_step": count, "max_turns_per_episode": 12, "seed": 3},
            },
            plugins,
        )
        complete_metadata(config.metadata, game.factory)
        player = build_player(config, config.metadata, game.factory, plugins, device="cpu")
        self.encoder, self.spec = player.encoder, player.encoder.spec
        self.characters = player.characters, CharacterCodes(METADATA["character_set"])
        self.here = build_games(config, self.encoder, self.characters[0], game.factory, plugins)
        self.there = AsyncVectorEnv(RunGames(config, plugins), count, self.spec, self.characters[1])


def seen(observations: Observations) -> list[Any]:
    return [observations.cells.tolist(), observations.features.tolist()]


def played(games: SyncVectorEnv | AsyncVectorEnv, actions: np.ndarray) -> list[Any]:
    rows: list[Any] = []
    for row in actions:
        games.step_async(row)
        turn = games.step_wait()
        running = ~turn.lost
        rows += [
            turn.rewards.tolist(),
            [turn.terminated.tolist(), turn.truncated.tolist(), turn.lost.tolist()],
            seen(turn.next_observations[running]),
            [(f.index, f.total_reward, f.turns, f.ended, f.seed, f.turns_since_seed) for f in turn.finished],
            seen(games.observations),
            seen(games.time_steps().observations),
            [games.time_steps().games.tolist(), games.time_steps().began.tolist()],
            games.turns_since_reset,
        ]
    return rows


def some_actions(turns: int, count: int) -> np.ndarray:
    return np.random.default_rng(turns).integers(0, 2, (turns, count))


@pytest.fixture
def dice_file(tmp_path) -> Path:
    file = tmp_path / "dice_game.py"
    file.write_text(DICE, encoding="utf-8")
    return file


@pytest.mark.parametrize("count", [1, 5])
def test_they_are_the_games_of_this_process(dice_file, count):
    both = Both(dice_file, count)
    assert both.there.num_envs == both.here.num_envs == count
    both.here.reset(), both.there.reset()
    for _ in range(2):
        actions = some_actions(80, count)
        here = played(both.here, actions)
        assert played(both.there, actions) == here
        assert {ending[3] for row in here[3::8] for ending in row} == {"game over", "turn limit", "error"}
        both.here.reset(), both.there.reset()


@pytest.mark.parametrize("count", [1, 5])
def test_either_goes_on_where_the_other_was(dice_file, assert_equal_states, count):
    both = Both(dice_file, count)
    both.here.reset(), both.there.reset()
    actions = some_actions(60, count)
    played(both.here, actions), played(both.there, actions[:10])
    state = both.here.state_dict()
    assert both.there.load_state_dict(state)
    assert_equal_states(both.there.state_dict(), state)
    assert played(both.there, actions) == played(both.here, actions)
    assert both.here.load_state_dict(both.there.state_dict())
    assert played(both.there, actions) == played(both.here, actions)


@pytest.fixture
def assert_equal_states() -> Any:
    def check(a: dict[str, Any], b: dict[str, Any]) -> None:
        assert a.keys() == b.keys()
        for key in a:
            np.testing.assert_array_equal(a[key], b[key], err_msg=key)

    return check


def test_unknown_characters_are_told_once_and_learned_to_see(dice_file):
    both = Both(dice_file, 3)
    both.here.reset(), both.there.reset()
    actions = some_actions(30, 3)
    assert played(both.there, actions) == played(both.here, actions)
    assert both.characters[1].unknown == ["é"] == both.characters[0].unknown
    assert dict(both.characters[1]) == dict(both.characters[0])

    known = [*METADATA["character_set"], "é"]
    both.here.change_encoder(both.encoder, CharacterCodes(known))
    both.there.change_encoder(both.encoder, CharacterCodes(known))
    assert seen(both.there.observations) == seen(both.here.observations)
    rows = played(both.here, actions)
    assert played(both.there, actions) == rows
    assert any(cell == known.index("é") + 1 for board in rows[4::8] for cell in np.ravel(board[0]))


def test_an_error_comes_with_the_games_own_line(dice_file):
    both = Both(dice_file, 4)
    both.there.reset()
    errors = []
    while len({str(error) for error in errors}) < 2:
        both.there.step_async(np.zeros(4, np.int64))
        errors += [game.error for game in both.there.step_wait().finished if game.error is not None]
    told = {error.problem.what: error.problem.where for error in errors}
    lines = dict(enumerate(DICE.splitlines(), 1))
    division = next(number for number, line in lines.items() if "ZeroDivisionError" in line)
    table = next(number for number, line in lines.items() if "OSError" in line)
    assert told.keys() == {
        "the game raised ZeroDivisionError: the die fell off the table",
        "create_game() could not make a game: OSError: no table",
    }
    wheres = "\n".join(told.values())
    assert f"{dice_file}:{division}, in play_turn" in wheres
    assert f"{dice_file}:{table}, in create_game" in wheres


def test_a_game_that_can_never_be_made_is_an_error_here(dice_file):
    both = Both(dice_file, 2)
    dice_file.write_text(
        DICE.replace("< 0.05:\n        raise OSError", "< 1:\n        raise OSError"), encoding="utf-8"
    )
    with pytest.raises(GameError, match="could not make a game: OSError: no table"):
        both.there.reset()


def test_what_cannot_be_found_by_name_stays(dice_file, monkeypatch):
    plugins, game = installed_plugins(), find_game(str(dice_file))
    sections = {"game": {"name": game.name}, "metadata": METADATA}
    config = config_from_sections(sections, plugins)
    assert why_not_elsewhere(config, game.factory) == ""
    for other in (lambda: game.factory(), partial(game.factory), Both):
        assert f"cannot find the function that makes the game, by the name {game.name}" in why_not_elsewhere(
            config, other
        )
    monkeypatch.setattr(sys.modules["__main__"], "my_eyes", lambda frame: [1.0], raising=False)
    config = config_from_sections({**sections, "preprocessing": {"encoder": "__main__:my_eyes"}}, plugins)
    assert "cannot find the encoder __main__:my_eyes" in why_not_elsewhere(config, game.factory)


# The process itself. ``partial(eval, …)`` makes whatever is to answer, over there. ----------------


@pytest.fixture
def answering() -> Iterator[Any]:
    yield lambda source: WorkerProcess(partial(eval, source))


def ask(process: WorkerProcess, *question: Any) -> Any:
    process.ask(*question)
    return process.answer()


def test_it_answers_and_what_it_prints_is_printed_here(answering, capsys):
    process = answering("lambda x: (print('half of', x), x / 2)[1]")
    assert [ask(process, x) for x in (6, 5)] == [3.0, 2.5]
    assert capsys.readouterr().out == "half of 6\nhalf of 5\n"


def test_it_is_another_python_with_the_same_path_and_without_torch(answering):
    process = answering("lambda name: eval(name, {'os': __import__('os'), 'sys': __import__('sys')})")
    assert ask(process, "os.getpid()") != os.getpid()
    assert ask(process, "sys.path") == sys.path
    assert ask(process, "sys.flags.optimize") == sys.flags.optimize
    assert ask(process, "sys.stdin.read()") == "", "questions are not to be read by games"
    both = answering(
        "__import__('retro_gamer_core.training.assembly') and __import__('sys').modules.__contains__"
    )
    assert ask(both, "numpy") and not ask(both, "torch")


def test_an_error_over_there_is_an_error_here_and_the_next_question_is_answered(answering, capsys):
    process = answering("lambda x: 1 / x")
    with pytest.raises(GameError, match="ZeroDivisionError: division by zero"):
        ask(process, 0)
    assert "Traceback" in capsys.readouterr().err
    assert ask(process, 4) == 0.25


def test_its_end_is_told_with_how(answering):
    process = answering("__import__('os')._exit")
    with pytest.raises(ProcessLost, match="it ended with exit code 3"):
        ask(process, 3)
    with pytest.raises(ProcessLost, match="it ended with exit code 3"):
        ask(process, 3)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to be killed by")
def test_the_signal_that_killed_it_is_told(answering):
    process = answering("lambda: __import__('os').kill(__import__('os').getpid(), 9)")
    with pytest.raises(ProcessLost, match="signal 9"):
        ask(process)


def test_a_question_that_nobody_waited_for_spoils_the_rest(answering):
    """Its answer would be taken for that to the next question."""
    process = answering("lambda x: x")
    process.ask(1)
    with pytest.raises(ProcessLost, match="left in the middle"):
        process.ask(2)


LIVES = {
    "done": "pass",
    "an error": "raise RuntimeError",
    "a question nobody waits for": "process.ask('time.sleep(0.2)')",
    "a game that never ends": "process.ask('while True: pass')",
    "gone at once": "os._exit(1)",
    "gone while a game never ends": "process.ask('while True: pass'); os._exit(1)",
}


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_it_ends_with_whoever_asks(life):
    """Both write to one pipe, which is at its end when both are gone."""
    source = (
        "import os, functools; from retro_gamer_core.playing.worker_process import WorkerProcess\n"
        'process = WorkerProcess(functools.partial(eval, "lambda code: exec(code, '
        "{'time': __import__('time')})\"))\n"
        "process.ask('print(6 * 7)'); process.answer()\n"
        f"{life}\n"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout.startswith("42\n") or "os._exit" in life
    assert ("Traceback" in done.stderr) == ("raise" in life), done.stderr
