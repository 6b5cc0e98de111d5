"""``retro-gamer evaluate --ladder``: where the agent stands among players that have learned nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from retro_gamer_core.cli.arguments import GameToPlay, game_to_play, is_policy_file, policy_to_play
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
    from retro_gamer_core.evaluation.games import PlayedGame
    from retro_gamer_core.evaluation.ladder import Ladder, Rung
    from retro_gamer_core.evaluation.report import Results

_AGENT, _PERSON = "this agent", "you"

#: Seconds. So long each player is tried, to say how long all of it will take.
_TRIED = 1.0

_EXPLAINED = {
    "above": "It is above {}: their intervals lie apart, so that is hardly luck.",
    "below": "It is below {}.",
    "unsure": "It cannot be told from {} in so few games; play more with --episodes.",
}


def show_ladder(
    source: str, game: str | None, checkpoint: str | None, episodes: int, seed: int, as_json: bool
) -> None:
    """Play what is missing, and print the ladder; after Ctrl-C, what there is by then."""
    from retro_gamer_core.evaluation.games import GameSettings
    from retro_gamer_core.evaluation.ladder import Ladder, code_of, rungs
    from retro_gamer_core.evaluation.report import errors_in
    from retro_gamer_core.playing.by_hand import ByHand
    from retro_gamer_core.plugins.registry import installed_plugins

    with aside():
        chosen = game_to_play(source, game)
        code = code_of(chosen.found)
    score_key = chosen.metadata.score or "score"
    settings: GameSettings = {"max_turns": chosen.max_turns, "seed": seed, "score_key": score_key}
    ladder = Ladder(chosen.found, chosen.metadata, settings, chosen.kept / "ladder.json")
    players = rungs(installed_plugins(), chosen.players)
    played: dict[str, list[PlayedGame]] = {}
    budgets = {rung.name: dict(rung.options) for rung in players if rung.options}
    whole = True
    try:
        with aside():
            if _has_agent(source, chosen):
                played[_AGENT] = _agents_games(source, game, checkpoint, episodes, chosen, settings)
            _play(ladder, players, episodes, played)
    except KeyboardInterrupt:
        whole = False
    for rung in players:
        played.setdefault(rung.name, ladder.played(rung, episodes))
    if failed := errors_in([game for games in played.values() for game in games], chosen.found.source_root):
        warn(failed)
    person = ByHand(chosen.kept / "by-hand").games(code)
    described = chosen.found.metadata.reference_scores if chosen.found.metadata else {}
    references = {**described, **chosen.metadata.reference_scores}
    references.pop("random", None)  # it plays here
    results, counts = _results(played, person)
    agent = results.get(_AGENT)
    stands = _standing(agent, {name: results[name] for name in results if name != _AGENT})
    if as_json:
        say_json(
            {
                "game": chosen.found.name,
                "ladder": [
                    {"player": name, "games": counts[name], "budget": budgets.get(name, {}), **asdict(each)}
                    for name, each in results.items()
                ],
                "person": [asdict(game) for game in person],
                "references": references,
                "standing": stands,
                "whole": whole,
                "seed": seed,
                "episodes": episodes,
                "max_turns": chosen.max_turns,
            }
        )
    else:
        say(
            f"The ladder of {chosen.found.name.rpartition('/')[2]}: the same {episodes:,} games for all",
            bold=True,
        )
        _print(results, counts, references, budgets, stands, chosen.max_turns)
        if person:
            say(f"  Your best game of {len(person):,}: {figure(max(game.score for game in person))}.")
        if not whole:
            say("\n  Stopped before all were played: the same command goes on.")
    if not whole:
        raise click.exceptions.Exit(INTERRUPTED)
    next_step(
        *([] if agent or chosen.run else [command("create", game=source, output="runs/first")]),
        *([] if person else [f"{command('play', source, game=game)} --by-hand      (your own rung)"]),
    )


def _has_agent(source: str, chosen: GameToPlay) -> bool:
    """Whether there is something that learned."""
    return bool(chosen.run.newest_checkpoint()) if chosen.run else is_policy_file(source)


def _agents_games(
    source: str,
    game: str | None,
    checkpoint: str | None,
    episodes: int,
    chosen: GameToPlay,
    settings: Any,
) -> list[PlayedGame]:
    from retro_gamer_core.evaluation.games import greedy, play_games
    from retro_gamer_core.games.finding import fresh_game

    policy = policy_to_play(source, checkpoint, game).policy
    player = policy.player_in(fresh_game(chosen.found.factory, chosen.found.name))
    with MovingLine() as line:
        return play_games(
            greedy(player.learner, settings["seed"]),
            chosen.found.factory,
            player,
            episodes,
            each_turn=lambda ended: line.show(f"{_AGENT}: {ended} of {episodes} games", ended / episodes),
            **settings,
        )


def _play(ladder: Ladder, players: list[Rung], episodes: int, played: dict[str, list[PlayedGame]]) -> None:
    """Play what is not kept, whoever is quickest first; tell before how long it will take."""
    from retro_gamer_core.plugins.registry import installed_plugins

    plugins = installed_plugins()
    missing = {rung.name: episodes - len(ladder.played(rung, episodes)) for rung in players}
    if not any(missing.values()):
        return
    seconds = {
        rung.name: missing[rung.name] * ladder.seconds_a_game(rung, plugins, _TRIED)
        if missing[rung.name]
        else 0
        for rung in players
    }
    warn(
        f"{sum(missing.values()):,} games to play, {_time(sum(seconds.values()))} at most. Ctrl-C shows what "
        "there is by then; no game is played twice."
    )
    began, whole = monotonic(), max(sum(seconds.values()), 1e-9)
    with MovingLine() as line:
        for rung in sorted(players, key=lambda rung: seconds[rung.name]):

            def show(game: int, turns: int, name: str = rung.name) -> None:
                line.show(
                    f"{name}: game {game + 1} of {episodes}, turn {turns:,}",
                    min(1.0, (monotonic() - began) / whole),
                )

            for _ in ladder.play(rung, episodes, plugins, show):
                played[rung.name] = ladder.played(rung, episodes)


def _time(seconds: float) -> str:
    if seconds < 90:
        return "a second" if seconds < 1.5 else f"{round(seconds)} seconds"
    return f"{round(seconds / 60):,} minutes"


def _results(
    played: Mapping[str, list[PlayedGame]], person: list[Any]
) -> tuple[dict[str, Results], dict[str, int]]:
    """Whoever has played anything, the best first."""
    from retro_gamer_core.evaluation.games import PlayedGame
    from retro_gamer_core.evaluation.report import Results

    games = {name: each for name, each in played.items() if each}
    if person:
        games[_PERSON] = [
            PlayedGame(game.score, game.total_reward, game.turns, game.ended, ()) for game in person
        ]
    results = {name: Results.of(each) for name, each in games.items()}
    best_first = sorted(results, key=lambda name: (-results[name].compared.mean, name))
    return {name: results[name] for name in best_first}, {name: len(games[name]) for name in games}


def _standing(agent: Results | None, others: Mapping[str, Results]) -> dict[str, str]:
    from retro_gamer_core.evaluation.ladder import standing

    return standing(agent, others) if agent else {}


def _print(
    results: Mapping[str, Results],
    counts: Mapping[str, int],
    references: Mapping[str, float],
    budgets: Mapping[str, Mapping[str, Any]],
    stands: Mapping[str, str],
    max_turns: int,
) -> None:
    keeps_score = any(each.score for each in results.values())
    rows = [
        (
            each.compared.mean,
            {
                "": name,
                "score" if keeps_score else "return": figure(each.compared.mean),
                "95 % interval": " to ".join(map(figure, each.compared.ci95)),
                "turns": f"{each.turns.mean:,.0f}",
                "games": str(counts[name]),
            },
        )
        for name, each in results.items()
    ]
    nothing = {"95 % interval": "-", "turns": "-", "games": "-"}
    rows += [
        (score, {"": f"{who}, as described", "score": figure(score), **nothing})
        for who, score in references.items()
        if keeps_score
    ]
    table((row for _, row in sorted(rows, key=lambda each: -each[0])), indent="  ")
    say(f"\n  A game ends after {max_turns:,} turns at the latest.")
    for name, options in budgets.items():
        said = ", ".join(f"{option} {value}" for option, value in options.items())
        say(f"  {name}: {said}, each turn.")
    for verdict, text in _EXPLAINED.items():
        if names := [name for name, found in stands.items() if found == verdict]:
            say(f"  {text.format(', '.join(names))}")
