"""Saved states come back exactly, and a damaged file is refused and never believed."""

import errno
import io
import json
import math
import pickle
import random
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from retro_gamer_core.errors import CheckpointDamaged, RetroGamerError
from retro_gamer_core.runs.refusals import damage_explained
from retro_gamer_core.runs.saved_state import read_state, write_state

arrays = numpy_st.arrays(
    numpy_st.scalar_dtypes(), numpy_st.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
)
any_text = st.text(st.characters(exclude_categories=()), max_size=5)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(2**200), max_value=2**200)
    | st.floats()
    | any_text
    | arrays
    | arrays.filter(lambda array: array.shape == ()).map(lambda array: array[()])
)
keys = any_text | st.integers()
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=12,
)
quick = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def same(a, b) -> bool:
    """Equal in value and in type, NaN being equal to NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    return a == b


@quick
@given(st.dictionaries(keys, trees, max_size=4))
def test_every_tree_comes_back_as_it_was(tmp_path, state):
    path = tmp_path / "state.npz"
    write_state(path, state)
    assert same(read_state(path), state)


def test_random_generators_go_on_where_they_were(tmp_path):
    here = np.random.default_rng(1)
    games = random.Random(2)
    here.random(), games.random()
    write_state(tmp_path / "s.npz", {"numpy": here.bit_generator.state, "games": games.getstate()})
    state = read_state(tmp_path / "s.npz")
    there, games_there = np.random.default_rng(), random.Random()
    there.bit_generator.state = state["numpy"]
    games_there.setstate(state["games"])
    assert there.random() == here.random()
    assert games_there.random() == games.random()


def test_arrays_can_be_written_to_and_keep_their_order_in_memory(tmp_path):
    columns_first = np.asfortranarray(np.arange(12.0).reshape(3, 4))
    write_state(tmp_path / "s.npz", {"a": columns_first, "part": columns_first[::2, ::2]})
    state = read_state(tmp_path / "s.npz")
    assert state["a"].flags.f_contiguous and state["a"].flags.writeable
    state["a"][0, 0] = 7
    assert (state["part"] == columns_first[::2, ::2]).all()


def test_equal_states_give_equal_files_that_numpy_can_open(tmp_path):
    state = {"cells": np.arange(5, dtype=np.uint8), "turns": 9}
    for name in ("one.npz", "two.npz"):
        write_state(tmp_path / name, state)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.npz") as archive:
        assert {member.date_time[0] for member in archive.infolist()} == {1980}  # whatever the time is now
    with np.load(tmp_path / "one.npz", allow_pickle=False) as file:
        assert (file["0"] == state["cells"]).all()


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object(), np.array([None]), np.zeros(2, "i4,f4")])
def test_what_cannot_be_saved_is_named_with_its_place(tmp_path, value):
    with pytest.raises(RetroGamerError) as raised:
        write_state(tmp_path / "s.npz", {"learner": {"layers": [1, value]}})
    assert "state['learner']['layers'][1]" in str(raised.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", [None, True, 1.5, (1, 2), np.int64(3), np.str_("a")])
def test_keys_are_texts_and_whole_numbers(tmp_path, key):
    with pytest.raises(RetroGamerError, match="cannot be saved"):
        write_state(tmp_path / "s.npz", {"optimiser": {key: 1}})


@pytest.fixture
def saved(tmp_path) -> tuple[Path, dict]:
    state = {
        "turns": 12,
        "learner": {"weights": np.arange(6, dtype=np.float32).reshape(2, 3), "losses": [0.5, math.nan]},
        "memory": {"cells": np.arange(40, dtype=np.uint8).reshape(2, 4, 5), "empty": np.zeros((0, 3))},
        "random": np.random.default_rng(0).bit_generator.state,
    }
    path = tmp_path / "turns_12.npz"
    write_state(path, state)
    return path, state


def test_a_file_cut_short_anywhere_is_refused(saved):
    path, _ = saved
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointDamaged) as raised:
            read_state(path)
    assert str(path) in str(raised.value) and "try:" in str(raised.value)


@pytest.mark.parametrize("change", [0xFF, 0x01, 0x80])
def test_a_changed_byte_is_noticed_wherever_it_matters(saved, change):
    path, state = saved
    whole = path.read_bytes()
    refused = 0
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= change
        path.write_bytes(damaged)
        try:
            # Some bytes mean nothing (dates, permissions): then the state must be as it was.
            assert same(read_state(path), state)
        except CheckpointDamaged:
            refused += 1
    assert refused > len(whole) / 2


def npz(path: Path, **members: bytes) -> Path:
    """An archive in good order, whatever its members say."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tree(state) -> bytes:
    return json.dumps({"format": "retro-gamer state", "version": 1, "state": state}).encode()


def test_an_array_that_claims_to_be_huge_is_refused_before_room_is_made_for_it(tmp_path):
    header = io.BytesIO()
    description = {"descr": "|u1", "fortran_order": False, "shape": (1 << 28,)}
    np.lib.format.write_array_header_1_0(header, description)
    members = {"tree.json": tree({"dict": [["a", {"array": 0}]]}), "0.npy": header.getvalue() + b"12345"}
    path = npz(tmp_path / "s.npz", **members)
    tracemalloc.start()
    try:
        with pytest.raises(CheckpointDamaged):
            read_state(path)
        assert tracemalloc.get_traced_memory()[1] < 1 << 24
    finally:
        tracemalloc.stop()


def test_a_compressed_member_is_refused_because_it_may_be_endless(tmp_path):
    path = tmp_path / "s.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tree.json", tree({"dict": [["a", "a" * 10_000]]}))
    with pytest.raises(CheckpointDamaged, match="compressed"):
        read_state(path)


class Explodes:
    """Writes a file when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


def test_nothing_in_a_file_is_ever_executed(tmp_path):
    trace = tmp_path / "trace"
    pickled = tmp_path / "pickled.npz"
    pickled.write_bytes(pickle.dumps(Explodes(trace)))
    objects = io.BytesIO()
    np.lib.format.write_array(objects, np.array([Explodes(trace)]), allow_pickle=True)
    members = {"tree.json": tree({"dict": [["a", {"array": 0}]]}), "0.npy": objects.getvalue()}
    inside = npz(tmp_path / "inside.npz", **members)
    for path in (pickled, inside):
        with pytest.raises(CheckpointDamaged):
            read_state(path)
    assert not trace.exists()
    pickle.loads(pickled.read_bytes())
    assert trace.exists()  # so the file was dangerous indeed


@pytest.mark.parametrize(
    "content",
    [
        b'{"format": "something else", "version": 1, "state": null}',
        b'{"format": "retro-gamer state", "version": 99, "state": null}',
        b"[]",
        b"not json",
        b"[" * 100_000,
        tree({"object": 1}),
        tree({"dict": [["a", {"array": 5}]]}),
        tree({"int": "ten"}),
    ],
)
def test_archives_that_are_no_states_are_refused(tmp_path, content):
    path = npz(tmp_path / "s.npz", **{"tree.json": content})
    with pytest.raises(CheckpointDamaged):
        read_state(path)


def test_a_foreign_npz_is_refused(tmp_path):
    np.savez(tmp_path / "s.npz", a=np.zeros(3))
    with pytest.raises(CheckpointDamaged):
        read_state(tmp_path / "s.npz")


@pytest.mark.parametrize(("number", "raised"), [(errno.EMFILE, OSError), (errno.EINVAL, CheckpointDamaged)])
def test_what_the_system_refuses_is_no_damage_but_a_place_that_cannot_be_is(tmp_path, number, raised):
    with pytest.raises(raised), damage_explained(tmp_path / "state.npz"):
        raise OSError(number, "refused")
