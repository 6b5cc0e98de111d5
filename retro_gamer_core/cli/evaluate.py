"""``retro-gamer evaluate``: how good is what was learned, and how sure is that?"""

from __future__ import annotations

import sys
from typing import Any

import click

from retro_gamer_core.cli.evaluation_report import print_evaluation, tell_errors
from retro_gamer_core.cli.exits import INTERRUPTED
from retro_gamer_core.cli.policy_to_play import GAME_OPTION, PolicyToPlay, policy_to_play, what_was_chosen
from retro_gamer_core.cli.printing import next_step, say, say_json, typed, warn, what_games_print_aside


@click.command()
@click.argument("run", metavar="RUN")
@GAME_OPTION
@click.option(
    "--checkpoint", metavar="NAME", help="Which one plays: best, final, ep_0100; the newest if left out."
)
@click.option(
    "--episodes", type=click.IntRange(min=1), default=100, show_default=True, help="How many games it plays."
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="The same seed gives the same games.",
)
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@click.pass_context
def evaluate(
    ctx: click.Context,
    run: str,
    game: str | None,
    checkpoint: str | None,
    episodes: int,
    seed: int,
    as_json: bool,
) -> None:
    """Measure how good it is: many games without random keys, beside random play. RUN may be a policy file.

    Each game ends at the latest after max_turns_per_episode turns.
    """
    from retro_gamer_core.evaluation.games import GameSettings, greedy, play_at_random, play_games
    from retro_gamer_core.evaluation.report import Report
    from retro_gamer_core.games.finding import fresh_game

    with what_games_print_aside():
        chosen = policy_to_play(run, checkpoint, game)
        policy, found, max_turns = chosen.policy, chosen.found, chosen.max_turns
        player = policy.player_in(fresh_game(found.factory, found.name))
    settings: GameSettings = {
        "max_turns": max_turns,
        "seed": seed,
        "score_key": chosen.metadata.score or "score",
    }
    counter = _Counter(episodes)
    with counter, what_games_print_aside():
        try:
            played = play_games(
                greedy(player.learner), found.factory, player, episodes, each_turn=counter.played, **settings
            )
            at_random = play_at_random(
                found.factory, player, episodes, each_turn=counter.played_at_random, **settings
            )
        except KeyboardInterrupt:
            counter.stopped = True
    if counter.stopped:
        warn(counter.in_words)
        which = what_was_chosen(game, checkpoint)
        next_step(typed("retro-gamer", "evaluate", run, *which, "--episodes", max(1, counter.ended)))
        ctx.exit(INTERRUPTED)
    tell_errors([*played, *at_random], found)
    report = Report.of(played, at_random, _references(chosen))
    if as_json:
        about = {"run": run, "checkpoint": policy.path.name, "episode": policy.episode, "seed": seed}
        say_json({**report.to_dict(), **about, "episodes": episodes, "max_turns": max_turns})
        return
    say(f"{policy.path.name} (episode {policy.episode:,}) in {episodes:,} games of {policy.game}", bold=True)
    print_evaluation(report, episodes, max_turns)
    which = what_was_chosen(game, checkpoint)
    best = typed("retro-gamer", "evaluate", run, "--checkpoint", "best")
    next_step(typed("retro-gamer", "play", run, *which), *([best] if _has_another_best(chosen) else []))


def _has_another_best(chosen: PolicyToPlay) -> bool:
    best = chosen.run.best_checkpoint if chosen.run else None
    return best is not None and best.is_file() and best != chosen.policy.path


def _references(chosen: PolicyToPlay) -> dict[str, float]:
    """What the game's description says today, and above all what the run's own says."""
    described = chosen.found.metadata.reference_scores if chosen.found.metadata else {}
    return {**described, **chosen.metadata.reference_scores}


class _Counter:
    """Counts the games that have ended; on a terminal, a bar shows it."""

    def __init__(self, games: int) -> None:
        self.ended = 0
        self.stopped = False
        self._games = games
        self._bar = click.progressbar(
            length=2 * games, label=f"{games:,} games, and {games:,} at random", file=sys.stderr
        )

    def __enter__(self) -> _Counter:
        self._bar.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._bar.__exit__(*error)

    def played(self, ended: int) -> None:
        self.ended = ended
        self._bar.update(ended - self._bar.pos)

    def played_at_random(self, ended: int) -> None:
        self._bar.update(self._games + ended - self._bar.pos)

    @property
    def in_words(self) -> str:
        return (
            f"Stopped after {self.ended:,} of {self._games:,} games. No figures are shown: those that ended "
            "first are the short ones, and say little about the others."
        )
