"""``retro-gamer why``: one moment of a game explained, in words and bars."""

from __future__ import annotations

from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from retro_gamer_core.cli.arguments import AS_JSON, SEED, policy_options, policy_to_play
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.terminal.printing import (
    command,
    next_step,
    say,
    say_json,
    say_unbroken,
    table,
    what_games_print_aside,
)

if TYPE_CHECKING:
    from retro_gamer_seeing.explanation import Explanation

_MATTERED = 3  # things that are told to have mattered most


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
    from retro_gamer_core.playing.watching import board_lines
    from retro_gamer_seeing.explanation import explain, value_range
    from retro_gamer_seeing.futures import turns_in_words
    from retro_gamer_seeing.moments import moments
    from retro_gamer_seeing.policy_games import played, played_again, player_of

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
    low, high = value_range([recording])
    with what_games_print_aside():
        replay = played_again(chosen, recording)
        told = explain(replay, player_of(chosen), turn, span=high - low)
        board, player = board_lines(replay.game), replay.fork().frame.player
    decided = [each for each in moments(recording) if each.turn != turn]
    if as_json:
        what = {"seed": seed, "turn": turn, "chosen": told.futures[told.chosen].key, **told.as_data()}
        say_json({**what, "board": board, "moments": [vars(each) for each in decided]})
        return
    say(f"{chosen.policy.game}, seed {seed}, after {turns_in_words(turn)} of {recording.turns}", bold=True)
    _show(told, board, player or (0, 0))
    others = decided[-3:]
    if others:
        say("Worth a look, too:")
        for each in others:
            say(f"  after turn {each.turn}: {each.title}")
    same: dict[str, object] = {"game": game, "checkpoint": checkpoint, "seed": seed}
    next_step(*(command("why", run, **same, turn=each.turn) for each in others), command("play", run, **same))


def _show(told: Explanation, board: list[str], player: tuple[int, int]) -> None:
    from retro_gamer_core.playing.watching import framed
    from retro_gamer_core.policies.key_values import bar, name_of
    from retro_gamer_seeing.explanation import REPEATS

    columns, window_rows = get_terminal_size()
    if len(board[0]) > columns - 2 or len(board) > 2 * window_rows:  # the part around the player, then
        left, wide = _part(player[0], len(board[0]), columns - 2)
        top, high = _part(player[1], len(board), window_rows - 4)
        say(
            f"columns {left + 1} to {left + wide} of {len(board[0])}, rows {top + 1} to {top + high} of {len(board)}"
        )
        board = [line[left : left + wide] for line in board[top : top + high]]
    say_unbroken(framed(board))
    rows = []
    for number, (future, value) in enumerate(zip(told.futures, told.values.tolist(), strict=True)):
        rows.append(
            {
                "": ">" if number == told.chosen else "",
                "key": name_of(future.key),
                " ": bar(value, told.values),
                "expects": f"{value:.4g}",
                f"tried {REPEATS} times, then played on": future.text,
            }
        )
    table(rows)
    say()
    for sentence in filter(None, (told.danger, *told.disagreements)):
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
