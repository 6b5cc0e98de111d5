import pytest
from click.testing import CliRunner
from retro_gamer_core import RetroGamerError

from retro_gamer_curve.command import averages, curve, picture


def test_a_straight_line():
    assert list(picture([0, 1, 2], 3)) == ["       2.0 |  *", "       1.0 | *", "       0.0 |*"]


def test_always_the_same_reward():
    assert list(picture([4, 4], 2)) == ["       5.0 |", "       4.0 |**"]


def test_many_episodes_become_as_many_averages_as_fit():
    assert averages(list(range(10)), 3) == [1, 4, 7.5]
    assert averages([1, 2], 3) == [1, 2]


def test_the_command_draws_a_run(tmp_path):
    lines = [f'{{"event": "episode", "total_reward": {reward}}}\n' for reward in (1, 2, 3)]
    (tmp_path / "training.jsonl").write_text('{"event": "started"}\n' + "".join(lines), encoding="utf-8")
    shown = CliRunner().invoke(curve, [str(tmp_path), "--height", "3"]).output
    assert shown.splitlines()[0] == "       3.0 |  *"
    assert shown.splitlines()[-1].strip() == "episodes 1 to 3"


def test_what_is_no_run_is_told_with_a_way_out(tmp_path):
    with pytest.raises(RetroGamerError, match="retro-gamer train"):
        curve.main([str(tmp_path)], standalone_mode=False)
