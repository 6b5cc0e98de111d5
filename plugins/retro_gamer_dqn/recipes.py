"""Recipes: which parts and values to start with, and why, in words a student can read."""

from __future__ import annotations

import os

from retro_gamer_core import Choice, GameFacts

_LARGEST_BOARD_SEEN_WHOLE = 2_000
"""Cells. Beyond this a view of the whole board has more weights than minutes can train."""

_WINDOW_ON_LARGE_BOARDS = 8

_CROWDED = 100
"""Occupied cells. Beyond this, what is far away is mostly noise to the sum over all cells."""

_WINDOW_ON_CROWDED_BOARDS = 5

_WINDOW_BESIDE_WAYS = 3
"""Who is told the way to what is far needs to see only what is near."""

_USUAL_REWARDS = (0.1, 100.0)
"""Where the largest reward lies between these, rewards are taken as they are."""

_SCALED_TO = 10.0

_QUICK_TURN = 60
"""Microseconds. Quicker games take so small a part of the time that a second core gains little."""


def standard(facts: GameFacts) -> list[Choice]:
    """Made to be worth watching after a few minutes without a graphics card."""
    return [
        *_view(facts),
        Choice(
            "model",
            "network",
            "mlp",
            "fully connected layers are the fastest to train; seen from the player's place they need no "
            "convolution to recognise a pattern wherever it is",
        ),
        Choice("model", "hidden_sizes", [256, 128], "wide enough to tell a few hundred situations apart"),
        *_nearby(facts),
        Choice("training", "learner", "dqn", "deep Q-learning: learn how good each action is"),
        Choice(
            "training",
            "double",
            True,
            "two networks check each other's hopes, which keeps the values honest",
        ),
        Choice(
            "training",
            "loss",
            "squared",
            "the value of an action is the average of what comes of it; a loss that goes easy on large errors "
            "learns what comes of it most often, and forgets rare dangers and rare prizes",
        ),
        Choice(
            "training",
            "max_gradient_norm",
            0.0,
            "a batch with a large surprise in it may move the weights further; that is where there is most to learn",
        ),
        Choice("training", "n_step", 3, "rewards of three turns at once carry news back three times as fast"),
        Choice(
            "training",
            "learning_rate",
            0.0005,
            "five times the classic rate: the averaged network evens out what it overshoots",
        ),
        Choice(
            "training",
            "learning_rate_updates",
            50_000,
            "large steps find the way, small ones the exact place: half the rate after 50,000 updates, a third after "
            "100,000, and so on",
        ),
        Choice(
            "training", "learning_rate_decay", 1.0, "episodes differ too much in length to slow down by them"
        ),
        Choice("training", "epsilon_turns", 30_000, "random actions become rare over the first 30,000 turns"),
        *_exploration_at_the_end(facts),
        Choice(
            "training",
            "target_average",
            1_000,
            "the network that judges and plays is an average of the last thousand updates, which wavers less",
        ),
        Choice(
            "training",
            "memory",
            "uniform",
            "drawing evenly from what is remembered is the fastest way",
        ),
        *_scale(facts),
        Choice("training", "memory_capacity", 200_000, "remembers the last 200,000 turns"),
        Choice("training", "games_in_step", _games(facts), _games_reason(facts)),
        _games_process(facts),
        Choice(
            "training", "batch_size", 128, "128 remembered turns make one update: fewer, but steadier ones"
        ),
        Choice(
            "training",
            "train_every",
            16,
            "one update for every sixteen turns played: turns are cheap, and new ones teach more than old ones again",
        ),
        Choice("training", "learning_starts", 2_000, "first some experience, then learning from it"),
        Choice(
            "training", "checkpoint_every", 500, "early episodes are short: a checkpoint every 500 is plenty"
        ),
    ]


def patient(facts: GameFacts) -> list[Choice]:
    """``standard`` for an hour or a night: more room to learn in, at a slower pace.

    That it is ahead of ``standard`` after hours is hoped, not measured.
    """
    changed = {
        choice.key: choice
        for choice in (
            Choice(
                "model",
                "hidden_sizes",
                [512, 256],
                "twice as wide as in the recipe standard: there is time to tell more situations apart",
            ),
            Choice(
                "training", "learning_rate", 0.0002, "smaller steps take longer and end closer to the goal"
            ),
            Choice(
                "training",
                "target_average",
                4_000,
                "the network that judges and plays is an average of the last four thousand updates: steadier still",
            ),
            Choice("training", "memory_capacity", 500_000, "remembers the last 500,000 turns"),
            Choice(
                "training",
                "epsilon_turns",
                100_000,
                "random actions become rare over the first 100,000 turns: there is time to look around",
            ),
        )
    }
    return [changed.get(choice.key, choice) for choice in standard(facts)]


def classic(facts: GameFacts) -> list[Choice]:
    """The whole board and the default of every setting, for study.

    ``docs/explanation/dqn.md`` says where each comes from: not one paper has them all.
    """
    network, reason = (
        (
            "cnn",
            "the description calls the board a picture (spatial = true): convolutions find local patterns",
        )
        if facts.spatial
        else ("mlp", "the description says the board is no picture (spatial = false): plain layers will do")
    )
    return [
        Choice("preprocessing", "encoder", "one_hot", "the whole board as it is drawn"),
        Choice("model", "network", network, reason),
        Choice("model", "hidden_sizes", [128, 64], "two hidden layers of a modest size"),
        Choice("training", "learner", "dqn", "deep Q-learning: learn how good each action is"),
        Choice("training", "memory", "prioritized", "turns that were surprising are studied more often"),
    ]


def _exploration_at_the_end(facts: GameFacts) -> list[Choice]:
    if _games(facts) == 1:
        return [Choice("training", "epsilon_min", 0.05, "in one turn of twenty something new is still tried")]
    return [
        Choice(
            "training",
            "epsilon_min",
            0.05,
            "the boldest of the games side by side keeps trying new things in one turn of twenty",
        ),
        Choice(
            "training",
            "epsilon_spread",
            3.0,
            "the others are played with more and more care, the last one almost without random actions: one "
            "careless turn can end a long game, and how a long game goes on must be seen, too",
        ),
    ]


def _view(facts: GameFacts) -> list[Choice]:
    if facts.player is None:
        return [
            Choice(
                "preprocessing",
                "encoder",
                "one_hot",
                "no single character listens to the keyboard, so the board is seen as it is drawn",
            )
        ]
    choices = [
        Choice(
            "preprocessing",
            "encoder",
            "egocentric",
            "seen from the player's place, what is learned in one corner of the board holds in all of them",
        )
    ]
    if facts.turns_that_tell:
        choices.append(
            Choice(
                "preprocessing",
                "changes",
                facts.turns_that_tell,
                "what moved before tells better what moves next, as some play showed: so what left and came is seen",
            )
        )
    if facts.goals and facts.steps:
        choices += [
            Choice(
                "preprocessing",
                "goals",
                list(facts.goals),
                "keys take the player cell by cell, so it is told the way to what is on the board",
            ),
            Choice(
                "preprocessing",
                "walls",
                list(facts.walls),
                "in some play, nobody got onto these, or only to lose: the ways go round them"
                if facts.walls
                else "in some play, the player got onto everything: the ways go straight",
            ),
        ]
    radius, reason = _radius(facts)
    if radius is not None:
        choices.append(Choice("preprocessing", "radius", radius, reason))
    return choices


def _radius(facts: GameFacts) -> tuple[int | None, str]:
    """How far the player sees, and why; None for the whole board."""
    width, height = facts.board_size
    if facts.goals and len(facts.steps) > 2:  # along one line, all that comes is to be seen
        side = 2 * _WINDOW_BESIDE_WAYS + 1
        return _WINDOW_BESIDE_WAYS, (
            f"who is told the way to what is far has to see only what is near, here {side} by {side} cells, and learns "
            "that far sooner"
        )
    if facts.occupied_cells > _CROWDED:
        side = 2 * _WINDOW_ON_CROWDED_BOARDS + 1
        return _WINDOW_ON_CROWDED_BOARDS, (
            f"about {facts.occupied_cells:.0f} cells of the board have something in them; in a window of {side} "
            f"by {side} round the player, what is near is not drowned by what is far"
        )
    if width * height > _LARGEST_BOARD_SEEN_WHOLE:
        side = 2 * _WINDOW_ON_LARGE_BOARDS + 1
        return _WINDOW_ON_LARGE_BOARDS, (
            f"the board has {width * height:,} cells; a window of {side} by {side} round the player is learned far "
            "sooner"
        )
    return None, ""


def _nearby(facts: GameFacts) -> list[Choice]:
    if facts.player is None or facts.occupied_cells <= _CROWDED:
        return []
    return [
        Choice(
            "model",
            "nearby",
            True,
            f"about {facts.occupied_cells:.0f} cells of the board have something in them: what lies close by and in "
            "the four directions is worked out beforehand, and learned sooner; a turn of such a game is slow enough "
            "for that",
        )
    ]


def _games_process(facts: GameFacts) -> Choice:
    microseconds, cores = 1e6 * facts.turn_seconds, os.cpu_count() or 1
    if microseconds <= _QUICK_TURN:
        why = f"a turn of this game takes {microseconds:.0f} µs: too little to gain by a second process"
    elif cores == 1:
        why = f"a turn of this game takes {microseconds:.0f} µs, but this computer has one processor core"
    else:
        why = (
            f"a turn of this game takes {microseconds:.0f} µs and this computer has {cores} processor cores: "
            "one plays while another learns"
        )
    return Choice("training", "game_process", microseconds > _QUICK_TURN and cores > 1, why)


def _scale(facts: GameFacts) -> list[Choice]:
    low, high = _USUAL_REWARDS
    if not facts.largest_reward or low <= facts.largest_reward <= high:
        return []
    return [
        Choice(
            "training",
            "reward_scale",
            _SCALED_TO / facts.largest_reward,
            f"the largest reward that random play met is {facts.largest_reward:g}; networks learn best where "
            f"rewards are neither huge nor tiny, so it counts as {_SCALED_TO:g}",
        )
    ]


def _games(facts: GameFacts) -> int:
    return 16 if facts.create_seconds < 0.5 else 1


def _games_reason(facts: GameFacts) -> str:
    if _games(facts) > 1:
        return "sixteen games are played side by side, so that the network is asked once for all of them"
    return f"a fresh game takes {facts.create_seconds:.0f} s to make, so only one is played at a time"
