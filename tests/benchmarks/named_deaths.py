"""Does ``why`` name a death three turns before it happens? Counted over the first deaths of an agent.

python -m tests.benchmarks.named_deaths RUN [--checkpoint ep_0050] [--deaths 20]
"""

from __future__ import annotations

import argparse
from itertools import count

from retro_gamer_core.cli.arguments import policy_to_play
from retro_gamer_seeing.why import explain, played

TURNS_BEFORE = 3
_MOST_GAMES = 200


def named_deaths(run: str, checkpoint: str | None = None, deaths: int = 20) -> tuple[int, int]:
    """How many deaths were named, of how many: those of the games of the seeds 0, 1, …"""
    chosen = policy_to_play(run, checkpoint, None)
    named = met = 0
    for seed in count():
        if met == deaths or seed == _MOST_GAMES:
            return named, met
        recording = played(chosen, seed)
        if recording.ended == "game over" and recording.turns > TURNS_BEFORE:
            met += 1
            named += bool(explain(chosen, recording, recording.turns - TURNS_BEFORE).danger)
    raise AssertionError("seeds never end")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--checkpoint")
    parser.add_argument("--deaths", type=int, default=20)
    asked = parser.parse_args()
    of = named_deaths(asked.run, asked.checkpoint, asked.deaths)
    print(f"{of[0]} of {of[1]} deaths are named {TURNS_BEFORE} turns before they happen")
