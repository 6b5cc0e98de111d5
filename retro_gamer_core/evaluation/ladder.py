"""The ladder of a game: what players reach that have learned nothing, in the same games for all.

Each game is a matter of its seed and of the player alone, so what was played once is read again from a file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from hashlib import sha256
from importlib import metadata as installed
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.errors import PluginError, RetroGamerError
from retro_gamer_core.evaluation.games import GameSettings, PlayedGame
from retro_gamer_core.evaluation.report import Results
from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.playing.forks import Fork, ForkFailed, begin
from retro_gamer_core.plugins.diagnosis import in_words, last_line_in
from retro_gamer_core.runs.atomic_files import write_text
from retro_gamer_core.runs.plain_values import number
from retro_gamer_core.streams import stream

if TYPE_CHECKING:
    from retro_gamer_core.contracts import Frame, Player
    from retro_gamer_core.games.finding import FoundGame
    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.plugins.records import ProvidedPart
    from retro_gamer_core.plugins.registry import Plugins

_SCHEMA = 1
_KEPT = [field.name for field in fields(PlayedGame) if field.name != "error"]


@dataclass(frozen=True)
class Rung:
    """A player, and what is known of it.

    Args:
        name: of the player.
        part: what makes it.
        options: all of them, with their values.
    """

    name: str
    part: ProvidedPart
    options: Mapping[str, Any]

    @property
    def budget(self) -> str:
        """``copies 400, horizon 30``; ``""`` for a player without options."""
        return ", ".join(f"{name} {value}" for name, value in self.options.items())


def rungs(plugins: Plugins, own: Sequence[tuple[str, Mapping[str, Any]]] = ()) -> list[Rung]:
    """All players of all plugins, and those of ``own``, with the options that it names."""
    chosen = {name: dict[str, Any]() for name in plugins.parts("player")} | {
        name: dict(options) for name, options in own
    }
    found = [(plugins.find_part("player", name), options) for name, options in chosen.items()]
    return [Rung(part.name, part, plugins.options_in_effect(part, options)) for part, options in found]


class GameToCopy:
    """The game that a player is shown; see ``retro_gamer_core.contracts.GameInPlay``."""

    def __init__(self, fork: Fork) -> None:
        self._fork = fork

    @property
    def frame(self) -> Frame:
        return self._fork.frame

    def copy(self, seed: int) -> Fork:
        return self._fork.reseeded(seed)


def play_as(
    player: Player,
    create_game: Callable[[], Any],
    metadata: GameMetadata,
    index: int,
    *,
    each_turn: Callable[[int], object] = lambda turns: None,
    **settings: Any,
) -> PlayedGame:
    """Let a player play game ``index`` of ``play_games`` with the same settings, to its end.

    Raises:
        PluginError: the player failed, or named a key that the game does not have.
        ForkFailed: it asked for a copy of a game of which there can be none.
    """
    max_turns, score_key = settings["max_turns"], settings["score_key"]
    counts, total, error = [0] * metadata.n_actions, 0.0, None
    player.begin(np.random.default_rng(stream(settings["seed"], "random play", index + 1)))
    try:
        game = begin(create_game, metadata, settings["seed"], chance=lambda seed: Chance(seed, index))
    except (Exception, SystemExit) as raised:
        return PlayedGame(None, 0.0, 0, "error", tuple(counts), raised)
    waiting = GameToCopy(game)
    while game.playing and game.turns < max_turns:
        action = _chosen(player, waiting, metadata)
        counts[action] += 1
        try:
            total += game.step(action)
        except (Exception, SystemExit) as raised:
            error = raised
            break
        each_turn(game.turns)
    score = number(game.game.state.get(score_key)) if score_key else None
    return PlayedGame(
        None if score is None else float(score),
        total,
        game.turns,
        "error" if error else "turn limit" if game.playing else "game over",
        tuple(counts),
        error,
    )


def _chosen(player: Player, game: GameToCopy, metadata: GameMetadata) -> int:
    try:
        key = player.choose(game)
    except (RetroGamerError, ForkFailed):
        raise
    except Exception as error:
        module = type(player).__module__
        raise PluginError(
            f"the player {type(player).__name__} failed: {in_words(error)}",
            where=last_line_in(module, error),
            hint="correct that line, then type the same command again",
        ) from error
    if key not in metadata.keys:
        raise PluginError(
            f"the player {type(player).__name__} chose {key!r}, which is no key of this game",
            where=type(player).__module__,
            hint=f"choose one of {', '.join(map(repr, metadata.keys))}",
        )
    return metadata.keys.index(key)


class _Enough(Exception):
    """It was tried for long enough."""


class Ladder:
    """What the players of a game reach, kept in a file.

    Args:
        found: the game.
        metadata: what it is; complete.
        settings: of the games.
        file: where results are read and written; None for nowhere.
    """

    def __init__(
        self, found: FoundGame, metadata: GameMetadata, settings: GameSettings, file: Path | None
    ) -> None:
        self._found, self._metadata, self._settings, self._file = found, metadata, settings, file
        self._kept = _read(file)
        self._same_game = [code_of(found), metadata.to_dict(), dict(settings)]

    def played(self, rung: Rung, count: int) -> list[PlayedGame]:
        """The first games of this player, as many as are kept, ``count`` at most."""
        return self._kept.get(self._key(rung), [])[:count]

    def play(
        self,
        rung: Rung,
        count: int,
        plugins: Plugins,
        each_turn: Callable[[int, int], object] = lambda games, turns: None,
    ) -> Iterator[PlayedGame]:
        """Play those of the first ``count`` games of this player that are not kept yet, one after the other."""
        games = self._kept.setdefault(self._key(rung), [])
        player = build(rung, self._metadata, plugins)
        for index in range(len(games), count):
            game = play_as(
                player,
                self._found.factory,
                self._metadata,
                index,
                each_turn=lambda turns, index=index: each_turn(index, turns),  # type: ignore[misc]
                **self._settings,
            )
            games.append(game)
            if game.error is None:
                self._write()
            yield game

    def seconds_a_game(self, rung: Rung, plugins: Plugins, tried: float) -> float:
        """What a game of this player takes at most, as far as ``tried`` seconds of one tell. It is not kept."""
        began, turns = perf_counter(), 0

        def each_turn(count: int) -> None:
            nonlocal turns
            turns = count
            if perf_counter() - began > tried:
                raise _Enough

        with suppress(_Enough):
            player = build(rung, self._metadata, plugins)
            play_as(player, self._found.factory, self._metadata, 0, each_turn=each_turn, **self._settings)
            return perf_counter() - began
        return (perf_counter() - began) / max(1, turns) * self._settings["max_turns"]

    def _key(self, rung: Rung) -> str:
        part = rung.part
        made_by = [part.part.factory, part.provider.version, part.sha256, dict(rung.options)]
        what = json.dumps([_SCHEMA, self._same_game, made_by], default=repr, sort_keys=True)
        return f"{rung.name} {sha256(what.encode()).hexdigest()[:16]}"

    def _write(self) -> None:
        if self._file is None:
            return
        games = {
            key: [{name: getattr(game, name) for name in _KEPT} for game in played if game.error is None]
            for key, played in self._kept.items()
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_text(self._file, json.dumps({"schema": _SCHEMA, "games": games}) + "\n")


def build(rung: Rung, metadata: GameMetadata, plugins: Plugins) -> Player:
    """The player of a rung, for this game."""
    return plugins.build(rung.part, dict(rung.options), keys=metadata.keys, metadata=metadata)


def standing(agent: Results, others: Mapping[str, Results]) -> dict[str, str]:
    """Of each other one: whether the agent is ``"above"`` or ``"below"`` it, or ``"unsure"`` (their intervals meet)."""
    low, high = agent.compared.ci95
    return {
        name: "above"
        if low > other.compared.ci95[1]
        else "below"
        if high < other.compared.ci95[0]
        else "unsure"
        for name, other in others.items()
    }


def _read(file: Path | None) -> dict[str, list[PlayedGame]]:
    """What is kept; nothing where the file is not there, or is not what was written: it is all played again then."""
    if file is None or not file.is_file():
        return {}
    with suppress(ValueError, KeyError, TypeError, OSError):
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["schema"] == _SCHEMA:
            return {
                str(key): [PlayedGame(**{**game, "actions": tuple(game["actions"])}) for game in games]
                for key, games in kept["games"].items()
            }
    return {}


def code_of(found: FoundGame) -> str:
    """A digest of the game's own code, as far as it has been imported, and of retro-games."""
    root = found.source_root
    files = {
        Path(file)
        for module in list(sys.modules.values())
        if (file := getattr(module, "__file__", None)) and root and Path(file).is_relative_to(root)
    }
    digest = sha256(f"{found.module} {installed.version('retro-games')}".encode())
    for file in sorted(files):
        with suppress(OSError):
            digest.update(file.read_bytes())
    return digest.hexdigest()
