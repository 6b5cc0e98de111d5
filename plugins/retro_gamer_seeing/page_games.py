"""A recorded game as the page shows it: its boards, what the encoder saw of them, and every figure beside them.

The game is played again from its seed and keys. Boards are numbers into a palette of characters with their colours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.observation import Observations, ObservationSpec, view
from retro_gamer_core.playing.chance import any_game
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.playing.replay import Recording, Replay, board_cells
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.player import build_encoder
from retro_gamer_core.runs.plain_values import number
from retro_gamer_core.training.loading import load_run
from retro_gamer_seeing.boards import ground_of, ink_and_ground
from retro_gamer_seeing.page_data import packed
from retro_gamer_seeing.recordings import id_of

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.contracts import Encoder
    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.runs.run_directory import RunDirectory

_MOST_TURNS = 5000
_LONGEST_CHARACTER = 8


@dataclass(frozen=True)
class Stage:
    """What it takes to show the games of a run.

    Args:
        create_game: makes a fresh game.
        metadata: the game's description, complete.
        encoder: what the learner sees; None where it cannot be built.
        problem: why it cannot.
    """

    create_game: Callable[[], Game]
    metadata: GameMetadata
    encoder: Encoder | None = None
    problem: str = ""


def stage_of(run: RunDirectory) -> Stage:
    """The game and the encoder of a run, as its settings name them now. Imports the game.

    Raises:
        RetroGamerError: the settings or the game cannot be read.
    """
    config, found = load_run(run)
    factory, metadata = found.factory, config.metadata
    complete_metadata(metadata, factory)
    try:
        encoder = build_encoder(config.encoder, metadata, lambda: any_game(factory), installed_plugins())
    except RetroGamerError as error:
        return Stage(factory, metadata, None, f"What it sees cannot be shown: {error.problem.what}.")
    return Stage(factory, metadata, encoder)


@dataclass
class Palette:
    """The different cells of all boards of a game: 0 is an empty one."""

    entries: dict[tuple[str, str, str | None, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.entries[" ", "", None, 1] = 0

    def code(self, character: str, colour: str, ground: str) -> int:
        from rich.cells import cell_len

        text = character[:_LONGEST_CHARACTER]
        ink, own = ink_and_ground(colour, ground)
        entry = (text, ink, own, min(2, max(1, cell_len(text))))
        return self.entries.setdefault(entry, len(self.entries))


def figures_of(recording: Recording, keys: Sequence[str | None]) -> dict[str, Any]:
    """What of a game is known without playing it again; ``keys`` are the names of its actions."""
    return {
        "id": id_of(recording),
        "label": label_of(recording.at),
        "at": {key: value for key, value in recording.at.items() if isinstance(value, (int, float, str))},
        "pending": False,
        "seed": int(recording.seed),
        "score": recording.score,
        "total_reward": recording.total_reward,
        "turns": recording.turns,
        "ended": recording.ended,
        "problem": None,
        "keys": ["" if key is None else key for key in keys],
        "pressed": recording.keys.tolist(),
        "random": np.flatnonzero(recording.random).tolist(),
        "rewards": [round(float(reward), 6) for reward in recording.rewards],
        "scores": [],
        "values": packed(recording.values.astype(np.float32)),
        "board": None,
        "view": None,
        "view_problem": "",
        "unseen": [],
        "moments": [],
    }


def game_on_page(recording: Recording, stage: Stage) -> dict[str, Any]:
    """Everything of a game but its moments; where it cannot be played again, its figures and the reason."""
    told = figures_of(recording, stage.metadata.keys)
    if recording.turns > _MOST_TURNS:
        told["problem"] = (
            f"It lasted {recording.turns:,} turns, and boards of more than {_MOST_TURNS:,} would make this page too "
            "large; its figures are here."
        )
        return told
    try:
        return told | _played_again(recording, stage)
    except RetroGamerError as error:
        told["problem"] = str(error.problem)
    except Exception as error:  # the code of a game or an encoder
        told["problem"] = f"The game failed when it was played again: {in_words(error)}"
    return told


def label_of(at: Mapping[str, Any]) -> str:
    """When in the training a game was recorded, in a few words."""
    name, share, turns = at.get("name"), at.get("share"), at.get("total_turns")
    if name == "before":
        return "before training"
    when = f"after {turns:,} turns" if isinstance(turns, int) else "in between"
    if name == "end":
        return f"at the end, {when}"
    if isinstance(share, (int, float)) and name == "during":
        when = f"{100 * share:.2g}% of training, {when}"
    return f"{when}, the best by then" if at.get("best") else when


def _played_again(recording: Recording, stage: Stage) -> dict[str, Any]:
    metadata, encoder = stage.metadata, stage.encoder
    replay = Replay(recording, stage.create_game, metadata, encoder=encoder)
    width, height = replay.game.board_size
    ground, palette = ground_of(getattr(replay.game, "color", None)), Palette()
    score_key = metadata.score_key(replay.game.state)
    boards, scores, seen = [], [], []
    for now in replay:
        board = np.zeros((height, width), np.uint16)
        for (x, y), (character, colour) in board_cells(now.game).items():
            board[y, x] = palette.code(character, colour, ground) if character.strip() else 0
        boards.append(board)
        scores.append(number(now.game.state.get(score_key)))
        seen.append(now.seen.copy())
    many = np.uint8 if len(palette.entries) < 256 else np.uint16
    return {
        "scores": scores[1:],
        "board": {
            "height": height,
            "width": width,
            "ground": ground,
            "palette": [list(entry) for entry in palette.entries],
            "cells": packed(np.array(boards, many)),
        },
        "view": None if encoder is None else _view(encoder.spec, seen),
        "view_problem": stage.problem,
        "unseen": [] if encoder is None else _unseen(encoder.spec, palette),
    }


def _view(spec: ObservationSpec, seen: Sequence[Observations]) -> dict[str, Any]:
    """What the encoder made of each board. Of a centred view, the player's place is no feature of its own."""
    names = list(spec.features[2 * spec.centred :])
    cells = [view(each.cells[0], each.features[0], spec) for each in seen]
    features = [each.features[0, 2 * spec.centred :] for each in seen]
    return {
        "height": spec.view_height,
        "width": spec.view_width,
        "characters": list(spec.characters),
        "outside": spec.outside,
        "cells": packed(np.array(cells, np.uint8)) if spec.view_height else None,
        "features": names,
        "numbers": packed(np.array(features, np.float32)) if names else None,
    }


def _unseen(spec: ObservationSpec, palette: Palette) -> list[int]:
    """The palette numbers of characters that the encoder does not tell from an empty cell."""
    known = {*spec.characters, " "}
    return [
        code for (text, *_), code in palette.entries.items() if code and spec.height and text not in known
    ]
