"""Is each game a new one, and does the same seed give the same game, in another process too?"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import numpy as np

from retro_gamer_core.checks.game_look import GameLook, everything_in
from retro_gamer_core.findings import Finding, finding
from retro_gamer_core.playing.chance import seeded

#: Two orders in which a process may go through a set of words.
_HASH_SEEDS = ("1", "2")


def fresh_and_repeatable(look: GameLook) -> Iterator[Finding]:
    """Two games of one seed are equal and share nothing, also when another game has been played between them."""
    if look.why_slow:
        look.left_out.append(f"whether each game is a new one: {look.why_slow}")
        return
    first, second = look.begin(look.seed), look.begin(look.seed)
    shared = {id(agent) for agent in first.agents} & {id(agent) for agent in second.agents}
    if shared:
        yield finding("game-not-fresh", f"two games have {len(shared)} character(s) in common", len(shared))
        return
    if everything_in(first) != everything_in(second):
        yield _not_repeatable("begins differently each time", 0)
        return
    actions = look.some_actions()
    before = look.trace(actions)
    again = look.trace(actions)
    if before[0] != again[0]:
        turns = len(before) - 1
        what = f"a game begins differently after another one has been played for {turns} turns"
        yield finding("game-not-fresh", what, turns)
    elif before != again:
        turn = _parting(before, again)
        yield _not_repeatable(f"goes another way from turn {turn} on", turn)
    elif seeds := _chance_begun_anew(look):
        yield finding("every-game-the-same", f"the game sets {seeds} to a seed of its own")
    elif look.found.module and look.effort.processes:
        yield from _in_another_process(look)


def _not_repeatable(how: str, turn: int, hint: str = "") -> Finding:
    what = f"with the same seed and the same keys, the game {how}"
    return finding("same-seed-different-game", what, turn, hint=hint)


def _parting(one: Sequence[object], other: Sequence[object]) -> int:
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _chance_begun_anew(look: GameLook) -> str:
    """The generators that give the same number next after games of different seeds were made."""
    drawn = []
    for seed in (look.seed, look.seed + 1):
        look.begin(seed)
        drawn.append({"Python's random": random.random(), "numpy.random": np.random.random()})
    return " and ".join(name for name in drawn[0] if drawn[0][name] == drawn[1][name])


def _in_another_process(look: GameLook) -> Iterator[Finding]:
    """The order of a set of words is another one in each process."""
    asked = look.found.name, look.metadata.to_dict(), look.seed, look.effort.repeated_turns
    with ThreadPoolExecutor() as pool:
        played = [pool.submit(fresh_python_says, _TRACE, *asked, PYTHONHASHSEED=seed) for seed in _HASH_SEEDS]
        one, other = (each.result() for each in played)
    if one is None or other is None:
        look.left_out.append("whether the game is the same in another process: it could not be played there")
    elif one != other:
        turn = _parting(one, other)
        way_out = "loop over lists or over sorted(…), and draw from them, not over or from a set of words"
        yield _not_repeatable(f"goes another way from turn {turn} on in another process", turn, way_out)


def fresh_python_says(program: str, *arguments: Any, **environment: str) -> Any:
    """What a program finds out in a Python of its own, where modules are found as they are here; None if it fails.

    Args:
        program: statements; ``arguments`` are at hand in it, and ``answer`` is what it finds out, both of plain
            values.
        environment: variables that are set in it.
    """
    begin = "import json, sys\nsys.path[:], arguments = json.loads(sys.argv[1])\n"
    end = "\nprint('\\n' + json.dumps(answer))"
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", begin + program + end, json.dumps([sys.path, arguments])],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=True,
            timeout=120,
        )
        return json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None


_TRACE = f"from {__name__} import trace_of; answer = trace_of(*arguments)"


def trace_of(name: str, description: dict[str, object], seed: int, turns: int) -> list[str]:
    """A digest of all that can be seen of a game at its beginning and after each of some turns."""
    from retro_gamer_core.games.finding import find_game
    from retro_gamer_core.games.metadata import GameMetadata

    look = GameLook(find_game(name), GameMetadata.from_dict(description), seed)
    actions = look.some_actions()[:turns]
    with seeded(seed):
        frames = look.trace(actions)
    return [sha256(repr(frame).encode()).hexdigest() for frame in frames]
