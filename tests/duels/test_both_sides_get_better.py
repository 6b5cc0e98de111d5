"""What duels are for: both sides of the game in the documentation play better in the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from retro_gamer_core.duels.directory import DuelDirectory
from retro_gamer_core.duels.sides import open_sides

LEARNING = {
    "games_in_step": 16,
    "learning_starts": 500,
    "batch_size": 64,
    "train_every": 16,
    "n_step": 3,
    "learning_rate": 0.001,
    "double": True,
    "target_average": 200,
    "epsilon_turns": 5_000,
    "epsilon_spread": 3.0,
    "memory_capacity": 20_000,
}


def test_one_round_is_enough_to_beat_random_keys_more_often_than_random_keys_do(make_run, play_duel):
    for side in ("chaser", "runner"):
        make_run(side, training=LEARNING, model={"hidden_sizes": [64]})
    play_duel(open_sides(Path("runs/chaser"), Path("runs/runner")), rounds=1, episodes=120)
    played = {(r.first, r.second): r for r in DuelDirectory("duel").matches("table")}
    before = played["chaser-random", "runner-random"].first_wins
    assert played["chaser-1", "runner-random"].first_wins >= before + 6


@pytest.mark.slow
def test_the_last_of_each_side_beats_the_first_of_the_other_more_often_than_the_first_did(desk):
    """The command of the page, with the recipe that `create` chooses; see docs/how-to/duel.md."""

    def retro_gamer(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "retro_gamer_core.cli", *arguments],
            capture_output=True,
            env={**os.environ, "PYTHONUTF8": "1"},
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    for side in ("chaser", "runner"):
        game, output = f"tag.py:create_{side}_game", f"runs/{side}"
        retro_gamer("create", "--game", game, "--output", output, "--seed", "1")
    told = json.loads(
        retro_gamer("duel", "runs/chaser", "runs/runner", "--rounds", "6", "--episodes", "200", "--json")
    )
    assert told["matches"] == 200
    for side in ("chaser", "runner"):
        first, last = told["progress"][side]["first"], told["progress"][side]["last"]
        assert (first["name"], last["name"]) == (f"{side}-1", f"{side}-6")
        assert first["of"] == last["of"] == 200
        assert last["ci95"][0] > first["ci95"][1], (side, first, last)
