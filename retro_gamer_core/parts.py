"""What a plugin gives to the platform: small frozen descriptions, cheap to make.

A plugin's module must import in milliseconds, so a description names the code that does the
work by an *import string* (``"my_package.my_module:build"``); that module, and torch with it,
is imported only when the part is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: The version of the contracts in this package. A plugin written for a newer one says so with a
#: module attribute ``RETRO_GAMER_API = 3``, and is then refused with an explanation.
API_VERSION = 2


@dataclass(frozen=True)
class Part:
    """One piece a run can be built from; ``retro_gamer_core.kinds`` lists what kinds there are.

    Args:
        name: what people write in ``config.toml``; lower case, e.g. ``"egocentric"``.
        summary: one plain sentence for ``retro-gamer plugins``.
        factory: import string of the callable that builds it. It is given what it asks for by name, out of
            what ``retro_gamer_core.contracts`` lists for its kind; its other parameters are its options.
        options: import string of what declares its options, where importing the factory takes long
            (torch): a dataclass in a small module, with an ``Option`` beside each type. The factory is then
            given every option, defaults included. Left out, its own signature declares them.
        replaces: name of the plugin whose part of the same name this one stands in for.
        in_numpy: of a network, import string of what plays it without torch. Beside what its factory may ask
            for, it may ask for ``weights``: the weights as numpy arrays by name. It gives a function
            ``(cells, features) -> float32[n, n_outputs]``. ``retro-gamer export`` needs it.
        checkpoint_format: of a learner, import string of a module that writes and reads its checkpoints:
            ``save(path, contents)`` and ``load(path) -> contents``. ``contents["learner"]`` is what the learner's
            ``checkpoint`` gave, the rest are plain values; ``load`` runs no code from the file, and raises an
            error for what it did not write. Left out, retro-gamer's own format is taken.
        needs: modules that must be installed to build it and that do not come with its plugin, such as
            ``("torch",)``. Without them it is listed all the same, and whoever uses it is told.

    Example::

        Part("stripes", "Sees the board as vertical stripes.", "my_encoder:Stripes")
    """

    name: str
    summary: str
    factory: str
    options: str | None = None
    replaces: str | None = None
    in_numpy: str | None = None
    needs: tuple[str, ...] = ()
    checkpoint_format: str | None = None


@dataclass(frozen=True)
class GameDescription:
    """Describes a game whose own package carries no ``[tool.retro-gamer]`` table.

    Args:
        name: the game's name in ``retro-gamer list``.
        game: the module or ``module:factory`` it belongs to; both ways of naming the game find it.
        metadata: the keys of a ``[tool.retro-gamer]`` table.
        notes: plain sentences on why it is described this way; shown by ``create``.

    Example::

        GameDescription("pong", "my_games.pong", {"actions": ["w", "s"], "reward": "score"})
    """

    name: str
    game: str
    metadata: Mapping[str, Any]
    steps: tuple[str, ...] = ()
    walls: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    turns_that_tell: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """A named set of configuration values, with the reason for each.

    Args:
        name: what ``retro-gamer create --recipe`` takes.
        summary: one plain sentence.
        choose: import string of a function ``choose(facts: GameFacts) -> list[Choice]``.
        learner: whose settings it chooses in ``[training]``; with another learner these are left out. None for
            whichever learner there is.

    Example::

        Recipe("tiny", "A network small enough to print.", "my_recipes:tiny")
    """

    name: str
    summary: str
    choose: str
    learner: str | None = None


@dataclass(frozen=True)
class Choice:
    """One value a recipe sets, and why, in words a student can read.

    ``Choice("model", "network", "cnn", "the board is a picture, …")`` becomes the key
    ``network`` of the section ``[model]``, and a line ``[INIT] network = "cnn": the board …``.
    """

    section: str
    key: str
    value: Any
    reason: str


@dataclass(frozen=True)
class Command:
    """A further subcommand of ``retro-gamer``, by import string of a ``click.Command``.

    Example::

        Command("plot", "Draw the learning curve.", "my_plots.command:plot")
    """

    name: str
    summary: str
    command: str


@dataclass(frozen=True)
class GameFacts:
    """What ``create`` found out about a game before asking a recipe to choose.

    Args:
        name: how the person named the game.
        board_size: (width, height) in cells.
        actions: the keys the learner may press.
        characters: the described character set, or None where it is still to be discovered.
        spatial: the description's own word on whether the board is a picture.
        observe_state: state keys the description asks to be observed.
        player: how the player's position can be found: its name, ``""`` for "the character that
            listens to the keyboard", or None when there is no one player to follow.
        turn_seconds: measured cost of one turn.
        create_seconds: measured cost of one fresh game.
        largest_reward: the largest reward or punishment of a turn that a moment of random play met; 0.0
            where it met none.
        rewarded_turns: the share of those turns that had any, 0 … 1.
        occupied_cells: how many cells of the board had a character in them, on average.
        steps: in which of the directions "right", "up", "left" and "down" a key takes the player one cell.
        walls: characters that it never got onto, or not without the game being over.
        goals: characters that one may want to reach or to flee.
        turns_that_tell: for how many turns to remember what moved, to know better what moves next; 0 where it does
            not help.
        notes: plain sentences on the game that no choice depends on; shown by ``create``.
    """

    name: str
    board_size: tuple[int, int]
    actions: tuple[str, ...]
    characters: tuple[str, ...] | None
    spatial: bool
    observe_state: tuple[str, ...]
    player: str | None
    turn_seconds: float
    create_seconds: float
    largest_reward: float = 0.0
    rewarded_turns: float = 0.0
    occupied_cells: float = 0.0
    steps: tuple[str, ...] = ()
    walls: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    turns_that_tell: int = 0
    notes: tuple[str, ...] = ()
