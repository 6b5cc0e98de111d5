"""One policy file is judged in a process of its own, which has so much time and no more.

Policy files come from strangers. Nothing in one is ever run; but it may be damaged, or slow beyond measure, and
then it costs its own process and nobody else's games.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import (
    AbstractContextManager,
    contextmanager,
    nullcontext,
    redirect_stderr,
    redirect_stdout,
    suppress,
)
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread, Timer
from time import process_time, sleep
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import GameError, RetroGamerError
from retro_gamer_core.playing.worker_process import ProcessLost, WorkerProcess
from retro_gamer_core.policies.policy_file import SUFFIX

if TYPE_CHECKING:
    from retro_gamer_core.cli.arguments import PolicyToPlay
    from retro_gamer_core.evaluation.games import PlayedGame
    from retro_gamer_core.games.finding import FoundGame
    from retro_gamer_core.games.metadata import GameMetadata

#: What came of it, as JSON knows values: see ``judged``; or ``{"problem": …, "again": …}``.
Answer = dict[str, Any]

#: A process that uses no processor, and answers to nothing, is waited for so many times its time: the computer may
#: be busy with others.
_PATIENCE = 4.0
_SECONDS_TO_START = 60.0

_TOO_SLOW = 75
"""How a process ends that has used up its time without coming to the end of a turn."""

_TURNS_TO_ASK = 20


@dataclass(frozen=True)
class Question:
    """What a policy file is to play.

    Args:
        file: the policy file; None for random keys, which need a ``game``.
        game: as a person names it; None for the installed one that the file names.
        games: how many; game i begins alike for everybody.
        seed: where all chance begins.
        max_turns: a game that goes on after so many turns is stopped there.
        seconds: of processor time that it may take.
        replay: whether game 0 is taken down and drawn, to be looked at.
        one_of_two: whether the game asks for an opponent, who presses random keys then.
    """

    file: str | None
    game: str | None
    games: int
    seed: int
    max_turns: int
    seconds: float
    replay: bool = False
    one_of_two: bool = False

    def be_answered(self) -> Answer:
        return _of_random_keys(self) if self.file is None else _of_file(self)


class TooSlow(RetroGamerError):
    """What is judged has used up its time."""


class Judges:
    """Judges in processes of their own; several may be asked at once, from several threads.

    ``stop`` ends those that are at work: whoever waits for one hears of a problem.
    """

    def __init__(self, make_judge: Callable[[], Callable[[Any], Answer]]) -> None:
        self._make_judge = make_judge
        self._at_work: set[WorkerProcess] = set()
        self._stopped = False

    def ask(self, question: Any, seconds: float) -> Answer:
        """What came of it. Where something is wrong, ``problem`` is the reason, and ``again`` whether it may pass."""
        worker = WorkerProcess(self._make_judge)
        timer = Timer(_SECONDS_TO_START + _PATIENCE * seconds, worker.kill)
        self._at_work.add(worker)
        try:
            if self._stopped:
                return {"problem": "it was not asked any more", "again": True}
            timer.start()
            worker.ask(question)
            return worker.answer()
        except ProcessLost as lost:
            late = timer.finished.is_set() or str(lost).endswith(f"exit code {_TOO_SLOW}")
            told = too_slow(seconds).problem.what if late else f"its process was lost: {lost}"
            return {"problem": told, "again": True}
        except RetroGamerError as error:
            return {"problem": f"it could not be judged: {error.problem.what}", "again": True}
        finally:
            timer.cancel()
            self._at_work.discard(worker)

    def stop(self) -> None:
        self._stopped = True
        for worker in list(self._at_work):
            worker.kill()


def too_slow(seconds: float, played: int | None = None, of: int = 0) -> TooSlow:
    """The error for what takes too long."""
    after = "" if played is None else f"; it had played {played:,} of {of:,} games by then"
    return TooSlow(f"it was stopped after {seconds:g} seconds{after}")


# In the process of its own ---------------------------------------------------------------------


def make_judge() -> Callable[[Any], Answer]:
    return judged


def judged(question: Any) -> Answer:
    """Answer a ``Question`` or another one that can ``be_answered()``.

    To a ``Question``: ``game``, ``scores`` (of each game, or the returns where it keeps none), ``measure``, ``turns``,
    ``ended``, ``trained_on``, ``episode`` and perhaps ``replay``.
    """
    from retro_gamer_core.plugins.diagnosis import in_words

    Thread(target=_end_when_too_slow, args=[question.seconds], daemon=True).start()
    with _prints_nothing():
        try:
            answer: Answer = question.be_answered()
        except RetroGamerError as error:
            what = error.problem.what.rpartition(f"{SUFFIX} is not used: ")[2]
            answer = {"problem": what, "again": isinstance(error, TooSlow)}
        except Exception as error:  # a file that nobody foresaw must not cost the others their table
            answer = {"problem": f"it made its judge fail: {in_words(error)}", "again": True}
    return {**answer, "seconds": process_time()}


def _end_when_too_slow(seconds: float) -> None:
    """End this process, whatever it is doing, when it has used its time and a little more."""
    while process_time() < seconds + 2:
        sleep(0.2)
    os._exit(_TOO_SLOW)


def _of_file(question: Question) -> Answer:
    from retro_gamer_core.evaluation.games import greedy, play_games
    from retro_gamer_core.playing.chance import any_game
    from retro_gamer_core.playing.replay import Recorder

    chosen = opened(str(question.file), question.game)
    found, policy = chosen.found, chosen.policy
    player = policy.player_in(any_game(found.factory, found.name))
    player = replace(player, metadata=as_the_game_says(player.metadata, found))
    recorder = Recorder() if question.replay else None
    score_key = _score_key(found, player.metadata)
    with random_opponents(found) if question.one_of_two else nullcontext():
        played = play_games(
            greedy(player.learner, question.seed, recorder), found.factory, player, question.games,
            max_turns=question.max_turns, seed=question.seed, score_key=score_key,
            each_turn=within(question), recorder=recorder,
        )  # fmt: skip
        answer = _told(played, found) | {"trained_on": policy.game, "episode": policy.episode}
        if recorder is not None:
            answer["replay"] = _drawn(recorder, question, found, player, score_key)
    return answer


def opened(file: str, game: str | None) -> PolicyToPlay:
    """A policy file and the game that it is to play.

    Raises:
        RetroGamerError: it cannot be read, or is for another game.
    """
    from retro_gamer_core.cli.arguments import policy_to_play
    from retro_gamer_core.games.entry_points import is_installed_game
    from retro_gamer_core.games.finding import find_game

    if game is not None:
        find_game(game)  # the code of whoever judges, imported before a stranger's file is opened
    chosen = policy_to_play(file, None, game)
    found, policy = chosen.found, chosen.policy
    named, name = policy.game, Path(policy.path.name).name
    both = is_installed_game(named) and is_installed_game(found.name)
    keys = found.metadata.actions if found.metadata else policy.metadata.actions
    strange = [key for key in policy.metadata.actions if key not in keys]
    if (both and named != found.name and not _same_game(named, found.name)) or strange:
        why = f", and presses keys that this game has not: {', '.join(strange[:4])}" if strange else ""
        raise GameError(f"{name} is for another game: it was trained on {named!r}{why}")
    return chosen


def _same_game(one: str, other: str) -> bool:
    from retro_gamer_core.games.entry_points import registered_games

    return any({one, other} == {game.name, game.entry} for game in registered_games())


def as_the_game_says(metadata: GameMetadata, found: FoundGame) -> GameMetadata:
    """What a card says the game is, but for what is counted: that the game itself says."""
    if (said := found.metadata) is None:
        return metadata
    return replace(metadata, reward=said.reward, score=said.score, winner=said.winner)


def random_opponents(found: FoundGame) -> AbstractContextManager[Any]:
    """Let whoever the game asks for press random keys, while the block runs."""
    from retro_gamer_core.duels.opponent import seated

    return seated({run: [None] for run in asked_for(found)})


def asked_for(found: FoundGame) -> list[Path]:
    """The runs that an ``Opponent`` in this game stands for, as seen in some turns of it."""
    from retro_gamer_core.duels.opponent import seated
    from retro_gamer_core.games.finding import fresh_game
    from retro_gamer_core.playing.chance import Chance
    from retro_gamer_core.playing.key_presses import KeyPresses

    with seated({Path("nobody"): [None]}) as asked, Chance(0):
        game = fresh_game(found.factory, found.name)
        game.input_source, game.view = KeyPresses((None,)), None
        with suppress(Exception):  # it may need the run that it asks for, and has asked by then
            game.start()
            for _ in range(_TURNS_TO_ASK):
                if game.playing:
                    game.input_source.press(0)
                    game.step()
        return sorted(asked)


def _of_random_keys(question: Question) -> Answer:
    from retro_gamer_core.evaluation.games import play_at_random
    from retro_gamer_core.games.finding import find_game
    from retro_gamer_core.playing.environment import complete_metadata
    from retro_gamer_core.playing.frames import CharacterCodes
    from retro_gamer_core.plugins.registry import installed_plugins
    from retro_gamer_core.policies.card import PartOnCard
    from retro_gamer_core.policies.player import Player, build_encoder

    found = find_game(str(question.game))
    if (metadata := found.metadata) is None:
        raise GameError(f"nothing describes the game {found.name}")
    complete_metadata(metadata, found.factory)
    encoder = build_encoder(PartOnCard("one_hot", {}), metadata, None, installed_plugins())
    player = Player(metadata, encoder, CharacterCodes(metadata.character_set or ()), None)
    played = play_at_random(
        found.factory, player, question.games, each_turn=within(question),
        max_turns=question.max_turns, seed=question.seed, score_key=_score_key(found, metadata),
    )  # fmt: skip
    return _told(played, found)


def _score_key(found: FoundGame, metadata: GameMetadata) -> str:
    from retro_gamer_core.playing.chance import any_game

    return metadata.score_key(any_game(found.factory, found.name).state)


def within(question: Any) -> Callable[[int], None]:
    """What is called after each turn with how many games have ended: it raises ``TooSlow`` when the time is up."""

    def each_turn(ended: int) -> None:
        if process_time() > question.seconds:
            raise too_slow(question.seconds, ended, question.games)

    return each_turn


def _told(played: list[PlayedGame], found: FoundGame) -> Answer:
    from retro_gamer_core.games.tracebacks import where_raised
    from retro_gamer_core.plugins.diagnosis import in_words

    errors = [game.error for game in played if game.error is not None]
    if len(errors) == len(played):
        where = where_raised(errors[0], found.source_root)
        raise GameError(f"the game failed each time it played: {in_words(errors[0])}", where=where)
    scores = [game.score for game in played if game.score is not None]
    keeps_score = len(scores) == len(played)
    return {
        "game": found.name,
        "measure": "score" if keeps_score else "return",
        "scores": scores if keeps_score else [game.total_reward for game in played],
        "turns": [game.turns for game in played],
        "ended": dict(Counter(game.ended for game in played)),
    }


def _drawn(recorder: Any, question: Question, found: FoundGame, player: Any, score_key: str) -> Any:
    """Game 0 as the page shows it, with the lowest and the highest value in it; None where it cannot be shown."""
    from retro_gamer_core.terminal.printing import as_json
    from retro_gamer_seeing.page_games import Stage, game_on_page

    recording = recorder.recording(found.name, question.seed, score_key, {"name": "end", "total_turns": 0})
    if recording is None:
        return None
    stage = Stage(found.factory, player.metadata, player.encoder)
    low, high = float(recording.values.min()), float(recording.values.max())
    return as_json({**game_on_page(recording, stage), "range": [low, high if high > low else low + 1]})


@contextmanager
def _prints_nothing() -> Iterator[None]:
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nothing,
        redirect_stdout(nothing),
        redirect_stderr(nothing),
    ):
        yield
