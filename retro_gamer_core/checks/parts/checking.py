"""Check a part: build it, try it on a small game, measure it beside the usual one, and train with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from retro_gamer_core.checks.finding import Finding, Findings, problem
from retro_gamer_core.checks.parts import practice
from retro_gamer_core.checks.parts.encoders import encoder_cost, encoder_keeps_contract
from retro_gamer_core.checks.parts.imports import import_findings
from retro_gamer_core.checks.parts.learners import answers, learning, learning_cost, state_returns
from retro_gamer_core.checks.parts.loggers import logger_cost, logger_hears_all
from retro_gamer_core.checks.parts.memories import memory_cost, memory_keeps_contract
from retro_gamer_core.checks.parts.training import no_better_than_random
from retro_gamer_core.checks.parts.trouble import part_raises
from retro_gamer_core.checks.parts.workbench import Workbench
from retro_gamer_core.errors import PartNotFound, RetroGamerError
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.parts import Kind
from retro_gamer_core.playing.chance import seeded
from retro_gamer_core.plugins.registry import installed_plugins

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.plugins.registry import Plugins

Check = Callable[[Workbench], Iterator[Finding]]

#: What each kind is asked, quick or not. One that fails leaves out those after it.
CONTRACT: Mapping[Kind, tuple[Check, ...]] = {
    "encoder": (encoder_keeps_contract,),
    "network": (answers, learning, state_returns),
    "memory": (memory_keeps_contract,),
    "learner": (answers, learning, state_returns),
    "logger": (logger_hears_all,),
}

#: What takes seconds, or is measured.
COST: Mapping[Kind, tuple[Check, ...]] = {
    "encoder": (encoder_cost, no_better_than_random),
    "network": (learning_cost, no_better_than_random),
    "memory": (memory_cost, no_better_than_random),
    "learner": (learning_cost, no_better_than_random),
    "logger": (logger_cost,),
}


def check_part(
    kind: Kind,
    name: str,
    *,
    options: Mapping[str, Any] | None = None,
    game: tuple[str, Callable[[], Game], GameMetadata] | None = None,
    plugins: Plugins | None = None,
    seed: int = 0,
    quick: bool = False,
) -> Findings:
    """Everything worth knowing about a part. Nobody else's chance is disturbed.

    Args:
        name: a registered name or an import path.
        options: its options.
        game: name, factory and description of the game to try it on; a small one of our own when left out.
        quick: the contract only: no measuring and no training.

    Raises:
        PartNotFound: there is no such part.
    """
    plugins = plugins or installed_plugins()
    part = plugins.find_part(kind, name)
    if game is None:
        game = "a small practice game", practice.create_game, GameMetadata.from_dict(practice.DESCRIPTION)
    game_name, create_game, metadata = game
    with seeded(seed):
        bench = Workbench(kind, name, options or {}, game_name, create_game, copy(metadata), plugins, seed)
        found = _found(bench, quick)
    if part.provider.distribution is not None and not quick:
        record = next(record for record in plugins.records if record.provider == part.provider)
        found += import_findings(record.name, record.module)
    if quick:
        bench.left_out.append("what it costs, and whether anything can be learned with it (--quick)")
    return Findings(str(part), tuple(found), tuple(bench.figures), tuple(bench.left_out))


def _found(bench: Workbench, quick: bool) -> list[Finding]:
    unbuildable = _cannot_be_built(bench)
    if unbuildable:
        return [unbuildable]
    found: list[Finding] = []
    checks = CONTRACT[bench.kind] + (() if quick else COST[bench.kind])
    for check in checks:
        if any(finding.level == "problem" for finding in found):
            break
        try:
            found += check(bench)
        except (Exception, SystemExit) as error:
            found.append(part_raises(bench, error))
    return found


def _cannot_be_built(bench: Workbench) -> Finding | None:
    try:
        if bench.kind == "logger":
            with TemporaryDirectory() as directory:
                part = bench.plugins.find_part("logger", bench.name)
                bench.plugins.build(part, Path(directory), **bench.options)
        elif bench.kind == "memory":
            spec = bench.encoder(bench.usual.encoder).spec
            bench.memory_with(bench.chosen, 100, spec)
        else:
            bench.player_with(bench.chosen)
    except PartNotFound:
        raise
    except RetroGamerError as error:
        found = error.problem
        where = f" ({found.where})" if found.where else ""
        return problem(
            "cannot-be-built",
            f"{found.what}{where}",
            why=found.why or "nothing can be trained with it",
            hint=found.hint or "see what retro_gamer_core.contracts asks for",
        )
    return None
