"""A film shows each turn once, in the colours of the game, whatever characters it is drawn with."""

from __future__ import annotations

import json

from PIL import Image
from retro.examples import snake

from retro_gamer_seeing.boards import look_at
from retro_gamer_seeing.films import Shot, write_cast, write_gif

ODD = ["a", "@", "你", "😀", "\x07", "\u200b", "<", "\ud800", " "]


def shots(count: int) -> list[Shot]:
    """``count`` moments, in each of which another cell shows something."""
    return [
        Shot(
            [[(ODD[turn % len(ODD)] if x == turn else " ", "#ff0000", "#101418") for x in range(9)]],
            f"turn {turn}",
        )
        for turn in range(count)
    ]


def test_the_board_is_what_the_game_draws():
    game = snake.create_game()
    board = look_at(game)
    width, height = game.board_size
    assert (len(board), {len(row) for row in board}) == (height, {width})
    for agent in game.agents:
        x, y = agent.position
        assert board[y][x][0] == agent.character
    apple = game.get_agent_by_name("Apple")
    ink, ground = board[apple.position[1]][apple.position[0]][1:]
    assert int(ink[1:3], 16) > int(ink[3:5], 16) and ground == board[-1][-1][2], (
        "red, on the ground of the board"
    )


def test_a_gif_has_a_frame_for_each_moment(tmp_path):
    write_gif(tmp_path / "a.gif", shots(9), framerate=10)
    with Image.open(tmp_path / "a.gif") as film:
        assert film.n_frames == 9
        durations, frames = [], set()
        for number in range(film.n_frames):
            film.seek(number)
            durations.append(film.info["duration"])
            frames.add(film.convert("RGB").tobytes())
        assert durations == [100] * 8 + [1500]
        assert len(frames) == 9, "each moment looks different"


def test_a_cast_is_read_by_what_plays_it(tmp_path):
    write_cast(tmp_path / "a.cast", shots(9), framerate=4)
    header, *events = map(json.loads, (tmp_path / "a.cast").read_text("utf-8").splitlines())
    assert header["version"] == 2 and header["width"] >= 11 and header["height"] == 4
    assert [when for when, _, _ in events] == [*(turn / 4 for turn in range(9)), 9 / 4 + 1.5]
    for _, kind, text in events[:-1]:
        assert kind == "o" and text.startswith("\x1b[H\x1b[2J")
        assert "\x07" not in text and "\x1b]" not in text, "what a game draws cannot command the terminal"
