"""Check a part: build it, try it on a small game, measure it beside the usual one, and train with it.

A check is a function of a ``Workbench`` that insists on rules; each kind has a module of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from importlib import import_module
from typing import TYPE_CHECKING, Any

from retro_gamer_core.checks.repeatability import fresh_python_says
from retro_gamer_core.checks.workbench import Broken, Workbench
from retro_gamer_core.errors import PartNotFound, Problem, RetroGamerError
from retro_gamer_core.findings import Finding, Findings, finding, finding_of
from retro_gamer_core.games import practice
from retro_gamer_core.games.finding import FoundGame
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.playing.chance import seeded
from retro_gamer_core.plugins.diagnosis import in_words, last_line_in
from retro_gamer_core.plugins.import_strings import load_attribute
from retro_gamer_core.plugins.registry import installed_plugins

if TYPE_CHECKING:
    from retro_gamer_core.plugins.registry import Plugins

#: Packages that take tens of milliseconds to seconds to import.
HEAVY = (
    *("torch", "numpy", "pandas", "scipy", "sklearn", "matplotlib", "tensorflow", "jax", "gymnasium"),
    *("PIL", "rich", "requests", "onnxruntime", "tensorboard", "retro"),
)

#: Milliseconds. The built-in plugins take one or two.
SLOW = 500

_IMPORTING = """
import time, retro_gamer_core, retro_gamer_core.hookspecs, retro_gamer_core.parts, retro_gamer_core.options
before, began = set(sys.modules), time.perf_counter()
__import__(*arguments)
seconds = time.perf_counter() - began
answer = [seconds, sorted({name.partition(".")[0] for name in set(sys.modules) - before})]
"""


def check_part(
    kind: str,
    name: str,
    *,
    options: Mapping[str, Any] | None = None,
    game: FoundGame | None = None,
    plugins: Plugins | None = None,
    seed: int = 0,
    quick: bool = False,
) -> Findings:
    """Everything worth knowing about a part. Nobody else's chance is disturbed.

    Args:
        name: a registered name or an import path.
        options: its options.
        game: the game to try it on, which must be described; a small one of our own when left out.
        quick: the contract only: no measuring and no training.

    Raises:
        PartNotFound: there is no such part.
        RetroGamerError: nothing describes the game.
    """
    plugins = plugins or installed_plugins()
    part = plugins.find_part(kind, name)
    if game is None:
        metadata = GameMetadata.from_dict(practice.DESCRIPTION)
        game = FoundGame("a small practice game", practice.create_game, metadata, None)
    if game.metadata is None:
        raise RetroGamerError(
            f"nothing describes the game {game.name}",
            why="without a description, no part can be tried on it",
            hint=f"retro-gamer check {game.name} --kind game",
        )
    with seeded(seed):
        bench = Workbench(
            kind, name, options or {}, game.name, game.factory, copy(game.metadata), plugins, seed
        )
        _look(bench, quick)
    if part.provider.distribution is not None and not quick:
        record = next(record for record in plugins.records if record.provider == part.provider)
        bench.found += import_findings(record.name, record.module)
    if quick:
        bench.left_out.append("what it costs, and whether anything can be learned with it (--quick)")
    return Findings(str(part), tuple(bench.found), tuple(bench.figures), tuple(bench.left_out))


def _look(bench: Workbench, quick: bool) -> None:
    """Ask every check, up to the first problem."""
    try:
        if bench.kind in ("encoder", "network", "learner"):  # they make a player, and only together
            bench.player_with(bench.chosen)
        else:
            bench.build(bench.chosen)
    except RetroGamerError as error:
        if isinstance(error, PartNotFound):  # is it not there, or is it no such part?
            load_attribute(bench.plugins.find_part(bench.kind, bench.name).part.factory, what=bench.name)
        bench.found.append(finding_of("cannot-be-built", error.problem))
        return
    if named := KINDS[bench.kind].checks:
        module = import_module(named)
        try:
            for check in (*module.CONTRACT, *(() if quick else module.COST)):
                check(bench)
        except Broken as broken:
            bench.found.append(broken.finding)
        except (Exception, SystemExit) as error:
            bench.found.append(_raised(bench, error))


def _raised(bench: Workbench, error: BaseException) -> Finding:
    part = bench.plugins.find_part(bench.kind, bench.name)
    problem = Problem(in_words(error), last_line_in(part.part.factory, error))
    if isinstance(error, RetroGamerError):
        problem = error.problem
    other_game = f"; if it is made for another game, check it on that one: --game (this was {bench.game})"
    hint = f"correct that line{other_game if bench.kind == 'encoder' else ''}"
    why = KINDS[bench.kind].after_an_error
    return finding_of(
        "part-raises", Problem(f"using {part} ended with: {problem.what}", problem.where, why, hint)
    )


def import_findings(plugin: str, module: str) -> Iterator[Finding]:
    """Whether a plugin's own module is as light as it should be, seen in a fresh interpreter."""
    said = fresh_python_says(_IMPORTING, module.partition(":")[0])
    if said is None:
        return  # why it cannot be imported is said elsewhere
    seconds, packages = said
    milliseconds = round(1000 * seconds)
    if heavy := [package for package in HEAVY if package in packages]:
        what = f"loading the plugin {plugin} imports {', '.join(heavy)} ({milliseconds} ms)"
        yield finding("heavy-import", what, milliseconds)
    elif milliseconds > SLOW:
        yield finding("slow-import", f"loading the plugin {plugin} takes {milliseconds} ms", milliseconds)
