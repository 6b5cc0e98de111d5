"""A file is the old one or the new one, whatever happens in between."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from waiting import wait_until

from retro_gamer_core.errors import RetroGamerError, RunExists
from retro_gamer_core.runs.atomic_files import remove_leftovers, replace_file, write_text


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_new_file_and_then_a_newer_one(tmp_path):
    path = tmp_path / "notes.txt"
    write_text(path, "first ☻\n")
    write_text(path, "second\n")
    assert path.read_bytes() == b"second\n"
    assert names(tmp_path) == ["notes.txt"]


def test_line_ends_are_the_same_on_every_system(tmp_path):
    write_text(tmp_path / "a", "one\ntwo\n")
    assert (tmp_path / "a").read_bytes() == b"one\ntwo\n"


@pytest.mark.parametrize("error", [ValueError("bad"), KeyboardInterrupt(), RunExists("in the way")])
def test_a_writer_that_fails_leaves_the_old_file_and_its_own_error(tmp_path, error):
    path = tmp_path / "weights.pt"
    path.write_text("old")

    def write(temporary: Path) -> None:
        temporary.write_text("half of the n")
        raise error

    with pytest.raises(type(error)) as raised:
        replace_file(path, write)
    assert raised.value is error
    assert path.read_text() == "old"
    assert names(tmp_path) == ["weights.pt"]


def test_a_full_disk_is_explained(tmp_path):
    def write(temporary: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(RetroGamerError) as raised:
        replace_file(tmp_path / "weights.pt", write)
    assert "weights.pt could not be written: No space left on device" in str(raised.value)
    assert "make room on the disk" in str(raised.value)


def test_a_missing_directory_is_explained(tmp_path):
    with pytest.raises(RetroGamerError, match=r"a\.txt could not be written"):
        write_text(tmp_path / "nowhere" / "a.txt", "text")


def test_a_file_that_somebody_is_reading_is_replaced_when_they_are_done(tmp_path, monkeypatch):
    path = tmp_path / "a"
    write_text(path, "old")
    refusals = [PermissionError(13, "in use")] * 2
    really_replace = Path.replace

    def replace(self, target):  # what Windows does while the file is open elsewhere
        if refusals:
            raise refusals.pop()
        return really_replace(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    write_text(path, "new")
    assert path.read_text() == "new"


def test_leftovers_are_told_from_other_files(tmp_path):
    (tmp_path / "my.unfinished").write_text("a student's own file")

    def write(temporary: Path) -> None:
        temporary.write_text("written")
        # What a process killed at this point would leave:
        temporary.with_name(temporary.name.replace("a.txt", "b.txt")).write_text("left over")

    replace_file(tmp_path / "a.txt", write)
    [removed] = remove_leftovers(tmp_path)
    assert removed.name.startswith("b.txt.")
    assert names(tmp_path) == ["a.txt", "my.unfinished"]


WRITE_FOR_EVER = """
import sys
from pathlib import Path
from retro_gamer_core.runs.atomic_files import replace_file

def write(temporary):
    with temporary.open("wb", buffering=0) as file:
        for _ in range(200):
            file.write(byte * 1000)

path = Path(sys.argv[1])
while True:
    for byte in (b"a", b"b"):
        replace_file(path, write)
"""


def test_a_killed_process_leaves_a_whole_file(tmp_path):
    path = tmp_path / "weights.pt"
    moments = random.Random(0)
    for _ in range(6):
        process = subprocess.Popen([sys.executable, "-c", WRITE_FOR_EVER, str(path)])
        wait_until(path.exists, process)
        time.sleep(moments.uniform(0.05, 0.15))
        process.kill()
        process.wait()
        assert path.read_bytes() in (b"a" * 200_000, b"b" * 200_000)
    remove_leftovers(tmp_path)
    assert names(tmp_path) == ["weights.pt"]
