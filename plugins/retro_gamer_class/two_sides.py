"""A league of a game with two sides: each file plays one of them, against every file of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_class.answers import KeptAnswers, Progress
from retro_gamer_class.judging import Answer, Question, asked_for, opened, within
from retro_gamer_class.standings import Ranked, Standings, names_by_file
from retro_gamer_class.submissions import Submission
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.evaluation.statistics import Summary
from retro_gamer_core.policies.policy_file import read_policy_file

if TYPE_CHECKING:
    from retro_gamer_core.duels.ratings import Rating
    from retro_gamer_core.duels.sides import Side
    from retro_gamer_core.games.finding import FoundGame

_GAMES_ALONE = 2
"""Games against random keys: they show that a file can play at all, and the first is the one to look at."""


@dataclass(frozen=True)
class MatchQuestion:
    """What two policy files are to play.

    Args:
        files: one of each side.
        games_of: the games in which each of them has the keyboard.
        games: how many; every other one is the second one's.
        seed, max_turns, seconds: as in ``Question``.
    """

    files: tuple[str, str]
    games_of: tuple[str, str]
    games: int
    seed: int
    max_turns: int
    seconds: float

    def be_answered(self) -> Answer:
        """``wins`` of each."""
        from retro_gamer_core.duels.matches import Participant, play_matches
        from retro_gamer_core.duels.opponent import Snapshot
        from retro_gamer_core.games.finding import find_game

        sides = two_sides([find_game(game) for game in self.games_of], self.max_turns)
        for file, game in zip(self.files, self.games_of, strict=True):
            opened(file, game)
        one, other = (
            Participant(side, Snapshot(side.name, 1, 0, Path(file).name), Path(file))
            for side, file in zip(sides, self.files, strict=True)
        )
        begun, in_time = 0, within(self)

        def each_game() -> None:
            nonlocal begun
            in_time(begun)
            begun += 1

        result = play_matches(one, other, self.games, seed=self.seed, each_game=each_game)
        return {"wins": [result.first_wins, result.second_wins], "draws": result.draws}


def two_sides(found: Sequence[FoundGame], max_turns: int) -> tuple[Side, Side]:
    """Both sides of a game, by the two games in which each of them has the keyboard.

    Raises:
        RetroGamerError: something is missing that it takes to play them against each other.
    """
    from retro_gamer_core.configuration.run_config import RunConfig
    from retro_gamer_core.configuration.settings import TrainingSettings
    from retro_gamer_core.duels.sides import Side
    from retro_gamer_core.runs.run_directory import RunDirectory

    if len(found) != 2:
        raise RetroGamerError(
            f"a league has one game or the two of a game with two sides, and not {len(found)}"
        )
    for each in found:
        if each.metadata is None or not each.metadata.player or not each.metadata.winner:
            raise RetroGamerError(
                f"the description of {each.name} does not say who plays in it, and who has won",
                why="in a game of two sides, wins are counted by the name of the character",
                hint="add player and winner to its description, as for a duel",
            )
    asked = [asked_for(each) for each in found]
    for each, runs in zip(found, asked, strict=True):
        if len(runs) != 1:
            raise RetroGamerError(
                f"{each.name} asks for {len(runs)} opponents, and one is needed",
                why="whoever plays the other side is asked through an Opponent in the code of the game",
                hint='opponent = Opponent("runs/runner", keys=[…]), and its get_action(game) in each turn',
            )
    settings = TrainingSettings(max_turns_per_episode=max_turns)
    one, other = (
        Side(RunDirectory(runs[0]), RunConfig(each.name, each.metadata, (), settings, ()), each)
        for each, runs in zip(found, reversed(asked), strict=True)
        if each.metadata is not None
    )
    return one, other


def standings_of_two_sides(
    submissions: Sequence[Submission],
    question: Question,
    found: Sequence[FoundGame],
    ask: KeptAnswers,
    progress: Progress,
) -> Standings:
    """Let each play alone, then each against all of the other side, and rate them all."""
    from retro_gamer_core.duels.ratings import Result, rate

    sides = two_sides(found, question.max_turns)
    side_of = {each.sha256: _side_of(each.path, sides) for each in submissions if each.sha256}
    path_of = {each.sha256: str(each.path) for each in submissions}
    alone: dict[str, Any] = {
        digest: replace(
            question, file=path_of[digest], game=sides[side].game.name, games=_GAMES_ALONE, one_of_two=True
        )
        for digest, side in side_of.items()
    }
    answers = ask.all(alone, progress)
    problems = {each.name: each.problem or answers[each.sha256].get("problem", "") for each in submissions}
    able = [
        digest for digest in dict.fromkeys(path_of) if "problem" not in answers.get(digest, {"problem": ""})
    ]
    games_of = sides[0].game.name, sides[1].game.name
    matches: dict[str, Any] = {
        f"{one} {other}": MatchQuestion(
            (path_of[one], path_of[other]), games_of, question.games, question.seed, question.max_turns,
            question.seconds,
        )
        for one in able if side_of[one] == 0
        for other in able if side_of[other] == 1
    }  # fmt: skip
    results = []
    for pair, answer in ask.all(matches, progress).items():
        one, other = pair.split()
        if "problem" not in answer:
            first, second = answer["wins"]
            results.append(Result(one, other, first, second, answer["draws"]))
    ratings = rate(results)
    names = names_by_file(submissions)
    rows = []
    for each in submissions:
        if each.sha256 in ratings:
            rating = ratings[each.sha256]
            answer = {**answers[each.sha256], "games": rating.games, "won": rating.share}
            answer["side"] = sides[side_of[each.sha256]].name
            summary = Summary(rating.elo, rating.elo, rating.ci95)
            same = tuple(name for name in names[each.sha256] if name != each.name)
            rows.append(Ranked(each.name, _rank(rating, ratings), summary, answer, None, same))
        elif not problems[each.name]:
            problems[each.name] = "there was nobody of the other side whom it could play"
    rows.sort(key=lambda row: (-row.summary.mean, row.name.casefold()))
    left_out = [(name, problem) for name, problem in problems.items() if problem]
    return Standings(question, " and ".join(games_of), "rating", rows, left_out, None)


def _side_of(file: Path, sides: Sequence[Side]) -> int:
    """Which side a file says that it plays; the first where it says nothing, and then its judge says why."""
    try:
        player = read_policy_file(file)[0]["metadata"]["player"]
    except (RetroGamerError, OSError, MemoryError, LookupError, TypeError):
        player = None
    return int(player == sides[1].name)


def _rank(rating: Rating, ratings: dict[str, Rating]) -> tuple[int, int]:
    """Those whose intervals lie apart are told apart."""
    low, high = rating.ci95
    better = sum(other.ci95[0] > high for other in ratings.values())
    worse = sum(other.ci95[1] < low for other in ratings.values())
    return 1 + better, len(ratings) - worse
