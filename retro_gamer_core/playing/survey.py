"""A first look at a game before a run is made: how large, how fast, whom to follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from retro_gamer_core.games.console_screen import console_note
from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.games.metadata import GameMetadata, check_against_game
from retro_gamer_core.parts import GameFacts
from retro_gamer_core.playing.chance import seeded
from retro_gamer_core.playing.player import PlayerFinder
from retro_gamer_core.playing.random_play import Watcher, play_at_random

if TYPE_CHECKING:
    from retro.game import Game

#: Random play ends after so many turns, or seconds, whichever comes first.
_TURNS = 2_000
_SECONDS = 1.0
#: Cells are counted once in so many turns.
_TURNS_BETWEEN_COUNTS = 20
_SLOW_TURN = 0.005
_SLOW_CREATION = 0.5


def survey_game(
    name: str,
    create_game: Callable[[], Game],
    metadata: GameMetadata,
    watchers: Sequence[Watcher] = (),
    *,
    seed: int = 0,
) -> GameFacts:
    """Make a game, play a moment of it at random, and note what a recipe needs to know.

    Whoever else wants to see that moment is among ``watchers``. All chance in it comes from ``seed``.

    Raises:
        MetadataError: the description does not fit the game.
        GameError: the game cannot be made.
    """
    with seeded(seed):
        began = perf_counter()
        game = fresh_game(create_game, name)
        create_seconds = perf_counter() - began
        check_against_game(metadata, game)
        finder = PlayerFinder(metadata.player)
        player = (metadata.player or "") if finder.position(game) is not None else None
        note = console_note(game)
        seen = _Seen()
        play_at_random(
            create_game,
            metadata,
            [seen, *watchers],
            turns=_TURNS,
            seconds=_SECONDS,
            max_turns=_TURNS,
            game=game,
        )
    return GameFacts(
        name=name,
        board_size=tuple(game.board_size),
        actions=tuple(metadata.actions),
        characters=None if metadata.character_set is None else tuple(metadata.character_set),
        spatial=metadata.spatial,
        observe_state=tuple(metadata.observe_state),
        player=player,
        turn_seconds=median(seen.seconds or [0.0]),  # no mean: a busy computer makes some turns very long
        create_seconds=create_seconds,
        largest_reward=seen.largest_reward,
        rewarded_turns=seen.rewarded / max(1, seen.turns),
        occupied_cells=seen.occupied / max(1, seen.counts),
        notes=(note,) if note else (),
    )


def warnings_about(facts: GameFacts) -> list[str]:
    """Sentences on what will make training slow."""
    if facts.create_seconds <= _SLOW_CREATION and facts.turn_seconds <= _SLOW_TURN:
        return []
    thousand = 1000 * facts.turn_seconds
    return [
        f"this game is slow: a fresh game takes {facts.create_seconds:.1f} s and a turn "
        f"{1000 * facts.turn_seconds:.0f} ms, so a thousand turns take {thousand:.0f} s and a hundred thousand, "
        f"which is little for learning, {100 * thousand / 3600:.1f} hours"
    ]


@dataclass
class _Seen:
    """What random play has met so far."""

    turns: int = 0
    seconds: list[float] = field(default_factory=list)
    largest_reward: float = 0.0
    rewarded: int = 0
    occupied: int = 0
    counts: int = 0

    def begun(self, game: Game) -> None: ...

    def played(self, game: Game, reward: float, seconds: float) -> None:
        self.seconds.append(seconds)
        if self.turns % _TURNS_BETWEEN_COUNTS == 0:
            self.occupied += _occupied_cells(game)
            self.counts += 1
        self.turns += 1
        self.rewarded += reward != 0
        self.largest_reward = max(self.largest_reward, abs(reward))

    def ended(self, game: Game | None, how: str, error: BaseException | None) -> None: ...


def _occupied_cells(game: Game) -> int:
    return len({agent.position for agent in game.agents if getattr(agent, "display", True)})
