"""The factory of a game: finding it in a module, and calling it for a fresh game."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from retro_gamer_core.errors import GameError, GameNotFound
from retro_gamer_core.games.module_files import own_code_behind
from retro_gamer_core.games.modules import allow_retro_import
from retro_gamer_core.games.tracebacks import where_raised
from retro_gamer_core.options import required_parameters
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.plugins.own_code import is_pythons_own

if TYPE_CHECKING:
    from retro.game import Game

_RECIPE = "put the lines that make the game into a function create_game() that ends with  return game"

# By identity, as a game may define what it is equal to. An entry is gone as soon as its game is.
_handed_out: WeakValueDictionary[int, Game] = WeakValueDictionary()


def factory_in(module: ModuleType, name: str, *, place: str) -> Callable[[], Game]:
    """The function ``name`` of a game's module; ``name`` may be dotted.

    ``place`` is the module or path as a person would write it before the colon.

    Raises:
        GameNotFound: there is none.
        GameError: what has this name cannot be called.
    """
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise GameNotFound(
                f"there is no {name} in {module.__name__}",
                where=getattr(module, "__file__", None) or "",  # a namespace package has none
                why="a fresh game is made by calling it, without arguments",
                hint=_likely_factories(module, place) or _RECIPE,
                code="no-such-factory",
            )
        found = getattr(found, part)
    if is_pythons_own(getattr(found, "__module__", None) or "") or not callable(found):
        raise _not_callable(found, f"{name} in {module.__name__}")
    return found


def fresh_game(factory: Callable[[], Game], name: str = "") -> Game:
    """Call the factory, and make sure that what it returns is a game, and not one it returned before.

    Args:
        factory: makes a game; takes no arguments.
        name: the game's name, for messages.

    Raises:
        GameError: the factory cannot be called, raises, or returns something else.
    """
    allow_retro_import()
    from retro.game import Game

    shown = f"{factory.__name__}()" if hasattr(factory, "__name__") else repr(factory)
    shown += f" of {name}" if name else ""
    if not callable(factory):
        raise _not_callable(factory, shown)
    try:
        game = factory()
    except (Exception, SystemExit) as error:
        raise _explained(error, factory, shown) from error
    if game is None:
        raise GameError(
            f"{shown} returned nothing",
            why="without a return, the game it makes is thrown away at its end",
            hint="did you forget  return game  in its last line?",
            code="factory-returns-nothing",
        )
    if not isinstance(game, Game):
        raise GameError(
            f"{shown} returned something of type {type(game).__name__}, not a game",
            why="it must return a retro.game.Game",
            hint="let its last line be  return game",
            code="factory-returns-no-game",
        )
    if _handed_out.get(id(game)) is game:
        raise GameError(
            f"{shown} returned the same game twice",
            why="each episode needs a fresh game: this one goes on from where the last one ended",
            hint="make the game inside the function, with  game = Game(...),  and not above it",
            code="same-game-twice",
        )
    _handed_out[id(game)] = game
    return game


def _likely_factories(module: ModuleType, place: str) -> str:
    likely = [
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == module.__name__
        and ("game" in name.casefold() or "Game" in str(value.__annotations__.get("return")))
        and not required_parameters(value)
    ]
    return "did you mean " + " or ".join(f"{place}:{name}" for name in likely) + "?" if likely else ""


def _explained(error: BaseException, factory: Callable[..., Any], shown: str) -> GameError:
    arguments = required_parameters(factory)
    if arguments and isinstance(error, TypeError):
        return GameError(
            f"{shown} cannot be called without arguments: it asks for {', '.join(arguments)}",
            why="every episode begins by calling it, and nobody is there to answer",
            hint=f"give each a default, as in  {arguments[0]}=10,  or write a create_game() that calls it",
            code="factory-asks-for-arguments",
        )
    return GameError(
        f"{shown} could not make a game: {in_words(error)}",
        where=where_raised(error, own_code_behind(factory)),
        hint="correct that line",
        code="factory-fails",
    )


def _not_callable(found: Any, shown: str) -> GameError:
    return GameError(
        f"{shown} is of type {type(found).__name__}, not a function that makes a game",
        why="each episode needs a fresh game",
        hint=_RECIPE,
        code="factory-not-callable",
    )
