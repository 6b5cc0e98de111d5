"""A first look at a game before a run is made: how large, how fast, whom to follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean, median
from time import perf_counter
from typing import TYPE_CHECKING

from retro_gamer_core.games.console_screen import console_note
from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.games.metadata import GameMetadata, check_against_game
from retro_gamer_core.parts import GameFacts
from retro_gamer_core.playing.chance import seeded
from retro_gamer_core.playing.contacts import Contacts
from retro_gamer_core.playing.hidden_motion import HiddenMotion
from retro_gamer_core.playing.player import PlayerFinder
from retro_gamer_core.playing.random_play import Moment, play_at_random

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
    watchers: Sequence[Callable[[Moment], None]] = (),
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
        play = play_at_random(
            create_game, metadata, turns=_TURNS, seconds=_SECONDS, max_turns=_TURNS, game=game
        )
        seconds: list[float] = []
        rewards: list[float] = []
        occupied: list[int] = []
        contacts, motion = Contacts(metadata), HiddenMotion(metadata)
        for moment in play:
            for watch in (contacts.watch, motion.watch, *watchers):
                watch(moment)
            if moment.game is not None and moment.reward is not None:
                if len(seconds) % _TURNS_BETWEEN_COUNTS == 0:
                    shown = [agent for agent in moment.game.agents if getattr(agent, "display", True)]
                    occupied.append(len({agent.position for agent in shown}))
                seconds.append(moment.seconds)
                rewards.append(abs(moment.reward))
        if contacts.steps():  # now walk toward whatever there is, which random steps seldom do
            for moment in play_at_random(
                create_game,
                metadata,
                turns=_TURNS,
                seconds=_SECONDS,
                max_turns=_TURNS,
                choose=contacts.toward_something,
            ):
                contacts.watch(moment)
                motion.watch(moment)
    return GameFacts(
        name=name,
        board_size=tuple(game.board_size),
        actions=tuple(metadata.actions),
        characters=None if metadata.character_set is None else tuple(metadata.character_set),
        spatial=metadata.spatial,
        observe_state=tuple(metadata.observe_state),
        player=player,
        turn_seconds=median(seconds or [0.0]),  # no mean: a busy computer makes some turns very long
        create_seconds=create_seconds,
        largest_reward=max(rewards, default=0.0),
        rewarded_turns=fmean(map(bool, rewards or [0.0])),
        occupied_cells=fmean(occupied or [0]),
        steps=tuple(sorted(set(contacts.steps().values()))),
        walls=tuple(contacts.walls()),
        goals=tuple(contacts.goals()),
        turns_that_tell=motion.turns_that_tell,
        notes=(note,) if note else (),
    )


def seen_in_play(facts: GameFacts) -> str:
    """What a moment of play showed of a game, and recipes choose by; "" where no key leads anywhere."""
    if not facts.steps:
        return ""
    walls, goals, turns = " ".join(facts.walls), " ".join(facts.goals), facts.turns_that_tell
    return "; ".join(
        [
            f"keys lead {', '.join(facts.steps)}",
            f"toward {goals}" if goals else "toward nothing",
            f"{walls} stopped it" if walls else "nothing stopped it",
            *([f"the last {turns} turn(s) tell what moves next"] if turns else []),
        ]
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
