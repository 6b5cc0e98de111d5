"""What of a page takes the policy, or playing on: the moments that decided, the map and the ledger.

It turns what ``moments``, ``futures``, ``attention``, ``board_map`` and ``ledger`` find into the plain values of the
page. What fails costs its own part of it, and says why there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.evaluation.games import greedy
from retro_gamer_core.playing.replay import Recording, Replay
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.policies.trained_policy import TrainedPolicy
from retro_gamer_core.runs.run_directory import episode_of
from retro_gamer_seeing.attention import mattered
from retro_gamer_seeing.board_map import board_map
from retro_gamer_seeing.futures import Future, futures
from retro_gamer_seeing.ledger import ledger
from retro_gamer_seeing.moments import Moment, moments
from retro_gamer_seeing.page_games import label_of
from retro_gamer_seeing.why import HORIZON, REPEATS

if TYPE_CHECKING:
    from pathlib import Path

    from retro_gamer_core.policies.player import Player
    from retro_gamer_core.runs.run_directory import RunDirectory
    from retro_gamer_seeing.page_games import Stage

_NOBODY = "There is no checkpoint from about this time of the training, so nobody can play on as it did then."
_MOMENTS, _CELLS = 5, 8

#: Parts of how far the values of a run lie apart.
_CLEARLY_MORE, _CLEARLY_LESS = 0.05, 0.1

#: A checkpoint plays on for who played a game, where neither had more than so many times the episodes of the other.
_ALIKE = 1.5


class Insights:
    """What can be found out about the recorded games of a run by playing on.

    Args:
        run: whose checkpoints play on.
        stage: the game.
        span: how far the values of the run lie apart.
    """

    def __init__(self, run: RunDirectory, stage: Stage, span: float) -> None:
        self._run, self._stage, self._span = run, stage, span
        self._players: dict[Path, Player | RetroGamerError] = {}

    def moments_of(self, recording: Recording) -> dict[str, Any]:
        """``moments`` of a game with their futures, for the page."""
        checkpoint = self._nearest_checkpoint(recording)
        player = None if checkpoint is None else self._player(checkpoint)
        told = []
        for moment in moments(recording, most=_MOMENTS):
            if player is None:
                came: dict[str, Any] = {"futures_note": _NOBODY}
            elif isinstance(player, RetroGamerError):
                came = {"futures_note": str(player.problem)}
            else:
                came = _or_note("futures", partial(self._came, recording, moment.turn, player))
            told.append(_moment(moment, float(recording.rewards[moment.turn])) | came)
        return {"moments": told}

    def _came(self, recording: Recording, turn: int, player: Player) -> dict[str, Any]:
        """What came of each key in copies of the game at this turn, and which cells mattered for the one pressed."""
        here = self._replay(recording, player).to(turn).fork()
        action, expected = int(recording.keys[turn]), recording.values[turn].astype(float)
        how: dict[str, int] = {"repeats": REPEATS, "horizon": HORIZON, "seed": turn}
        found = futures(here, greedy(player.learner), player.metadata.keys, **how)
        best, best_came = float(expected.max()), max(each.mean_reward for each in found)
        told = []
        for each in found:
            value = float(expected[each.action])
            told.append(
                _future(each, value) | {"disagrees": disagrees(each, value, best, best_came, self._span)}
            )
        cells = mattered(here.frame, player.encoder, player.learner, action)[:_CELLS]
        return {"futures": told, "mattered": [list(cell) for cell in cells]}

    def map_of(self, recording: Recording) -> dict[str, Any]:
        """``map`` of the board in the middle of a game, or why there is none."""
        checkpoint = self._nearest_checkpoint(recording)
        player = None if checkpoint is None else self._player(checkpoint)
        if player is None or isinstance(player, RetroGamerError):
            return {"map": None, "map_note": _NOBODY if player is None else str(player.problem)}
        return {"map": None} | _or_note("map", partial(self._map, recording, player))

    def _map(self, recording: Recording, player: Player) -> dict[str, Any] | None:
        turn = recording.turns // 2
        here = self._replay(recording, player).to(turn).fork()
        found = board_map(here.frame, player.encoder, player.learner)
        if found is None:
            return None
        keys, best = player.metadata.keys, found.values.argmax(axis=1)
        cells = [
            [row, column, keys[action] or "", float(value)]
            for (row, column), action, value in zip(found.places, best, found.values.max(axis=1), strict=True)
        ]
        width, height = here.game.board_size
        text = (
            f"The key it would press with the player on each free cell, all else as it was at turn {turn} of the game "
            f"{label_of(recording.at)}. The more colour a cell has, the more it expects there."
        )
        return {"board": {"height": height, "width": width}, "cells": cells, "text": text}

    def _replay(self, recording: Recording, player: Player) -> Replay:
        encoder, characters = player.encoder, player.characters
        create_game, metadata = self._stage.create_game, player.metadata
        return Replay(recording, create_game, metadata, encoder=encoder, characters=characters)

    def _nearest_checkpoint(self, recording: Recording) -> Path | None:
        """The checkpoint that was saved nearest to the moment of a recording; None where none is near."""
        episode = int(recording.at["episode"])
        if recording.at.get("best") and self._run.best_checkpoint.is_file():
            return self._run.best_checkpoint
        if recording.at["name"] == "end" and (newest := self._run.newest_checkpoint()):
            return newest
        saved = {path: episode_of(path) for path in self._run.checkpoints()}
        near = {
            path: abs(saved_at - episode)
            for path, saved_at in saved.items()
            if saved_at and episode and max(saved_at, episode) <= _ALIKE * min(saved_at, episode)
        }
        return min(near, key=lambda path: near[path], default=None)

    def _player(self, checkpoint: Path) -> Player | RetroGamerError:
        if checkpoint not in self._players:
            try:
                policy = TrainedPolicy(self._run.path, checkpoint)
                self._players[checkpoint] = policy.player_in(_any(self._stage))
            except RetroGamerError as error:
                self._players[checkpoint] = error
        return self._players[checkpoint]


def ledger_of(recordings: Iterable[Recording]) -> dict[str, Any]:
    """Which rewards came how often in these games, and whether reward and score went the same way."""
    games = list(recordings)
    found = ledger(games)
    return {
        "rewards": [
            {"amount": each.amount, "count": each.count, "share": each.share} for each in found.entries
        ],
        "by_moment": [
            {"turns": game.at["total_turns"], "reward": game.total_reward, "score": game.score}
            for game in games
        ],
        "warning": found.warning,
        "turns": found.turns,
    }


def _any(stage: Stage) -> Any:
    from retro_gamer_core.playing.chance import any_game

    return any_game(stage.create_game)


def _moment(moment: Moment, reward: float) -> dict[str, Any]:
    return {
        "turn": moment.turn,
        "kind": moment.kind,
        "title": moment.title,
        "text": _in_words(moment, reward),
        "futures": [],
        "mattered": [],
    }


def _in_words(moment: Moment, reward: float) -> str:
    match moment.kind:
        case "death":
            return f"The game is over after this key. It expected {moment.before:.4g} from here."
        case "drop":
            got = (
                f"more than the reward of {reward:+.4g} explains"
                if reward > 0
                else "and no reward explains it"
            )
            return (
                f"What it expects falls from {moment.before:.4g} to {moment.after:.4g} in this turn, {got}: things are "
                "worse now than it thought."
            )
    more = "more" if moment.amount > 0 else "less"
    return f"Reward and next value together are {abs(moment.amount):.4g} {more} than it expected of this key."


def _future(future: Future, expected: float) -> dict[str, Any]:
    return {
        "key": future.key or "",
        "expected": expected,
        "text": future.text,
        "deaths": future.deaths,
        "of": future.of,
        "median_turns": future.median_turns,
        "mean_reward": future.mean_reward,
    }


def disagrees(future: Future, expected: float, best: float, best_came: float, span: float) -> bool:
    """Whether something else came of a key than the learner expected.

    Where the game was mostly over, all its rewards are known, and they were clearly fewer than expected. Where it never
    was, only those of some turns are: then no key brought more of them, and it thought clearly less of this one.

    Args:
        expected: the value of the key; ``best`` is the highest of all keys.
        best_came: the highest mean reward that came of any key.
        span: how far the values of the run lie apart.
    """
    if future.doomed:
        return expected - future.mean_reward > _CLEARLY_MORE * span
    return (
        future.deaths == 0 < future.of
        and future.mean_reward >= best_came
        and best - expected > _CLEARLY_LESS * span
    )


def _or_note(what: str, find: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    """What was found, or a sentence that says why not; the code of games and learners may raise anything."""
    try:
        found = find()
    except RetroGamerError as error:
        return {f"{what}_note": str(error.problem)}
    except (Exception, SystemExit) as error:
        return {f"{what}_note": f"This could not be found out: {in_words(error)}"}
    return found if found is not None and what in found else {what: found}
