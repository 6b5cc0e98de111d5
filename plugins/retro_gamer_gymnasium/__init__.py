"""Every installed game as a Gymnasium environment: importing this module registers them.

::

    import gymnasium
    import retro_gamer_gymnasium

    env = gymnasium.make("retro_gamer/snake-v0")

Gymnasium 1.0 gave up finding environments by itself, so the import is needed; for a process that
begins with nothing, ``gymnasium.make("retro_gamer_gymnasium:retro_gamer/snake-v0")`` does both. No
game is imported before it is made, so a broken one is nothing to the others.
"""

from __future__ import annotations

import re

from retro_gamer_core.configuration.settings import TrainingSettings
from retro_gamer_core.games.entry_points import registered_games

try:
    import gymnasium
except ModuleNotFoundError as error:
    if error.name != "gymnasium":
        raise
    raise ModuleNotFoundError(
        "Gymnasium is not installed\n  try:   pip install 'retro-gamer[gymnasium]'", name="gymnasium"
    ) from None

#: For a game of one's own: ``gymnasium.make(ANY_GAME, game="my_game.py")``.
ANY_GAME = "retro_gamer/Game-v0"

__all__ = ["ANY_GAME", "register_games"]


def register_games() -> None:
    """Register each game of ``retro-gamer list`` that is not registered yet.

    An episode is truncated after as many turns as in training; ``max_episode_steps`` of
    ``gymnasium.make`` changes that.
    """
    _register(ANY_GAME)
    for game in registered_games():
        name = re.sub(r"[^\w.-]", "-", game.name)  # an id has no place for a blank or a colon
        _register(f"retro_gamer/{name}-v0", game=game.name)


def _register(id_: str, **keywords: str) -> None:
    if id_ not in gymnasium.registry:
        gymnasium.register(
            id_,
            "retro_gamer_gymnasium.environment:RetroGame",
            max_episode_steps=TrainingSettings().max_turns_per_episode,
            kwargs=keywords,
        )


register_games()
