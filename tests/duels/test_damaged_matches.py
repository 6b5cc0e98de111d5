"""What came of matches, read from a file with damaged lines in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from retro_gamer_core.duels.directory import DuelDirectory
from retro_gamer_core.duels.ratings import Result

FIRST, SECOND = Result("a-0", "b-0", 3, 4, 3), Result("a-1", "b-0", 5, 5, 0)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"not json",
        b"\xff\x00",
        b"[]",
        b"5",
        b'{"purpose": "table"}',
        b'{"first": "a", "second": "b", "first_wins": 1, "second_wins": 1}',
        b'{"purpose": "table", "first": "a", "second": "b", "first_wins": -1, "second_wins": "2", "draws": 0}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_line_counts_for_nothing_and_the_others_count(tmp_path: Path, line: bytes):
    directory = DuelDirectory(tmp_path)
    directory.add_matches("table", FIRST)
    matches = tmp_path / "matches.jsonl"
    matches.write_bytes(matches.read_bytes() + line + b"\n" + line[:3])
    directory.add_matches("table", SECOND)
    assert directory.matches("table") == [FIRST, SECOND]
    assert directory.unreadable_matches() == 1
