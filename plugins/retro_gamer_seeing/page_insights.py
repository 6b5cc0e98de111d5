"""What of a page takes the policy of that time, or playing on: the moments that decided, and the map of the board.

What fails costs its own part of the page, and says why there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.playing.chance import any_game
from retro_gamer_core.playing.replay import Recording, Replay
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.policies.trained_policy import TrainedPolicy
from retro_gamer_core.runs.run_directory import episode_of
from retro_gamer_seeing.explanation import explain
from retro_gamer_seeing.moments import moments
from retro_gamer_seeing.page_games import label_of
from retro_gamer_seeing.perturbations import board_map

if TYPE_CHECKING:
    from pathlib import Path

    from retro_gamer_core.policies.player import Player
    from retro_gamer_core.runs.run_directory import RunDirectory
    from retro_gamer_seeing.page_games import Stage

_NOBODY = "There is no checkpoint from about this time of the training, so nobody can play on as it did then."
_MOMENTS, _CELLS = 5, 8

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
        told = []
        for moment in moments(recording, most=_MOMENTS):
            what = {"turn": moment.turn, "kind": moment.kind, "title": moment.title, "text": moment.text}
            explained = _or_note("futures", partial(self._explained, recording, moment.turn))
            told.append({**what, "danger": "", "futures": [], "mattered": [], **explained})
        return {"moments": told}

    def _explained(self, recording: Recording, turn: int) -> dict[str, Any]:
        player = self._player_of(recording)
        told = explain(self._replay(recording, player), player, turn, span=self._span).as_data()
        return {"danger": told["danger"], "futures": told["keys"], "mattered": told["mattered"][:_CELLS]}

    def map_of(self, recording: Recording) -> dict[str, Any]:
        """``map`` of the board in the middle of a game, or why there is none."""
        return {"map": None} | _or_note("map", partial(self._map, recording))

    def _map(self, recording: Recording) -> dict[str, Any] | None:
        turn, player = recording.turns // 2, self._player_of(recording)
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

    def _player_of(self, recording: Recording) -> Player:
        """Who plays on in this game; found out once for each checkpoint, why it cannot included."""
        checkpoint = self._nearest_checkpoint(recording)
        if checkpoint is None:
            raise RetroGamerError(_NOBODY)
        if checkpoint not in self._players:
            try:
                policy = TrainedPolicy(self._run.path, checkpoint)
                self._players[checkpoint] = policy.player_in(any_game(self._stage.create_game))
            except RetroGamerError as error:
                self._players[checkpoint] = error
        found = self._players[checkpoint]
        if isinstance(found, RetroGamerError):
            raise found
        return found


def _or_note(what: str, find: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    """What was found, or a sentence that says why not; the code of games and learners may raise anything."""
    try:
        found = find()
    except RetroGamerError as error:
        return {f"{what}_note": str(error.problem)}
    except (Exception, SystemExit) as error:
        return {f"{what}_note": f"This could not be found out: {in_words(error)}"}
    return found if found is not None and what in found else {what: found}
