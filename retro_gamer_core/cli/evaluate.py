"""``retro-gamer evaluate``: how good is what was learned, and how sure is that?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from retro_gamer_core.cli.arguments import AS_JSON, SEED, SOME, policy_options, policy_to_play
from retro_gamer_core.cli.exits import INTERRUPTED
from retro_gamer_core.terminal.printing import (
    MovingLine,
    command,
    figure,
    next_step,
    say,
    say_json,
    table,
    warn,
)
from retro_gamer_core.terminal.printing import what_games_print_aside as aside

if TYPE_CHECKING:
    import numpy as np

    from retro_gamer_core.evaluation.games import Player
    from retro_gamer_core.evaluation.report import Report
    from retro_gamer_core.games.finding import FoundGame
    from retro_gamer_core.observation import TimeSteps

_BAR = 30
_VERDICTS = {
    "better": "It plays better than random keys: the intervals lie apart, so that is hardly luck.",
    "worse": "It plays worse than random keys. Early in training that is usual; late in it, something is wrong.",
    "unsure": "It cannot be told from random play in so few games: the intervals overlap. Train on, or play more "
    "games with --episodes.",
}
_EXPLAINED = (
    "score: what the game itself counts; return: the rewards of a game, added up; IQM: the mean of the middle "
    "half of the games, which single lucky ones cannot move; 95 % interval: where the mean of very many games "
    "probably lies."
)


@click.command()
@policy_options
@click.option("--episodes", type=SOME, help="How many games it plays: 100, and 10 with --ladder.")
@click.option("--ladder", is_flag=True, help="Beside players that learned nothing. RUN may be a game.")
@click.option("--seed", type=SEED, default=0, help="The same seed gives the same games.")
@AS_JSON
def evaluate(
    run: str,
    game: str | None,
    checkpoint: str | None,
    episodes: int | None,
    ladder: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Measure how good it is: many games without random keys, beside random play. RUN may be a policy file.

    Each game ends at the latest after max_turns_per_episode turns.
    """
    if ladder:
        from retro_gamer_core.cli.ladder import show_ladder

        show_ladder(run, game, checkpoint, episodes or 10, seed, as_json)
        return
    from retro_gamer_core.evaluation.games import greedy
    from retro_gamer_core.games.finding import fresh_game

    episodes = episodes or 100
    with aside():
        chosen = policy_to_play(run, checkpoint, game)
        policy, found = chosen.policy, chosen.found
        player = policy.player_in(fresh_game(found.factory, found.name))
    done = 0

    def count(ended: int) -> None:
        nonlocal done
        done = ended

    # What the game's description says today, and above all what the run's own says.
    references = {
        **(found.metadata.reference_scores if found.metadata else {}),
        **chosen.metadata.reference_scores,
    }
    try:
        choose = greedy(player.learner, seed)
        report = tried(
            choose, player, found, episodes, chosen.max_turns, references, seed=seed, each_turn=count
        )
    except KeyboardInterrupt:
        warn(
            f"Stopped after {done:,} of {episodes:,} games. No figures are shown: those that ended first are the "
            "short ones, and say little about the others."
        )
        next_step(command("evaluate", run, game=game, checkpoint=checkpoint, episodes=max(1, done)))
        raise click.exceptions.Exit(INTERRUPTED) from None
    if as_json:
        about = {"run": run, "checkpoint": policy.path.name, "episode": policy.episode, "seed": seed}
        say_json({**report.to_dict(), **about, "episodes": episodes, "max_turns": chosen.max_turns})
        return
    say(f"{policy.path.name} (episode {policy.episode:,}) in {episodes:,} games of {policy.game}", bold=True)
    _print(report, episodes, chosen.max_turns)
    best = chosen.run.best_checkpoint if chosen.run else None
    another = best is not None and best.is_file() and best != policy.path
    next_step(
        command("play", run, game=game, checkpoint=checkpoint),
        *([command("evaluate", run, checkpoint="best")] if another else []),
    )


def tried(
    choose: Callable[[TimeSteps], np.ndarray],
    player: Player,
    found: FoundGame,
    episodes: int,
    max_turns: int,
    references: Mapping[str, float],
    *,
    seed: int = 0,
    each_turn: Callable[[int], object] = lambda ended: None,
) -> Report:
    """Games of ``choose`` and as many at random, with a line that moves meanwhile.

    Raises:
        GameError: all of them failed.
    """
    from retro_gamer_core.evaluation.games import GameSettings, play_at_random, play_games
    from retro_gamer_core.evaluation.report import Report, errors_in

    score_key = player.metadata.score or "score"
    settings: GameSettings = {"max_turns": max_turns, "seed": seed, "score_key": score_key}
    with MovingLine() as line, aside():

        def playing(ended: int) -> None:
            each_turn(ended)
            line.show(f"{ended:,} of {episodes:,} games", ended / (2 * episodes))

        def playing_at_random(ended: int) -> None:
            line.show(f"{ended:,} of {episodes:,} games at random", (episodes + ended) / (2 * episodes))

        warn(f"{episodes:,} games, and {episodes:,} at random")
        played = play_games(choose, found.factory, player, episodes, each_turn=playing, **settings)
        at_random = play_at_random(found.factory, player, episodes, each_turn=playing_at_random, **settings)
    if failed := errors_in([*played, *at_random], found.source_root):
        warn(failed)
    return Report.of(played, at_random, references)


def _print(report: Report, games: int, max_turns: int) -> None:
    """The figures, what they mean, and whether random play has been beaten."""
    results, random = report.results, report.at_random
    rows = {
        "score": results.score,
        "return": results.total_reward,
        "turns": results.turns,
        "random: score": random.score,
        "random: return": random.total_reward,
    }
    table(
        (
            {
                "": name,
                "mean": figure(one.mean),
                "IQM": figure(one.iqm),
                "95 % interval": " to ".join(map(figure, one.ci95)),
            }
            for name, one in rows.items()
            if one
        ),
        indent="  ",
    )
    if results.score is not None and random.score is not None:
        _print_bars({"this one": results.score.mean, "random play": random.score.mean, **report.references})
    say(f"\n  {_VERDICTS[report.against_random]}")
    if report.reference is not None and report.normalized is not None:
        reference = f"{report.reference} ({figure(report.references[report.reference])})"
        say(f"  Normalised score {report.normalized:.3f}: 0 is random play, 1 is as good as {reference}.")
    if len(report.ended) > 1 or "game over" not in report.ended:
        how = {
            "game over": "ended by themselves",
            "turn limit": f"were stopped after {max_turns:,} turns",
            "error": "ended because the game's code failed",
        }
        ended = ", ".join(f"{count:,} {how[end]}" for end, count in report.ended.items())
        say(f"  Of the {games:,} games, {ended}.")
    say(f"\n  {_EXPLAINED}")


def _print_bars(scores: dict[str, float]) -> None:
    """One bar for each, from the lowest to the highest."""
    low, high = min(0.0, *scores.values()), max(0.0, *scores.values())
    width = max(map(len, scores))
    say()
    for name, score in sorted(scores.items(), key=lambda item: item[1]):
        bar = "█" * (round((score - low) / (high - low) * _BAR) if high > low else 0)
        say(f"  {name:<{width}}  {bar:<{_BAR}} {figure(score)}")
