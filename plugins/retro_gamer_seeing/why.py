"""``retro-gamer why``: one moment of a game explained, in words and bars."""

from __future__ import annotations

from dataclasses import dataclass
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from retro_gamer_core.cli.arguments import AS_JSON, SEED, policy_options, policy_to_play
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.policies.key_values import bar, name_of, place
from retro_gamer_core.terminal.printing import (
    command,
    next_step,
    say,
    say_json,
    say_unbroken,
    table,
    what_games_print_aside,
)
from retro_gamer_seeing.futures import SOON

if TYPE_CHECKING:
    from retro_gamer_core.cli.arguments import PolicyToPlay
    from retro_gamer_core.playing.forks import Fork
    from retro_gamer_core.playing.replay import Recording
    from retro_gamer_core.policies.player import Player
    from retro_gamer_seeing.futures import Future

#: Each key is tried in so many copies of the game, which are played on for so many turns.
REPEATS, HORIZON = 20, 30

#: A larger part of the copies than this must end soon for a key to be called a risk.
_BAD_LUCK = 1 / 20

_MATTERED = 3  # things that are told to have mattered most


@dataclass(frozen=True)
class Explanation:
    """A moment of a game and what is thought of it.

    Args:
        turn: how many turns had been played.
        values: what it expects of each key, ``float32[n_actions]``.
        chosen: the number of the key that it presses.
        futures: what came of each key in copies of the game.
        mattered: ``(row, column, character, weight)``, what it looked at, the most important first.
        board: lines of text.
        player: column and row of who is played; None where there is none.
    """

    turn: int
    values: np.ndarray
    chosen: int
    futures: tuple[Future, ...]
    mattered: tuple[tuple[int, int, str, float], ...]
    board: tuple[str, ...]
    player: tuple[int, int] | None = None

    @property
    def danger(self) -> str:
        """What is to be feared, in a sentence; empty where there is nothing."""
        doomed = [each for each in self.futures if each.doomed]
        if doomed and len(doomed) == len(self.futures):
            last = max(each.median_turns or 0 for each in doomed)
            return f"Whatever it presses, the game is mostly over within {_turns(last)}."
        future = self.futures[self.chosen]
        if future in doomed:
            return (
                f"The key that it presses leads to the end: dead in {_turns(future.median_turns or 0)} "
                f"({future.deaths} of {future.of})."
            )
        if future.soon > _BAD_LUCK * future.of:
            return (
                f"The key that it presses is a risk: with bad luck it is dead within {_turns(SOON)} "
                f"({future.soon} of {future.of})."
            )
        return ""

    @property
    def disagreements(self) -> list[str]:
        """Where what it expects and what comes go different ways; nothing where every key is the end."""
        told: list[str] = []
        if all(each.doomed for each in self.futures):
            return told
        for each, value in zip(self.futures, self.values, strict=True):
            where = place(float(value), self.values)
            if where > 0.5 and each.doomed:
                told.append(f"It thinks well of {name_of(each.key)}, and is {each.text}.")
            elif where < 0.25 and not each.deaths and each.of and each.mean_reward > self._chosen_reward:
                told.append(f"It thinks little of {name_of(each.key)}, and more comes of it: {each.text}.")
        return told

    @property
    def _chosen_reward(self) -> float:
        return max(0.0, self.futures[self.chosen].mean_reward)


@click.command()
@policy_options
@click.option("--seed", type=SEED, default=0, show_default=True, help="Which game: the one of play --seed.")
@click.option("--turn", type=click.IntRange(min=0), help="After how many turns; its last key if left out.")
@AS_JSON
def why(
    run: str, game: str | None, checkpoint: str | None, seed: int, turn: int | None, as_json: bool
) -> None:
    """Explain one moment: what it expects of each key, what would come of it, and what it looked at.

    The game is the one that play shows with the same seed. RUN may be a policy file, too.
    """
    from retro_gamer_seeing.moments import moments

    with what_games_print_aside():
        chosen = policy_to_play(run, checkpoint, game)
        recording = played(chosen, seed)
    if turn is None:
        turn = recording.turns - 1
    if turn >= recording.turns:
        raise RetroGamerError(
            f"that game lasted {recording.turns} turns, so nothing is chosen after turn {turn}",
            hint=f"--turn {recording.turns - 1} is its last choice",
        )
    with what_games_print_aside():
        told = explain(chosen, recording, turn)
    decided = [each for each in moments(recording) if each.turn != turn]
    if as_json:
        say_json(_as_data(told, seed) | {"moments": [vars(each) for each in decided]})
        return
    say(f"{chosen.policy.game}, seed {seed}, after {_turns(told.turn)} of {recording.turns}", bold=True)
    _show(told)
    others = decided[-3:]
    if others:
        say("Worth a look, too:")
        for each in others:
            say(f"  after turn {each.turn}: {each.title}")
    same: dict[str, object] = {"game": game, "checkpoint": checkpoint, "seed": seed}
    next_step(*(command("why", run, **same, turn=each.turn) for each in others), command("play", run, **same))


def played(chosen: PolicyToPlay, seed: int) -> Recording:
    """The game that ``play`` shows with this seed, played once and taken down."""
    from retro_gamer_core.playing.chance import any_game
    from retro_gamer_core.playing.replay import Recorder

    player = chosen.policy.player_in(any_game(chosen.found.factory, chosen.found.name))
    fork = _begin(chosen, player, seed)
    recorder = Recorder()
    recorder.begin(fork.game, chosen.metadata.reward)
    choose, turns = _chooser(player), 0
    while fork.playing and turns < chosen.max_turns:
        action, recorder.values = choose(fork, turns)
        reward = fork.step(action)
        turns += 1
        recorder.turn(action, reward, None if fork.playing else "game over")
    found = recorder.recording(chosen.policy.game, seed, chosen.metadata.score, {})
    if found is None:
        raise RetroGamerError("the game was over before a key could be pressed", hint="choose another --seed")
    return found


def explain(chosen: PolicyToPlay, recording: Recording, turn: int) -> Explanation:
    """What is to be said of the moment after so many turns of a game that ``played`` took down."""
    from retro_gamer_core.evaluation.games import greedy
    from retro_gamer_core.playing.chance import any_game
    from retro_gamer_core.playing.replay import board_cells
    from retro_gamer_core.playing.watching import board_lines
    from retro_gamer_seeing.attention import mattered
    from retro_gamer_seeing.futures import futures

    player = chosen.policy.player_in(any_game(chosen.found.factory, chosen.found.name))
    here = _begin(chosen, player, recording.seed)
    for action in recording.keys[:turn]:
        here.step(int(action))
    action = int(recording.keys[turn])
    came = futures(
        here, greedy(player.learner), player.metadata.keys, repeats=REPEATS, horizon=HORIZON, seed=turn
    )
    cells = board_cells(here.game)
    looked_at = mattered(here.frame, player.encoder, player.learner, action)
    return Explanation(
        turn=turn,
        values=recording.values[turn],
        chosen=action,
        futures=tuple(came),
        mattered=tuple(
            (row, column, cells.get((column, row), ("?", ""))[0], w) for row, column, w in looked_at
        ),
        board=tuple(board_lines(here.game)),
        player=here.frame.player,
    )


def _begin(chosen: PolicyToPlay, player: Player, seed: int) -> Fork:
    from retro_gamer_core.playing.chance import seeded
    from retro_gamer_core.playing.forks import begin

    return begin(
        chosen.found.factory,
        player.metadata,
        seed,
        encoder=player.encoder,
        characters=player.characters,
        chance=seeded,
    )


def _chooser(player: Player) -> Any:
    """Chooses as ``TrainedPolicy.get_action`` does, and tells the values that it chose by."""
    from retro_gamer_core import TimeSteps
    from retro_gamer_core.contracts import play

    rng = np.random.default_rng(0)

    def choose(fork: Fork, turns: int) -> tuple[int, np.ndarray]:
        mask = fork.action_mask()
        steps = TimeSteps(
            fork.seen, np.array([0]), np.array([not turns]), None if mask is None else mask[None]
        )
        values = np.asarray(player.learner.q_values(fork.seen)[0], np.float32)
        return int(play(player.learner, steps, rng)[0]), values

    return choose


def _show(told: Explanation) -> None:
    from retro_gamer_core.playing.watching import framed

    columns, window_rows = get_terminal_size()
    column, row = told.player or (0, 0)
    board, left, top = list(told.board), 0, 0
    if len(board[0]) > columns - 2 or len(board) > 2 * window_rows:  # around the player, then
        left, wide = _part(column, len(board[0]), columns - 2)
        top, high = _part(row, len(board), window_rows - 4)
        say(
            f"columns {left + 1} to {left + wide} of {len(board[0])}, rows {top + 1} to {top + high} of {len(board)}"
        )
        board = [line[left : left + wide] for line in board[top : top + high]]
    say_unbroken(framed(board))
    rows = []
    for number, future in enumerate(told.futures):
        value = float(told.values[number])
        mark = ">" if number == told.chosen else ""
        shown = bar(value, told.values)
        cells = [mark, name_of(future.key), shown, f"{value:.4g}", future.text]
        rows.append(
            dict(
                zip(["", "key", " ", "expects", f"tried {REPEATS} times, then played on"], cells, strict=True)
            )
        )
    table(rows)
    say()
    for sentence in (told.danger, *told.disagreements):
        if sentence:
            say(sentence)
    if told.mattered:
        things = [
            f"{thing} at column {column + 1}, row {row + 1}"
            for row, column, thing, _ in told.mattered[:_MATTERED]
        ]
        say(f"What it looked at most: {'; '.join(things)}.")


def _part(middle: int, length: int, room: int) -> tuple[int, int]:
    """Where a part around ``middle`` begins that has no more than ``room``, and how long it is."""
    room = max(1, min(room, length))
    return min(max(0, middle - room // 2), length - room), room


def _turns(count: float) -> str:
    return f"{count:.3g} turn{'s' * (count != 1)}" if count < 1000 else f"{count:,.0f} turns"


def _as_data(told: Explanation, seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "turn": told.turn,
        "chosen": told.futures[told.chosen].key,
        "danger": told.danger,
        "disagreements": told.disagreements,
        "keys": [
            {"key": each.key, "expects": float(value), "text": each.text, "deaths": each.deaths, "of": each.of,
             "median_turns": each.median_turns, "mean_reward": each.mean_reward}
            for each, value in zip(told.futures, told.values, strict=True)
        ],
        "mattered": [
            {"row": row, "column": column, "character": thing, "weight": weight}
            for row, column, thing, weight in told.mattered
        ],
        "board": list(told.board),
    }  # fmt: skip
