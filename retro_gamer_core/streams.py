"""Named streams of random numbers, all spawned from one seed, so that no two of them are the same.

Source: O'Neill 2015, "Developing a seed_seq alternative"; ``numpy.random.SeedSequence``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np

#: The spawn key of each stream. A number is never given to another name: results of a seed depend on it.
STREAMS: Final = {
    "games": 0,  # of a training; the key counts how often they began together
    "learner": 1,
    "sampling": 2,
    "parts": 3,  # what learners and memories draw from the generators that everybody shares
    "characters": 4,  # the turns that are played to find out which there are
    "evaluation": 5,
    "final evaluation": 6,
    "random play": 7,  # which keys are pressed
    "play": 8,  # what a learner draws whose play is a matter of chance
    "forks": 9,  # copies of a game that are not to see what will happen in it
    "experiments": 10,  # the games in which the runs of an experiment are judged
    "symmetries": 11,  # in which mirror image a batch is learned from
}


def stream(seed: int, name: str, key: int = 0) -> np.random.SeedSequence:
    """Where a stream begins. Give it to ``numpy.random.default_rng``, or to ``Chance`` for code that shares generators.

    Args:
        seed: of the run.
        name: one of ``STREAMS``.
        key: tells streams of one name apart; below 2**32.
    """
    import numpy as np

    return np.random.SeedSequence(seed, spawn_key=(STREAMS[name], key))


def stream_seed(seed: int, name: str, key: int = 0) -> int:
    """A seed below 2**32 from a stream, for whoever needs a number that people can be told."""
    return int(stream(seed, name, key).generate_state(1)[0])


def seed_before_names(seed: int, key: int) -> int:
    """What ``stream_seed`` was until streams had names: for going on with a run that was begun then."""
    import numpy as np

    return int(np.random.SeedSequence([seed, key]).generate_state(1)[0])
