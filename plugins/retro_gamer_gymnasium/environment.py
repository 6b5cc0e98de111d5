"""A game of retro-games as a Gymnasium environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

import gymnasium
import numpy as np
from gymnasium import spaces

from retro_gamer_core.configuration import PartChoice
from retro_gamer_core.errors import GameError, RetroGamerError
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.games.tracebacks import where_raised
from retro_gamer_core.observation import Observations
from retro_gamer_core.playing.chance import Chance, any_game
from retro_gamer_core.playing.environment import GameEnvironment, complete_metadata
from retro_gamer_core.playing.watching import board_lines, framed
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.player import build_encoder
from retro_gamer_core.runs.plain_values import number
from retro_gamer_gymnasium.picture import picture_of
from retro_gamer_gymnasium.showing import way_of_showing

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core import ObservationSpec


class RetroGame(gymnasium.Env):
    """One game, a turn a step.

    Args:
        game: a name from ``retro-gamer list``, a module, a path such as ``"my_game.py"``, or a function that
            makes a fresh game.
        observation: ``"flat"``, the documented vector, or ``"board"``, the codes of the cells and what stands
            beside them; see ``showing``.
        encoder: what is seen: a name from ``retro-gamer plugins``, or ``"my_file:MyEncoder"``.
        description: keys of a ``[tool.retro-gamer]`` table, such as ``actions`` and ``reward``, which take the
            place of what the game's own description says.
        render_mode: ``"ansi"``, ``"rgb_array"`` or None.

    The action is a number; ``get_action_meanings`` says which key it presses, and the last presses
    nothing. The reward is the change of the reward key. ``info`` has the ``turn``, and the ``score``
    where the game keeps one. All chance in a game comes from ``reset(seed=…)``; games in one program do not
    disturb each other, nor the program's own random numbers.

    Raises:
        GameNotFound, MetadataError, GameError, PartNotFound: the game or encoder cannot be used.
    """

    metadata = {"render_modes": ["ansi", "rgb_array"], "render_fps": 24}  # noqa: RUF012, so it is in Gymnasium

    def __init__(
        self,
        game: str | Callable[[], Game],
        *,
        observation: str = "flat",
        encoder: str = "one_hot",
        description: Mapping[str, Any] | None = None,
        render_mode: str | None = None,
    ) -> None:
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise RetroGamerError(f"render_mode={render_mode!r} is not one of ansi and rgb_array")
        self.render_mode = render_mode
        create_game, self._source, known = _found(game)
        about = _described(known, description or {}, game)
        complete_metadata(about, create_game)
        one, choice = partial(any_game, create_game), PartChoice("encoder", encoder)
        built = build_encoder(choice, about, one, installed_plugins())
        if render_mode is not None:  # a game may take seconds to make
            self.metadata = {**self.metadata, "render_fps": one().framerate}
        self._environment = GameEnvironment(create_game, about, built)
        self.observation_space, self._show = way_of_showing(observation, built.spec)
        self._seen = Observations.empty(1, built.spec)
        self.action_space = spaces.Discrete(about.n_actions)

    @property
    def observed(self) -> ObservationSpec:
        """What an observation shows: the size of the board, its characters, the names of the features."""
        return self._environment.spec

    def get_action_meanings(self) -> list[str]:
        """The key that each action presses; the last is ``"NOOP"``, which presses nothing."""
        return [*self._environment.metadata.actions, "NOOP"]

    def reset(self, *, seed: int | None = None, options: dict | None = None) -> tuple[Any, dict[str, Any]]:
        """Begin a fresh game. Without a seed, it is the next one of those that the last seed gives."""
        super().reset(seed=seed)
        self._chance = Chance(int(self.np_random.integers(2**63)))
        self._play(self._environment.begin_episode)
        return self._observation(), self._info()

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Play a turn. It never truncates: that is left to ``TimeLimit``, which ``gymnasium.make`` puts around."""
        game = self._environment.game
        if game is None or not game.playing:
            what = "no game has been started" if game is None else "this game is over"
            raise GameError(what, hint="call reset() to begin one")
        if not self.action_space.contains(action):
            keys = self.get_action_meanings()
            raise GameError(
                f"{action!r} is not one of this game's actions",
                hint=f"a whole number from 0 to {len(keys) - 1}: {', '.join(keys)}",
            )
        reward = self._play(lambda: self._environment.play_turn(int(action)))
        return self._observation(), float(reward), not self._environment.playing, False, self._info()

    def render(self) -> str | np.ndarray | None:
        """The board as text with the state below, or as a picture, ``uint8[rows, columns, 3]``."""
        game = self._environment.game
        if self.render_mode is None:
            gymnasium.logger.warn('nothing is rendered without render_mode="ansi" or "rgb_array"')
            return None
        if game is None:
            raise GameError("no game has been started", hint="call reset() to begin one")
        if self.render_mode == "rgb_array":
            return picture_of(game)
        state = [f"{key}: {value}" for key, value in sorted(game.state.items())]
        return "\n".join([framed(board_lines(game)), *state])

    def _play(self, play: Callable[[], Any]) -> Any:
        """Let the game go on, with its own random numbers, and look at it."""
        with self._chance:
            try:
                result = play()
                self._environment.write_observation(self._seen.cells[0], self._seen.features[0])
            except RetroGamerError:
                raise
            except (Exception, SystemExit) as error:  # exit() in a game must not end the program
                self._blame(error)
        return result

    def _blame(self, error: BaseException) -> NoReturn:
        raise GameError(
            f"the game raised {in_words(error)}",
            where=where_raised(error, self._source),
            hint="mend the game",
        ) from error

    def _observation(self) -> Any:
        return self._show(self._seen.cells[0], self._seen.features[0])

    def _info(self) -> dict[str, Any]:
        game = self._environment.game
        if game is None:  # none has begun
            return {}
        info: dict[str, Any] = {"turn": game.turn_number}
        score = number(game.state.get(self._environment.metadata.score_key(game.state)))
        if score is not None and isfinite(score):
            info["score"] = float(score)
        return info


def _found(game: str | Callable[[], Game]) -> tuple[Callable[[], Game], Any, GameMetadata | None]:
    """The factory, where its own code lies, and its description."""
    if isinstance(game, str):
        found = find_game(game)
        return found.factory, found.source_root, found.metadata
    return game, None, None


def _described(known: GameMetadata | None, given: Mapping[str, Any], game: object) -> GameMetadata:
    if known is None and not {"actions", "reward"} <= set(given):
        raise RetroGamerError(
            f"nothing describes the game {game}",
            why="an environment needs to know which keys may be pressed, and what counts as a reward",
            hint="add a table [tool.retro-gamer] to the pyproject.toml beside the game, or give "
            'description={"actions": ["KEY_LEFT", "KEY_RIGHT"], "reward": "score"}',
        )
    return GameMetadata.from_dict({**(known.to_dict() if known else {}), **given}, "the description")
