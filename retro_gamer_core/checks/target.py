"""What a name stands for, and checking that: a game, a part, a run, or everything that is installed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retro_gamer_core.checks.game import check_game
from retro_gamer_core.checks.installation import check_installation
from retro_gamer_core.checks.parts import check_part
from retro_gamer_core.checks.runs import check_run
from retro_gamer_core.errors import GameNotFound, RetroGamerError
from retro_gamer_core.findings import Findings
from retro_gamer_core.games.entry_points import project_with, registered_games
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.games.module_files import is_path, statements_in
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.plugins.import_strings import load_attribute
from retro_gamer_core.plugins.own_code import look_for
from retro_gamer_core.plugins.part_building import kind_of, kind_with
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.run_directory import RunDirectory, is_run
from retro_gamer_core.suggestions import did_you_mean

if TYPE_CHECKING:
    from retro_gamer_core.plugins.registry import Plugins


@dataclass(frozen=True)
class CheckTarget:
    """What was named: ``kind`` is a kind of part, ``"game"``, ``"run"`` or ``"installation"``."""

    kind: str
    name: str


def target_called(name: str | None, kind: str | None, plugins: Plugins) -> CheckTarget:
    """What ``name`` stands for; nothing at all stands for the whole installation.

    Raises:
        RetroGamerError: nothing goes by that name, or several things do.
    """
    if name is None:
        return CheckTarget("installation", "")
    if kind is not None:
        return CheckTarget(kind, name)
    kinds = ["game"] if any(game.name == name for game in registered_games()) else []
    kinds += ["run"] if is_run(Path(name)) else []
    kinds += [kind for kind in KINDS if ":" not in name and name in plugins.parts(kind)]
    if len(kinds) > 1:
        named = " and of ".join(f"{KINDS[kind].article if kind in KINDS else 'a'} {kind}" for kind in kinds)
        hint = " or ".join(f"--kind {kind}" for kind in kinds)
        raise RetroGamerError(f"{name} is the name of {named}", hint=hint)
    if kinds:
        return CheckTarget(kinds[0], name)
    if (part := _part_in_file(name)) is not None:
        return part
    if ":" in name and not is_path(name.rpartition(":")[0]):
        return CheckTarget(_kind_of_attribute(name), name)
    return CheckTarget("game", name)


def check_target(
    target: CheckTarget,
    *,
    game: str | None = None,
    seed: int = 0,
    quick: bool = False,
    tell: Callable[[str], None] = lambda what: None,
) -> Findings:
    """Check it; ``game`` is the game to try a part on.

    Raises:
        RetroGamerError: it cannot even be found.
    """
    plugins = installed_plugins()
    match target.kind:
        case "installation":
            return check_installation(plugins, seed=seed, tell=tell)
        case "run":
            return check_run(RunDirectory.open(Path(target.name)), plugins, seed=seed, quick=quick)
        case "game":
            return _check_game(target.name, plugins, seed, quick)
        case _:
            on = None if game is None else find_game(game)
            return check_part(target.kind, target.name, game=on, plugins=plugins, seed=seed, quick=quick)


def _check_game(name: str, plugins: Plugins, seed: int, quick: bool) -> Findings:
    try:
        found = find_game(name)
    except GameNotFound as error:
        if is_path(name) or ":" in name or project_with(name) is not None:
            raise
        names = [part for kind in KINDS for part in plugins.parts(kind)]
        names += [game.name for game in registered_games()]
        raise RetroGamerError(
            f"nothing is called {name!r}",
            why="it is no game, no part of a plugin and no run",
            hint=did_you_mean(name, names),
        ) from error
    return check_game(found, seed=seed, quick=quick)


def _part_in_file(name: str) -> CheckTarget | None:
    """The part that ``my_file.py:Name`` means, if the class of that name has the methods of one."""
    path, _, attribute = name.rpartition(":")
    file = Path(path).expanduser()
    if file.suffix != ".py" or not file.is_file():
        return None
    methods = [
        node.name
        for found in statements_in(file)
        if isinstance(found, ast.ClassDef) and found.name == attribute
        for node in found.body
        if isinstance(node, ast.FunctionDef)
    ]
    kind = kind_with(methods)
    if kind is None:
        return None
    look_for(file.stem, [file.resolve().parent])
    return CheckTarget(kind, f"{file.stem}:{attribute}")


def _kind_of_attribute(name: str) -> str:
    kind = kind_of(load_attribute(name, what=name))
    if kind is None:
        raise RetroGamerError(
            f"it cannot be told what {name} is meant to be",
            why="neither its methods nor its arguments are those of a game or of any part",
            hint="say it: " + " or ".join(f"--kind {kind}" for kind in ("game", *KINDS)),
        )
    return kind
