"""Games that a policy plays from a seed, the ones that ``play`` shows: taken down, and played again up to a turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.evaluation.games import greedy
from retro_gamer_core.games.tracebacks import where_raised
from retro_gamer_core.playing.chance import any_game, seeded
from retro_gamer_core.playing.forks import begin, time_steps
from retro_gamer_core.playing.replay import Recorder, Recording, Replay
from retro_gamer_core.playing.watching import game_raised

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.cli.arguments import PolicyToPlay
    from retro_gamer_core.policies.player import Player


def player_of(chosen: PolicyToPlay) -> Player:
    """What sees and chooses in the games of this policy."""
    return chosen.policy.player_in(any_game(chosen.found.factory, chosen.found.name))


def played(
    chosen: PolicyToPlay,
    seed: int,
    *,
    max_turns: int | None = None,
    look: Callable[[Game], object] = lambda game: None,
) -> Recording:
    """The game that ``play`` shows with this seed, played and taken down.

    Args:
        max_turns: where it is cut off; where its training would have, if left out.
        look: called with the game when it has begun and after each turn.

    Raises:
        GameError: the game raised an error.
        RetroGamerError: it was over at once, or cannot be looked at.
    """
    found, player, recorder = chosen.found, player_of(chosen), Recorder()
    # What plays by chance draws as it does in ``TrainedPolicy``, which plays in ``play``.
    choose = greedy(player.learner, recorder=recorder, rng=np.random.default_rng(0))
    fork = begin(
        found.factory, player.metadata, seed,
        encoder=player.encoder, characters=player.characters, chance=seeded,
    )  # fmt: skip
    recorder.begin(fork.game, player.metadata.reward)
    look(fork.game)
    while fork.playing and fork.turns < (max_turns or chosen.max_turns):
        [action] = choose(time_steps([fork], [0], began=not fork.turns)).tolist()
        try:
            reward = fork.step(action)
        except Exception as error:
            raise game_raised(error, where_raised(error, found.source_root), fork.game, seed) from error
        recorder.turn(action, reward, None if fork.playing else "game over")
        look(fork.game)
    recording = recorder.recording(chosen.policy.game, seed, chosen.metadata.score, {})
    if recording is None:
        raise RetroGamerError("the game was over before a key could be pressed", hint="choose another --seed")
    return recording


def played_again(chosen: PolicyToPlay, recording: Recording) -> Replay:
    """What plays a game that ``played`` took down again."""
    player = player_of(chosen)
    return Replay(
        recording, chosen.found.factory, player.metadata,
        encoder=player.encoder, characters=player.characters, chance=seeded,
    )  # fmt: skip
