"""Turns a second in training, ours beside retro-gamer 0.4.0: same network, batch, update ratio and memory.

    python -m venv .venv-peer
    .venv-peer/bin/pip install torch==2.13.0 retro-gamer==0.4.0 "plotext<6"
    RETRO_GAMER_PEER_PYTHON=.venv-peer/bin/python python tests/benchmarks/training_throughput.py

Both train snake with the same multilayer perceptron (128, 64) on the one-hot board, a prioritized
memory of 50,000 turns that is full, and a batch of 64 every 4 turns; half of the actions are random.
Ours is measured with one game, as theirs, with sixteen in step, and with those on a second core.
Each lives in a process of its own, and they are measured in turns, a few seconds at a time, so that
a busy machine slows both alike.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

CAPACITY, BATCH, EVERY, HIDDEN, EPSILON = 50_000, 64, 4, [128, 64], 0.5
ACTIONS = ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"]
CHARACTERS = ["@", "*", ">", "<", "^", "v"]
ROUNDS, SECONDS = 5, 3.0
PEER = "retro-gamer 0.4.0"


def measure() -> list[dict[str, Any]]:
    """Rows with ``who``, ``turns_per_second`` (median of the rounds) and ``ratio`` to the peer."""
    players = {
        "ours, 1 game": _start(sys.executable, "ours", "1"),
        "ours, 16 games": _start(sys.executable, "ours", "16"),
        "ours, 16 games, on a second core": _start(sys.executable, "ours", "16", "elsewhere"),
    }
    peer = os.environ.get("RETRO_GAMER_PEER_PYTHON")
    if peer:
        players[PEER] = _start(peer, "peer")
    rates: dict[str, list[float]] = {name: [] for name in players}
    for _ in range(ROUNDS):
        for name, process in players.items():
            rates[name].append(_ask(process))
    for process in players.values():
        process.stdin.close()
        process.wait()
    other = median(rates.get(PEER, [float("nan")]))
    return [
        {"who": name, "turns_per_second": median(rate), "ratio": median(rate) / other}
        for name, rate in rates.items()
    ]


def _start(python: str, *who: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [python, str(Path(__file__).resolve()), *who],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=tempfile.mkdtemp(),
    )
    assert process.stdout.readline() == "ready\n"
    return process


def _ask(process: subprocess.Popen[str]) -> float:
    process.stdin.write("go\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def _answer(play_some: Any) -> None:
    """Measure whenever asked: ``play_some()`` plays and returns how many turns it was."""
    play_some()
    print("ready", flush=True)
    for _ in sys.stdin:
        began, turns = perf_counter(), 0
        while perf_counter() - began < SECONDS:
            turns += play_some()
        print(turns / (perf_counter() - began), flush=True)


def _ours(games: str, where: str = "here") -> None:
    from retro.examples.snake import create_game

    from retro_gamer_core.configuration import config_from_sections
    from retro_gamer_core.playing.environment import complete_metadata
    from retro_gamer_core.plugins.registry import installed_plugins
    from retro_gamer_core.policies.player import build_player
    from retro_gamer_core.training.assembly import build_loop
    from retro_gamer_core.training.run_monitor import RunMonitor

    plugins = installed_plugins()
    config = config_from_sections(
        {
            "game": {"name": "retro.examples.snake"},
            "metadata": {"actions": ACTIONS, "reward": "reward", "character_set": CHARACTERS},
            "preprocessing": {"encoder": "one_hot"},
            "model": {"network": "mlp", "hidden_sizes": HIDDEN},
            "training": {
                "memory": "prioritized",
                "memory_capacity": CAPACITY,
                "batch_size": BATCH,
                "train_every": EVERY,
                "learning_starts": CAPACITY,
                "epsilon": EPSILON,
                "epsilon_decay": 1.0,
                "games_in_step": int(games),
                "game_process": where == "elsewhere",
                "seed": 1,
            },
        },
        plugins,
    )
    complete_metadata(config.metadata, create_game)
    player = build_player(config, config.metadata, create_game, plugins, device="cpu")
    loop = build_loop(config, player, create_game, plugins, RunMonitor(config), Path())
    events = loop.play(10**9)

    def play(turns: int = 200) -> int:
        goal = loop.turns + turns
        while loop.turns < goal:
            next(events)
        return turns

    play(CAPACITY)
    assert len(loop.memory) == CAPACITY
    _answer(play)


def _peer() -> None:
    from retro.examples.snake import create_game
    from retro_gamer.metadata import GameMetadata
    from retro_gamer.trainer import DQNTrainer

    metadata = GameMetadata(
        actions=ACTIONS, reward="reward", character_set=CHARACTERS, spatial=False, board_size=(32, 16)
    )
    trainer = DQNTrainer(
        create_game,
        metadata,
        "run",
        hidden_sizes=HIDDEN,
        memory_capacity=CAPACITY,
        batch_size=BATCH,
        train_every=EVERY,
        epsilon=EPSILON,
        prioritize_experiences=True,
    )

    def play() -> int:
        before = trainer.total_steps
        trainer._run_episode()
        return trainer.total_steps - before

    trainer.hp["train_every"] = 10**9
    while len(trainer.memory) < CAPACITY:
        play()
    trainer.hp["train_every"] = EVERY
    _answer(play)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        {"ours": _ours, "peer": _peer}[sys.argv[1]](*sys.argv[2:])
    else:
        for row in measure():
            beside = f"   {row['ratio']:5.1f} × the peer" if row["ratio"] == row["ratio"] else ""
            print(f"{row['who']:34} {row['turns_per_second']:9,.0f} turns/s{beside}")
