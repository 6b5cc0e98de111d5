"""A film shows each turn once, in the colours of the game, whatever characters it is drawn with."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
from PIL import Image
from retro.examples import snake

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_seeing import films
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


def test_what_a_caption_names_cannot_move_the_cursor(tmp_path):
    film = [Shot(shot.board, "turn 1  \x1b[31mscore\n\ud800 你 1") for shot in shots(2)]
    write_cast(tmp_path / "a.cast", film, framerate=4)
    header, event, *_ = map(json.loads, (tmp_path / "a.cast").read_text("utf-8").splitlines())
    assert event[2].split("\r\n")[-1] == "turn 1  ?[31mscore?? 你 1" and header["width"] == 25
    write_gif(tmp_path / "a.gif", film, framerate=4)


def test_a_film_for_which_the_disk_is_too_small_leaves_the_one_before(tmp_path, monkeypatch):
    def save(image, file, *_, **__):
        Path(file).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    film = tmp_path / "a.gif"
    write_gif(film, shots(2), framerate=10)
    before = film.read_bytes()
    monkeypatch.setattr(Image.Image, "save", save)
    with pytest.raises(RetroGamerError):
        write_gif(film, shots(3), framerate=10)
    assert list(tmp_path.iterdir()) == [film] and film.read_bytes() == before


def test_the_cells_of_a_film_that_would_fill_the_memory_are_smaller(tmp_path, monkeypatch):
    monkeypatch.setattr(films, "_MOST_PIXELS", 20 * 9 * 100)
    write_gif(tmp_path / "a.gif", shots(20), framerate=10)
    write_gif(tmp_path / "b.gif", shots(2), framerate=10)
    with Image.open(tmp_path / "a.gif") as large, Image.open(tmp_path / "b.gif") as small:
        assert large.n_frames == 20 and large.size < small.size
