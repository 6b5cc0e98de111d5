from types import SimpleNamespace

import numpy as np
import pytest
from retro_gamer_core.testing import check_wrapper

from retro_gamer_closer.wrapper import Closer

METADATA = SimpleNamespace(character_set=["@", "*"])


def a_frame(player, playing=True):
    codes = np.zeros((3, 9), np.uint8)
    codes[1, 8] = 2
    return SimpleNamespace(codes=codes, player=player, memory={}, game=SimpleNamespace(playing=playing))


def test_it_does_what_every_wrapper_must():
    check_wrapper("closer", quick=True).assert_ok(level="warning")


def test_its_options_change_it_and_break_nothing():
    options = {"to": "@", "bonus": 1.0}
    check_wrapper("closer", options=options, game="snake", quick=True).assert_ok(level="warning")


def test_a_step_there_is_rewarded_and_the_step_back_takes_it():
    closer, frame = Closer(1.0, METADATA, to="*", bonus=0.5), a_frame((4, 1))
    closer.begin(frame)
    frame.player = (5, 1)
    assert closer.reward(frame, 2.0, "KEY_RIGHT") == 2.5
    frame.player = (4, 1)
    assert closer.reward(frame, 2.0, "KEY_LEFT") == 1.5


def test_in_the_end_nothing_is_left_of_it():
    closer, frame = Closer(1.0, METADATA), a_frame((4, 1))
    closer.begin(frame)
    begins_with = frame.memory["closer"]
    frame.game.playing = False
    assert begins_with + closer.reward(frame, 0.0, None) == pytest.approx(0.0)
