"""The built-in replay memories: ``uniform`` draws every turn alike, ``prioritized`` the surprising ones more.

Only descriptions live here; the code that remembers is imported when a memory is built.
"""

from __future__ import annotations

from collections.abc import Iterable

from retro_gamer_core.hookspecs import hookimpl
from retro_gamer_core.parts import Part


@hookimpl
def retro_gamer_memories() -> Iterable[Part]:
    yield Part(
        "uniform",
        "Remembers the latest turns and draws every one of them equally often.",
        "retro_gamer_memories.uniform:UniformMemory",
        options="retro_gamer_memories.settings:NothingToSet",
    )
    yield Part(
        "prioritized",
        "Remembers the latest turns and draws those the learner guessed badly more often.",
        "retro_gamer_memories.prioritized:PrioritizedMemory",
        options="retro_gamer_memories.settings:Prioritization",
    )
