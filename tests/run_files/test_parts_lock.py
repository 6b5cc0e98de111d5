"""parts.lock: what a run was built from, and whether that is still what is installed."""

from dataclasses import replace

import pytest

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.parts import Part
from retro_gamer_core.plugins.records import ProvidedPart, Provider
from retro_gamer_core.runs.parts_lock import LockedPart, differences, lock_of, read_lock, write_lock

CNN = LockedPart("network", "cnn", "my_nets.cnn:build", "my_nets", "my-nets", "1.2.0", {"filters": [16, 32]})
OWN = LockedPart("encoder", "my_eyes:Stripes", "my_eyes:Stripes", "my_eyes", options={"wide": True})
LOG = LockedPart("logger", "training_log", "logs:Log", "logs", "logs", "1.0")
JSON = LockedPart("logger", "json_lines", "logs:Json", "logs", "logs", "1.0")


def test_the_parts_of_a_run_come_back_from_the_file(tmp_path):
    parts = [OWN, CNN, LOG, JSON]
    write_lock(tmp_path / "parts.lock", parts)
    assert read_lock(tmp_path / "parts.lock") == parts


def test_what_is_remembered_of_a_provided_part(tmp_path):
    provided = ProvidedPart(
        "network", Part("cnn", "Sees patterns.", "my_nets.cnn:build"), Provider("my_nets", "my-nets", "1.2.0")
    )
    assert lock_of([(provided, {"filters": [16, 32]})]) == [CNN]
    write_lock(tmp_path / "parts.lock", lock_of([(provided, {"filters": (16, 32), "seed": None})]))
    assert read_lock(tmp_path / "parts.lock") == [CNN]


def test_a_run_from_before_has_no_lock(tmp_path):
    assert read_lock(tmp_path / "parts.lock") == []
    assert differences([], [CNN, OWN]) == []


@pytest.mark.parametrize(
    "content", [b"not toml", b"[part]\nkind = 1\n", b"part = 3\n", b"[[part]]\nkind = 'x'\n", b"\xff"]
)
def test_a_lock_that_was_edited_is_refused_with_a_way_out(tmp_path, content):
    path = tmp_path / "parts.lock"
    path.write_bytes(content)
    with pytest.raises(RetroGamerError, match="delete it"):
        read_lock(path)


@pytest.mark.parametrize("version", ["1.2.0", "1.2", "v1.2.0", "1.2.0.post1", "1.2.0+local", "1.2.0rc1"])
def test_the_same_release_is_no_difference(version):
    assert differences([CNN], [replace(CNN, version=version)]) == []


def test_options_and_loggers_are_no_difference():
    assert differences([OWN, LOG], [replace(OWN, options={}), JSON]) == []


@pytest.mark.parametrize("version", ["1.2.1", "1.20", "2.0.0", "unknown"])
def test_another_version_is_worth_a_warning(version):
    [difference] = differences([OWN, CNN], [OWN, replace(CNN, version=version)])
    assert not difference.serious
    assert difference.problem.what == (
        "the network was cnn (my_nets.cnn:build, my-nets 1.2.0),"
        f" and is now cnn (my_nets.cnn:build, my-nets {version})"
    )
    assert difference.problem.hint == 'pip install "my-nets==1.2.0", or start a new run'


def test_another_distribution_of_the_same_code_is_worth_a_warning():
    [difference] = differences([CNN], [replace(CNN, distribution="my-networks")])
    assert not difference.serious


def test_another_part_is_serious():
    mlp = LockedPart("network", "mlp", "nets:mlp", "nets", "retro-gamer", "1.0.0")
    [difference] = differences([CNN], [mlp])
    assert difference.serious
    assert "was cnn" in difference.problem.what and "is now mlp" in difference.problem.what
    assert difference.problem.hint == 'write network = "cnn" in config.toml again, or start a new run'


def test_other_code_under_the_same_name_is_serious():
    theirs = replace(CNN, factory="their_nets:build", plugin="their_nets", distribution="their-nets")
    [difference] = differences([CNN], [theirs])
    assert difference.serious
    assert difference.problem.hint == 'pip install "my-nets==1.2.0", or start a new run'


def test_a_part_that_is_gone_is_serious_and_all_are_told_at_once():
    found = differences([OWN, CNN], [])
    assert [difference.serious for difference in found] == [True, True]
    assert found[0].problem.what == "the encoder was my_eyes:Stripes (my_eyes:Stripes), and is now missing"
    assert found[0].problem.hint == "bring my_eyes:Stripes back, or start a new run"
