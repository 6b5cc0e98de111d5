"""All data of a page, gathered step by step: the figures at once, then each game, then what takes playing on.

The report waits for all of it; the server gives what there is, and goes on in a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.terminal.printing import as_json
from retro_gamer_seeing.ledger import ledger
from retro_gamer_seeing.page_data import RunFiles
from retro_gamer_seeing.questions import questions_about
from retro_gamer_seeing.recordings import id_of, read_recordings

if TYPE_CHECKING:
    from retro_gamer_core.playing.replay import Recording
    from retro_gamer_core.runs.run_directory import RunDirectory

_GROWTH = (0.0, 0.01, 0.03, 0.1, 0.3)
"""Shares of the training at which a game is shown, beside the best and the last one."""


class PageSource:
    """The data of a run's page. ``data`` may be asked from several threads.

    Args:
        run: the run. Its files are read, none is changed.
    """

    def __init__(self, run: RunDirectory) -> None:
        self._run = run
        self._files = RunFiles(run)
        self._lock = threading.Lock()
        self._version = 0
        self._figures: dict[str, Any] = {}
        self._games: dict[str, dict[str, Any]] = {}
        self._once: dict[str, Any] = {}
        self._seen: object = None

    def data(self, since: int = -1) -> dict[str, Any] | None:
        """What is known now; games that have not changed since a version are only named. None where nothing has."""
        with self._lock:
            self._look()
            if self._version <= since:
                return None
            games = [
                game if game["version"] > since else {"id": game["id"], "unchanged": True}
                for game in self._games.values()
            ]
            told = {**self._figures, **self._once, "games": games, "version": self._version}
            told["questions"] = questions_about({**told, "games": list(self._games.values())})
            return as_json(told)

    def gather(self, progress: Callable[[str, float], object] = lambda what, share: None) -> Iterator[str]:
        """Find out what is not known yet, and yield after each step of it.

        ``progress`` is told what is done, and the share of it that is. Games run in the thread that calls this, so
        there may be only one.
        """
        recordings, problems = read_recordings(self._run.path)
        stamp = [(each.at["total_turns"], each.checksum) for each in recordings]
        if stamp == self._seen:
            return
        self._seen = stamp
        chosen = chosen_games(recordings)
        if not chosen:
            self._tell(games_note=" ".join(map(str, problems)))
            return
        try:
            from retro_gamer_seeing.explanation import value_range
            from retro_gamer_seeing.page_games import figures_of, game_on_page, stage_of
            from retro_gamer_seeing.page_insights import Insights

            stage = stage_of(self._run)
        except RetroGamerError as error:
            self._tell(games_note=f"The recorded games cannot be shown: {error.problem}")
            return
        low, high = value_range(chosen)
        self._tell(value_range=[low, high], games_note=None, games_problems=[str(each) for each in problems])
        known = {id_of(each): each for each in chosen}
        keys = stage.metadata.keys
        self._keep(known, {name: figures_of(each, keys) | {"pending": True} for name, each in known.items()})
        yield "figures"
        # The last game first: it is the one that is looked at.
        waiting = [name for name in reversed(known) if self._games[name]["pending"]]
        for done, name in enumerate(waiting):
            progress(f"playing game {done + 1} of {len(waiting)} again", done / (2 * len(waiting)))
            self._keep(known, {name: game_on_page(known[name], stage)})
            yield name
        self._tell(ledger=ledger(known.values()))
        yield "ledger"
        insights = Insights(self._run, stage, high - low)
        for done, name in enumerate(waiting):
            progress(f"what if? game {done + 1} of {len(waiting)}", 0.5 + done / (2 * len(waiting)))
            if self._games[name]["board"] is not None:
                self._keep(known, {name: {**self._games[name], **insights.moments_of(known[name])}})
            yield name
        self._tell(**insights.map_of(known[list(known)[-1]]))
        yield "map"

    def _look(self) -> None:
        figures = self._files.figures()
        if figures is not self._figures:
            self._figures = figures
            self._version += 1

    def _tell(self, **values: Any) -> None:
        with self._lock:
            self._once |= values
            self._version += 1

    def _keep(self, known: dict[str, Recording], games: dict[str, dict[str, Any]]) -> None:
        """Keep these games beside those that are known already, in the order of the training."""
        with self._lock:
            self._version += 1
            for name, game in games.items():
                if not (game["pending"] and name in self._games):
                    self._games[name] = {**game, "version": self._version}
            self._games = {name: self._games[name] for name in known if name in self._games}


def chosen_games(recordings: Sequence[Recording]) -> list[Recording]:
    """The games of the page, in the order of the training: those nearest to ``_GROWTH``, the best and the last."""
    ordered = sorted(recordings, key=lambda each: (each.at["total_turns"], each.at["name"] == "end"))
    turns = [each.at["total_turns"] for each in ordered]
    chosen = {id_of(each) for each in ordered if each.at["name"] in ("before", "during", "end")}
    for wanted in _GROWTH if ordered else ():
        nearest = min(range(len(ordered)), key=lambda i: abs(turns[i] / max(1, turns[-1]) - wanted))
        chosen.add(id_of(ordered[nearest]))
    best = [each for each in ordered if each.at["best"]]
    chosen |= {id_of(each) for each in (*best[-1:], *ordered[-1:])}
    return [each for each in ordered if id_of(each) in chosen]


def everything(source: PageSource, progress: Callable[[str, float], object]) -> dict[str, Any]:
    """The whole data of a page, after all of it was found out."""
    for _ in source.gather(progress):
        pass
    data = source.data()
    assert data is not None  # nothing is older than the beginning
    return data
