"""Does ``why`` name a death three turns before it happens? Counted over the first deaths of an agent.

python -m tests.benchmarks.named_deaths RUN [--checkpoint ep_0050] [--deaths 20]
"""

from __future__ import annotations

import argparse

from retro_gamer_core.cli.arguments import policy_to_play
from retro_gamer_seeing.explanation import explain
from retro_gamer_seeing.policy_games import played, played_again, player_of

TURNS_BEFORE = 3
_MOST_GAMES = 200


def named_deaths(run: str, checkpoint: str | None = None, deaths: int = 20) -> tuple[int, int, int]:
    """How many deaths were named, of how many: those of the games of the seeds 0, 1, …

    And how often it was named in the middle of the same games, where nothing happened for 10 turns: a false alarm.
    """
    chosen = policy_to_play(run, checkpoint, None)
    player, named, met, false_alarms = player_of(chosen), 0, 0, 0
    for seed in range(_MOST_GAMES):
        if met == deaths:
            break
        recording = played(chosen, seed)
        if recording.ended == "game over" and recording.turns > TURNS_BEFORE:
            met += 1
            before, middle = recording.turns - TURNS_BEFORE, recording.turns // 2
            named += bool(explain(played_again(chosen, recording), player, before, span=1.0).danger)
            if recording.turns > 20:
                again = played_again(chosen, recording)
                false_alarms += bool(explain(again, player, middle, span=1.0).danger)
    return named, met, false_alarms


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--checkpoint")
    parser.add_argument("--deaths", type=int, default=20)
    asked = parser.parse_args()
    named, met, false_alarms = named_deaths(asked.run, asked.checkpoint, asked.deaths)
    print(f"{named} of {met} deaths are named {TURNS_BEFORE} turns before they happen")
    print(f"{false_alarms} times one is named in the middle of a game")
