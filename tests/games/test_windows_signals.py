"""retro-games on a system without SIGWINCH, which Windows is."""

from __future__ import annotations

import signal
import subprocess
import sys

from retro_gamer_core.games.modules import allow_retro_import

WITHOUT_THE_SIGNAL = """
import signal
if hasattr(signal, "SIGWINCH"):
    del signal.SIGWINCH
"""

IMPORT_RETRO = WITHOUT_THE_SIGNAL + "import retro.game\n"

PLAY_A_TURN = (
    WITHOUT_THE_SIGNAL
    + """
from retro_gamer_core.games.finding import find_game, fresh_game

found = find_game("snake")
from retro.input import ProgrammaticInput
game = fresh_game(found.factory, found.name)
game.input_source = ProgrammaticInput()
game.start()
game.step()
print(game.turn_number, hasattr(signal, "SIGWINCH"))
"""
)


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)


def test_a_game_is_found_and_played_without_the_signal():
    done = run(PLAY_A_TURN)
    assert done.stdout.split() == ["1", "False"], done.stderr


def test_retro_games_still_needs_this():
    # Once this fails, retro-games can be imported on Windows, and windows_signals can go.
    assert "SIGWINCH" in run(IMPORT_RETRO).stderr


def test_where_there_is_the_signal_nothing_changes():
    before = getattr(signal, "SIGWINCH", None)
    allow_retro_import()
    assert getattr(signal, "SIGWINCH", None) is before
