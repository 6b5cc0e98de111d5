"""The games of a training in a process of their own: whether they can be there, and their life there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import GameError, RetroGamerError
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.playing.chance import any_game
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.playing.games_elsewhere import Answer
from retro_gamer_core.playing.games_in_step import FinishedGame, Turn
from retro_gamer_core.policies.player import build_encoder
from retro_gamer_core.training.assembly import build_games
from retro_gamer_core.training.game_failures import blamed

if TYPE_CHECKING:
    import numpy as np
    from retro.game import Game

    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.plugins.registry import Plugins


def why_not_elsewhere(config: RunConfig, create_game: Callable[[], Game]) -> str:
    """Why another process could not make these games, in a sentence; empty when it can.

    All it is given are names, and it does not import the program that is running.
    """
    if _of_the_program(create_game.__module__) or not _is_found_by_name(create_game, config.game):
        what = f"the function that makes the game, by the name {config.game}"
    elif _of_the_program(config.encoder.name.partition(":")[0]):
        what = f"the encoder {config.encoder.name}"
    else:
        return ""
    return f"game_process is true, but the games are played in this process: another one cannot find {what}"


def _of_the_program(module: str) -> bool:
    return module == "__main__"


def _is_found_by_name(create_game: Callable[[], Game], name: str) -> bool:
    try:
        return find_game(name).factory == create_game
    except RetroGamerError:
        return False


class AnsweringGames:
    """Plays the games of a run in their own process; see ``GamesElsewhere``.

    Errors are told as they are told to people, with the game's own line: what was raised may hold
    anything, and stays here.
    """

    def __init__(self, config: RunConfig, plugins: Plugins) -> None:
        found = find_game(config.game)
        self._source = found.source_root
        self._config = config
        self._plugins = plugins
        self._any_game = partial(any_game, found.factory)
        self._characters = CharacterCodes(config.metadata.character_set or ())
        self._games = build_games(config, self._encoder(), self._characters, found.factory)
        self._answers: dict[str, Callable[..., Any]] = {
            "step": self._step,
            "change_encoder": self._change_encoder,
            "restart": self._games.restart,
            "state_dict": self._games.state_dict,
            "load_state_dict": self._games.load_state_dict,
        }

    def __call__(self, question: str, *arguments: Any) -> Answer:
        result = self._answers[question](*arguments)
        unknown = tuple(self._characters.unknown)
        self._characters.unknown.clear()
        return Answer(result, self._games.observations, self._games.turns_since_beginning, unknown)

    def _step(self, actions: np.ndarray) -> Turn:
        turn = self._games.step(actions)
        return replace(turn, finished=[self._told(game) for game in turn.finished])

    def _change_encoder(self, characters: list[str]) -> None:
        self._config.metadata.character_set = characters
        self._characters = CharacterCodes(characters)
        self._games.change_encoder(self._encoder(), self._characters)

    def _encoder(self) -> Any:
        config = self._config
        return build_encoder(config.encoder, config.metadata, self._any_game, self._plugins)

    def _told(self, game: FinishedGame) -> FinishedGame:
        if game.error is None:
            return game
        what, where = blamed(game.error, self._source)
        return replace(game, error=GameError(what, where=where))
