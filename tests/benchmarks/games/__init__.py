"""Fourteen small games that a student could have written: by eight the recipe is chosen, by the others judged.

Each module has ``create_game`` and ``scripted(game)``, a hand-written player that says which key to press; its
description is in ``pyproject.toml``. The others are played only when a choice is final: whoever looks at it while
choosing, chooses by it.
"""

from __future__ import annotations

#: What the recipe is chosen by: walls, hidden speeds, pushing, pursuers, a trap that looks like a prize, a rare reward,
#: and keys that move along one line only, below what falls slowly and beside what bounces.
CHOOSING = ("foraging", "lanes", "pushing", "pursuers", "trap", "treasure", "shooter", "bouncer")

#: What it is judged by: falling things, a hidden velocity, keys and doors, carrying home, timing, a growing body.
JUDGING = ("falling", "ball", "doors", "carrying", "timing", "growing")
