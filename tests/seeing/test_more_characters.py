"""Characters that nobody described appear on the board, and the learner is to see them from then on."""

from __future__ import annotations

import numpy as np
import pytest
from retro.game import Game

from retro_gamer_core import Encoder, GameMetadata, ObservationSpec
from retro_gamer_core.observation import view
from retro_gamer_core.playing.environment import GameEnvironment
from retro_gamer_core.playing.frames import CharacterCodes, Frame
from retro_gamer_core.playing.vector import SyncVectorEnv
from retro_gamer_core.plugins.registry import installed_plugins


class Chameleon:
    """Looks like the number of the turn, and listens to the keyboard."""

    character = "0"
    position = (2, 1)

    def handle_keystroke(self, keystroke, game):
        pass

    def play_turn(self, game):
        self.character = str(game.turn_number % 10)


def create_game() -> Game:
    return Game([Chameleon()], {"score": 0}, board_size=(4, 3))


def encoder_for(characters: list[str], name: str, **options) -> Encoder:
    plugins = installed_plugins()
    metadata = GameMetadata(["w"], "score", characters, board_size=(4, 3))
    return plugins.build(plugins.find_part("encoder", name), options, metadata=metadata)


class Remembering:
    """Sees the first character it has seen in this episode, and how often it has been asked since."""

    spec = ObservationSpec(0, 0, (), features=("first", "asked"))

    def encode(self, frame: Frame, cells: np.ndarray, features: np.ndarray) -> None:
        memory = frame.memory
        memory["asked"] = memory.get("asked", 0) + 1
        features[:] = memory.setdefault("first", int(frame.codes.max())), memory["asked"]


def test_an_encoder_may_remember_of_each_game_what_is_gone_when_another_begins():
    metadata = GameMetadata(["w"], "score", ["0", "1", "2", "3"], board_size=(4, 3))
    build = lambda: SyncVectorEnv(  # noqa: E731
        [GameEnvironment(create_game, metadata, Remembering()) for _ in range(2)], max_turns=3, seed=0
    )
    games = build()
    games.reset()
    seen = [games.observations.features.tolist()]
    seen += [[games.step(np.zeros(2, np.int64)), games.observations.features.tolist()][1] for _ in range(4)]
    assert seen == [[[1, asked]] * 2 for asked in (1, 2, 3, 1, 2)]
    assert build().load_state_dict(games.state_dict())

    assert not games.change_encoder(Remembering(), CharacterCodes(["0", "1", "2", "3"])), "fresh games"
    assert games.observations.features.tolist() == [[1, 1]] * 2
    assert build().load_state_dict(games.state_dict())


ENCODERS = [("one_hot", {}), ("egocentric", {}), ("egocentric", {"radius": 2})]


@pytest.mark.parametrize(("name", "options"), ENCODERS)
def test_a_running_game_is_seen_with_more_characters_from_now_on(name, options):
    metadata = GameMetadata(["w"], "score", ["0", "1"], board_size=(4, 3))
    characters = CharacterCodes(["0", "1"])
    encoder = encoder_for(["0", "1"], name, **options)
    environments = [GameEnvironment(create_game, metadata, encoder, characters=characters) for _ in range(2)]
    games = SyncVectorEnv(environments, max_turns=100, seed=0)
    games.reset()

    def codes_of_the_chameleons() -> list[int]:
        seen = [
            view(games.observations.cells[i], games.observations.features[i], encoder.spec) for i in (0, 1)
        ]
        drawn = [np.unique(cells[(cells > 0) & (cells != encoder.spec.outside_code)]) for cells in seen]
        return [codes.tolist() for codes in drawn]

    nothing = np.array([1, 1])
    assert codes_of_the_chameleons() == [[1], [1]]
    games.step(nothing)
    assert codes_of_the_chameleons() == [[2], [2]]
    games.step(nothing)
    assert codes_of_the_chameleons() == [[], []], "it looks like an empty cell"
    assert characters.unknown == ["2"], "told once, though two games show it"

    encoder = encoder_for(["0", "1", "2"], name, **options)
    more = CharacterCodes(["0", "1", "2"])
    running = [environment.game for environment in environments]
    assert games.change_encoder(encoder, more), "the games go on"
    assert codes_of_the_chameleons() == [[3], [3]], "seen at once, before the next turn"
    assert [environment.game for environment in environments] == running
    assert [game.turn_number for game in running] == [2, 2]
    assert more.unknown == []
    games.step(nothing)
    assert codes_of_the_chameleons() == [[], []]
    assert more.unknown == ["3"]
    assert characters.unknown == ["2"]


@pytest.mark.parametrize(("name", "options"), ENCODERS)
def test_characters_that_were_known_keep_their_codes_and_the_edge_comes_after_all(name, options):
    before, after = (
        encoder_for(["0", "1"], name, **options).spec,
        encoder_for(["0", "1", "2"], name, **options).spec,
    )
    assert after.characters[:2] == before.characters
    assert (after.height, after.width, after.features) == (before.height, before.width, before.features)
    assert after.outside_code == before.outside_code + 1
