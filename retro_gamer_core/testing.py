"""For tests of games and plugins: the checks of ``retro-gamer check`` as functions.

    from retro_gamer_core.testing import check_game, check_encoder

    def test_my_game():
        check_game(create_game).assert_ok()

    def test_my_encoder():
        check_encoder(Stripes, options={"width": 3}).assert_ok(level="warning")

Each gives ``Findings``: a sequence to look at, and ``assert_ok``, which fails with all of it in words. No
test framework is needed. docs/reference/checks.md lists the codes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from retro_gamer_core.findings import Finding, Findings

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.games.finding import FoundGame
    from retro_gamer_core.games.metadata import GameMetadata

    AnyGame = str | Callable[[], Game]
    Description = GameMetadata | Mapping[str, Any]
    AnyPart = str | Callable[..., Any]

__all__ = [
    "Finding",
    "Findings",
    "HowToCheck",
    "check_encoder",
    "check_game",
    "check_learner",
    "check_logger",
    "check_memory",
    "check_network",
    "check_player",
    "check_wrapper",
]


def check_game(
    game: AnyGame, description: Description | None = None, *, seed: int = 0, quick: bool = False
) -> Findings:
    """Check a game.

    Args:
        game: its factory, or any name that ``retro-gamer create --game`` takes.
        description: what ``[tool.retro-gamer]`` would hold; looked up when left out.
        seed: where all chance begins.
        quick: look for about a second only.
    """
    from retro_gamer_core.checks.game import check_game

    return check_game(_game(game, description), seed=seed, quick=quick)


class HowToCheck(TypedDict, total=False):
    """How a part is checked; each may be left out.

    Args:
        options: the part's own options.
        game, description: the game to try it on, as for ``check_game``; a small one of our own when left out.
        seed: where all chance begins.
        quick: the contract only, without measuring and training.
    """

    options: Mapping[str, Any]
    game: AnyGame
    description: Description
    seed: int
    quick: bool


def check_encoder(encoder: AnyPart, **how: Unpack[HowToCheck]) -> Findings:
    """Check an encoder: a name, an import path, a class, or a function of a game or a frame."""
    return _check_part("encoder", encoder, **how)


def check_network(network: AnyPart, **how: Unpack[HowToCheck]) -> Findings:
    """Check a network: a name, an import path, or the class or function that makes it."""
    return _check_part("network", network, **how)


def check_memory(memory: AnyPart, **how: Unpack[HowToCheck]) -> Findings:
    """Check a memory: a name, an import path, or its class."""
    return _check_part("memory", memory, **how)


def check_learner(learner: AnyPart, **how: Unpack[HowToCheck]) -> Findings:
    """Check a learner: a name, an import path, or its class."""
    return _check_part("learner", learner, **how)


def check_logger(logger: AnyPart, **how: Unpack[HowToCheck]) -> Findings:
    """Check a logger: a name, an import path, or its class."""
    return _check_part("logger", logger, **how)


def check_player(player: AnyPart, **how: Unpack[HowToCheck]) -> Findings:
    """Check a player: a name, an import path, or its class."""
    return _check_part("player", player, **how)


def check_wrapper(wrapper: AnyPart, **how: Unpack[HowToCheck]) -> Findings:
    """Check a wrapper: a name, an import path, or its class."""
    return _check_part("wrapper", wrapper, **how)


def _check_part(
    kind: str,
    part: AnyPart,
    *,
    game: AnyGame | None = None,
    description: Description | None = None,
    **how: Any,
) -> Findings:
    from retro_gamer_core.checks.parts import check_part

    on = None if game is None else _game(game, description)
    name = part if isinstance(part, str) else _import_string_of(part)
    return check_part(kind, name, game=on, **how)


def _import_string_of(factory: Callable[..., Any]) -> str:
    """A name under which it can be loaded in this process, also if it was made in a test or a notebook."""
    module, path = getattr(factory, "__module__", None), getattr(factory, "__qualname__", "")
    found: Any = sys.modules.get(module or "")
    for name in path.split("."):
        found = getattr(found, name, None)
    if found is factory and ":" not in path:
        return f"{module}:{path}"
    name = f"{getattr(factory, '__name__', 'part')}_{id(factory)}"
    globals()[name] = factory
    return f"{__name__}:{name}"


def _game(game: AnyGame, description: Description | None) -> FoundGame:
    """The game, with the description that is given, else with its own one."""
    from retro_gamer_core.games.descriptions import describe
    from retro_gamer_core.games.finding import FoundGame, find_game
    from retro_gamer_core.games.metadata import GameMetadata, metadata_in
    from retro_gamer_core.games.module_files import own_code, source_file

    if isinstance(game, str):
        found = find_game(game)
    else:
        file = source_file(game)
        metadata = None
        if file and description is None:
            metadata = metadata_in(describe(file, getattr(game, "__name__", None)))
        found = FoundGame(getattr(game, "__qualname__", repr(game)), game, metadata, file and own_code(file))
    if description is None:
        return found
    given = description if isinstance(description, GameMetadata) else GameMetadata.from_dict(description)
    return replace(found, metadata=copy(given))
