"""Data of a page in which everything is, invented: what takes minutes to find in a real run."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from retro_gamer_seeing.page_data import packed
from retro_gamer_seeing.questions import questions_about

HOSTILE = """</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">'"&"""
"""What a student's game may call itself, or a stranger's."""

_HEIGHT, _WIDTH, _TURNS = 6, 10, 40
_PALETTE = [
    [" ", "", None, 1],
    ["@", "#ff6b6b", None, 1],
    ["🐍", "#e8e6e3", None, 2],
    ["木", "#4fd0a5", "#0b3d2e", 2],
    ["<", "#e8e6e3", None, 1],
    ["é", "#e8e6e3", None, 1],
]


def invented_data(*, games: int = 3, name: str = "invented") -> dict[str, Any]:
    """A run with alarms, resumes, a prediction, games, moments, a map and a ledger."""
    chance = np.random.default_rng(4)
    means = [4.0, 30.5, 95.25, 210.0, 190.0, 260.0]
    evaluations = [
        {
            "turns": 50_000 * (i + 1),
            "seconds": 60.5 * (i + 1),
            "episode": 700 * (i + 1),
            "mean": mean,
            "low": mean * 0.8,
            "high": mean * 1.15,
            "games": 10,
            "length": 120.0,
            "best": mean == max(means[: i + 1]),
        }
        for i, mean in enumerate(means)
    ]
    training = [
        {
            "turns": 1000 * (i + 1),
            "seconds": 1.21 * (i + 1),
            "episode": 14 * (i + 1),
            "episodes": 14,
            "mean": i / 2 + float(chance.normal(0, 20)),
        }
        for i in range(300)
    ]
    data = {
        "version": 1,
        "run": {
            "name": name,
            "game": name,
            "started": "2026-11-28T20:00:00+00:00",
            "turns": 300_000,
            "episodes": 4200,
            "seconds": 363.0,
            "state": "finished",
            "state_text": "training is finished",
            "recipe": "standard",
            "verdict": "At its best it reaches a mean score of 260 in 10 games; random play reaches 3.8.",
        },
        "curve": {
            "measure": "score",
            "evaluations": evaluations,
            "training": training,
            "marks": [
                {"turns": 80_000, "seconds": 96.8, "episode": 1120, "kind": "alarm", "text": name},
                {"turns": 150_000, "seconds": 181.5, "episode": 2100, "kind": "resume", "text": "went on"},
            ],
            "random": 3.8,
            "reference": 240.0,
            "reference_name": "scripted",
            "prediction": {"value": 120.0, "text": name},
        },
        "alarms": [
            {"code": "one-action", "what": name, "why": "because", "hint": "train on", "turns": 80_000}
        ],
        "missing": [],
        "settings": {
            "changed": [
                {"key": "[model] hidden_sizes", "value": "[256, 128]", "default": "[128, 64]", "reason": name}
            ],
            "all": [{"key": "[game] name", "value": name, "reason": ""}],
            "choices": [name],
            "parts": [{"kind": "encoder", "name": "one_hot", "plugin": "p", "package": "retro-gamer 1"}],
            "differences": [],
            "versions": {"Python": "3.11"},
        },
        "value_range": [-12.0, 30.0],
        "games": [_game(i, chance, name) for i in range(games)],
        "map": {
            "board": {"height": _HEIGHT, "width": _WIDTH},
            "text": "The key it would press with the player on each free cell.",
            "cells": [
                [row, column, ("KEY_LEFT", "KEY_RIGHT", "a", "")[(row + column) % 4], float(row * column)]
                for row in range(_HEIGHT)
                for column in range(_WIDTH)
                if (row, column) != (2, 3)
            ],
        },
        "ledger": {
            "rewards": [
                {"amount": 1.0, "count": 500, "share": 0.5},
                {"amount": 10.0, "count": 40, "share": 0.04},
                {"amount": -12.0, "count": 6, "share": 0.006},
            ],
            "by_moment": [{"turns": 50_000 * i, "reward": 20.0 * i, "score": 30.0 - i} for i in range(6)],
            "warning": "the reward rises while the score falls",
        },
    }
    data["questions"] = questions_about(data)
    return data


def _game(number: int, chance: np.random.Generator, name: str) -> dict[str, Any]:
    cells = np.zeros((_TURNS + 1, _HEIGHT, _WIDTH), np.uint8)
    seen = np.zeros_like(cells)
    for turn in range(_TURNS + 1):
        cells[turn, turn % _HEIGHT, turn % _WIDTH] = 2
        cells[turn, 3, 7], cells[turn, 1, 1], cells[turn, 4, 4] = 1, 3, 5
        seen[turn] = np.where(cells[turn] == 1, 1, 0)
    keys = chance.integers(0, 4, _TURNS)
    rewards = [1.0] * _TURNS
    rewards[10], rewards[-1] = 10.0, -12.0
    futures = [
        {
            "key": key,
            "expects": 12.0 - 4 * i,
            "text": ("dead in 2 turns (20 of 20)", "a reward of 10 in 5 turns", name, "nothing happens")[i],
            "deaths": (20, 0, 3, 0)[i],
            "of": 20,
            "median_turns": (2, 20, 20, 20)[i],
            "mean_reward": (-12.0, 10.0, 1.0, 0.0)[i],
            "disagrees": i == 0,
        }
        for i, key in enumerate(("KEY_LEFT", "KEY_RIGHT", "a", ""))
    ]
    return {
        "id": f"game-{number}",
        "label": ("before training", "10% of training", "at the end")[number % 3],
        "at": {"total_turns": 1000 * number},
        "version": 1,
        "pending": False,
        "seed": 7,
        "score": 10.0 * number,
        "total_reward": sum(rewards),
        "turns": _TURNS,
        "ended": "game over",
        "problem": None,
        "keys": ["KEY_LEFT", "KEY_RIGHT", "a", ""],
        "pressed": keys.tolist(),
        "random": [3, 4],
        "rewards": rewards,
        "scores": [float(turn) for turn in range(_TURNS)],
        "values": packed(chance.uniform(-12, 30, (_TURNS, 4)).astype(np.float32)),
        "board": {
            "height": _HEIGHT,
            "width": _WIDTH,
            "ground": "#101418",
            "palette": [*_PALETTE, [name[:8], "#e8e6e3", None, 1]],
            "cells": packed(cells),
        },
        "view": {
            "height": _HEIGHT,
            "width": _WIDTH,
            "characters": ["@"],
            "outside": False,
            "cells": packed(seen),
            "features": ["speed"],
            "numbers": packed(np.linspace(0, 1, _TURNS + 1, dtype=np.float32)[:, None]),
        },
        "view_problem": "",
        "unseen": [2, 3, 5],
        "moments": [
            {
                "turn": 12,
                "kind": "drop",
                "title": "it saw trouble coming",
                "text": f"The value fell from 20 to 3. {name}",
                "futures": futures,
                "danger": f"The key that it presses is a risk. {name}",
                "mattered": [
                    {"row": 3, "column": 7, "character": "@", "weight": 1.0},
                    {"row": 1, "column": 1, "character": name, "weight": 0.4},
                ],
            },
            {
                "turn": _TURNS - 1,
                "kind": "death",
                "title": "it died",
                "text": "One turn later the game was over.",
                "futures": futures,
                "danger": "",
                "mattered": [],
            },
        ],
    }


def data_in(html: str) -> dict[str, Any]:
    """The data inside a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])
