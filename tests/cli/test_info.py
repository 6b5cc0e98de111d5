"""``retro-gamer info``."""

import json
import math
from pathlib import Path

import pytest
from cli.conftest import CHOICES, CONFIG, LOG, checkpoint, episode

from retro_gamer_core.runs.run_directory import RunDirectory

SNAKE = str(Path("runs", "snake"))

PARTS_LOCK = """\
lock_version = 1

[[part]]
kind = "encoder"
name = "egocentric"
factory = "retro_gamer_encoders.egocentric:build"
plugin = "retro_gamer_encoders"
distribution = "retro-gamer"
version = "0.1.0"

[[part]]
kind = "memory"
name = "my_memory:Recent"
factory = "my_memory:Recent"
plugin = "my_memory"
"""


@pytest.fixture
def shown(retro_gamer):
    """``shown()``: what is printed about runs/snake, as one text with single spaces."""

    def shown(*options: str) -> str:
        ended = retro_gamer("info", SNAKE, *options)
        assert ended.code == 0, ended.err
        return " ".join(ended.out.split())

    return shown


def test_a_run_that_was_only_created(make_run, retro_gamer):
    make_run()
    ended = retro_gamer("info", SNAKE)
    assert ended.code == 0
    assert ended.out.startswith(f"{SNAKE}: snake, not trained yet\n")
    assert "32 by 16 cells" in ended.out
    assert "KEY_RIGHT KEY_UP KEY_LEFT KEY_DOWN, or none" in ended.out
    assert "@ * ☻" in ended.out
    assert "How training went" not in ended.out
    assert "checkpoints: " not in ended.out
    assert ended.err == f"\nNext: retro-gamer train {SNAKE}\n"


def test_the_choices_are_given_with_their_reasons(trained_run, shown):
    assert "- encoder egocentric: the learner sees a window of 11×11 cells" in shown("--why")
    assert "- network mlp: fully connected layers 484 → 256 → 128 → 5" in shown("--why")


def test_only_settings_that_differ_from_the_defaults_are_listed(trained_run, shown):
    changed = shown("--settings").partition("Settings that differ")[2]
    assert '[preprocessing] encoder "egocentric" "one_hot"' in changed
    assert "[preprocessing] radius 5 (left out)" in changed
    assert "[model] hidden_sizes [256, 128] [128, 64]" in changed
    assert "[training] training_episodes 400 20000" in changed
    assert "[training] learning_rate 0.0005 0.0001" in changed
    assert changed.count("[") == 5 + 2  # the five settings, and two lists


def test_how_training_went(trained_run, shown):
    text = shown()
    assert text.startswith(f"{SNAKE}: snake, 302 of 400 episodes played, the first 300 in 2m02s")
    assert "episodes average reward turns a game random keys loss time" in text
    assert "1-100 -1.50 40 90% - 0m12s" in text
    assert "201-300 +8.00 99 70% 0.051 1m00s" in text
    assert "from first to last: ▁▄█" in text
    assert "highest +8.00 at ep_0300" in text
    assert "2 episodes with an average reward of +15.00 since the last checkpoint" in text


def test_the_settings_are_given_with_the_comments_that_stand_beside_them(make_run, shown):
    commented = CONFIG.replace(
        "radius = 5", "radius = 5  # far enough\n            # for this board, and no # further"
    )
    make_run(config=commented)
    text = shown("--why")
    assert "[preprocessing] radius = 5 — far enough for this board, and no # further" in text
    assert "hidden_sizes" not in text


def test_a_limit_of_time_is_no_share_of_the_episodes(make_run, shown, retro_gamer):
    """With ``train --for`` there is no "of 20,000", and going on is for some time again."""
    config = CONFIG.replace("training_episodes = 400\n", "")
    log = ([*CHOICES, "time: 2m00s, until 08:02:00, however many that takes"], *LOG[1:])
    make_run(config=config, log=log, checkpoints=("ep_0300",))
    assert shown().startswith(f"{SNAKE}: snake, 302 episodes played, the first 300 in 2m02s ")
    assert f"retro-gamer train {SNAKE} --for 5m   (goes on from here)" in retro_gamer("info", SNAKE).err


def test_numbers_end_below_each_other(trained_run, retro_gamer):
    lines = retro_gamer("info", SNAKE).out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.split()[:2] == ["episodes", "average"])
    assert len({len(line) for line in lines[start : start + 4]}) == 1


def test_of_many_checkpoints_the_last_few_are_shown(make_run, shown):
    make_run(log=[checkpoint(number, number, first_episode=number) for number in range(1, 101)])
    text = shown()
    assert "(the last 4 of 100 checkpoints)" in text
    assert " 96-96 " not in text
    assert " 97-97 " in text
    assert "lowest +1.00, highest +100.00 at ep_0100" in text


def test_before_the_first_checkpoint(make_run, shown):
    make_run(log=[episode(1, -3.0)])
    assert "1 episode with an average reward of -3.00 so far" in shown()


def test_what_is_saved(trained_run, shown):
    text = shown()
    assert "checkpoints: 3, 4.5 KB in all: ep_0100 … ep_0300" in text
    assert "training state: after 20,800 turns, 2.0 KB" in text


def test_the_next_step_after_stopping_and_after_finishing(make_run, trained_run, retro_gamer):
    err = retro_gamer("info", SNAKE).err
    assert f"Next: retro-gamer play {SNAKE}\n" in err
    assert f"retro-gamer train {SNAKE}" in err
    make_run("runs/done", log=[checkpoint(400, 1.0)], checkpoints=("ep_0400", "final"))
    assert retro_gamer("info", "runs/done").err == "\nNext: retro-gamer play runs/done\n"


def test_a_path_with_spaces_can_be_copied(make_run, retro_gamer):
    make_run("my first run")
    assert retro_gamer("info", "my first run").err == '\nNext: retro-gamer train "my first run"\n'


def test_parts_and_what_differs_from_when_training_began(trained_run, shown):
    (trained_run / "parts.lock").write_text(PARTS_LOCK, encoding="utf-8")
    text = shown("--parts")
    assert "encoder egocentric retro_gamer_encoders retro-gamer 0.1.0" in text
    assert "memory my_memory:Recent my_memory your own file" in text
    assert "Note: the encoder was egocentric" in text
    assert 'pip install "retro-gamer==0.1.0"' in text
    assert "Important: the memory was my_memory:Recent" in text


def test_while_it_is_being_trained(trained_run, shown):
    with (trained_run / "training.jsonl").open("a", encoding="utf-8", newline="\n") as log:
        log.write('{"event": "episode", "number": 303, "total_re')
    with RunDirectory(trained_run).hold():
        before = sorted(trained_run.rglob("*"))
        assert "A process is training it just now" in shown()
        assert "302 of 400" in shown()
        assert sorted(trained_run.rglob("*")) == before


def test_every_problem_of_the_settings_is_told_and_all_the_rest_too(trained_run, retro_gamer):
    config = trained_run / "config.toml"
    text = config.read_text(encoding="utf-8")
    text = text.replace("learning_rate", "lerning_rate").replace("radius = 5", "radius = -5")
    config.write_text(text, encoding="utf-8")
    ended = retro_gamer("info", SNAKE)
    assert ended.code == 0
    assert ended.out.count("To be put right:") == 2
    assert "did you mean 'learning_rate'?" in ended.out
    assert "radius = -5" in ended.out
    assert f"{SNAKE}: snake, 302 episodes played" in ended.out
    assert "201-300" in ended.out
    assert "checkpoints: 3" in ended.out
    assert "config.toml" in ended.err


@pytest.mark.parametrize(
    "damage",
    [
        lambda run: (run / "config.toml").write_bytes(b"\xff\xfe[game"),
        lambda run: (run / "config.toml").write_text("[game\n", encoding="utf-8"),
        lambda run: (run / "config.toml").unlink(),
        lambda run: (run / "parts.lock").write_text("part = 7\n", encoding="utf-8"),
        lambda run: (run / "config.toml").write_text('game = 3\n[training]\nlearner = "my_file:Absent"\n'),
    ],
    ids=["not UTF-8", "not TOML", "no config", "no lock", "nonsense"],
)
def test_a_damaged_file_hides_nothing_else(trained_run, retro_gamer, damage):
    damage(trained_run)
    ended = retro_gamer("info", SNAKE)
    assert ended.code == 0
    assert "To be put right:" in ended.out
    assert "Traceback" not in ended.err
    assert "201-300" in ended.out
    assert "checkpoints: 3" in ended.out


def test_a_log_that_is_no_text_is_passed_over(trained_run, shown):
    (trained_run / "training.jsonl").write_bytes(bytes(range(256)))
    assert "not trained yet" not in shown()
    assert "checkpoints: 3" in shown()


def test_what_a_game_draws_cannot_disturb_the_terminal(make_run, retro_gamer):
    text = (
        (Path(make_run()) / "config.toml").read_text(encoding="utf-8").replace('"☻"', '"☻", "\\u001b", "█"')
    )
    make_run("runs/odd", config=text)
    out = retro_gamer("info", "runs/odd").out
    assert "@ * ☻ \\x1b █" in out
    ended = retro_gamer("info", "runs/odd", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert ended.code == 0
    assert "@ * ? \\x1b #" in ended.out


def test_the_curve_is_plain_where_blocks_cannot_be_shown(trained_run, retro_gamer):
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    assert "from first to last: _:#" in retro_gamer("info", SNAKE, **ascii_only).out
    ended = retro_gamer("info", SNAKE, "--why", **ascii_only)
    assert "484 -> 256" in ended.out


def test_the_classic_recipe_needs_no_torch_to_be_shown(make_run, tmp_path, environment, retro_gamer):
    parts = {
        'encoder = "egocentric"\nradius = 5': 'encoder = "one_hot"',
        'network = "mlp"': 'network = "cnn"',
    }
    config = (make_run() / "config.toml").read_text(encoding="utf-8") + 'memory = "uniform"\n'
    for was, is_now in parts.items():
        config = config.replace(was, is_now)
    make_run("runs/classic", config=config)
    (tmp_path / "site-packages" / "torch.py").write_text("raise SystemExit('torch was imported')")
    assert retro_gamer("info", "runs/classic").code == 0


def test_for_programs(trained_run, retro_gamer):
    (trained_run / "parts.lock").write_text(PARTS_LOCK, encoding="utf-8")
    answer = json.loads(retro_gamer("info", SNAKE, "--json").out)
    assert answer["schema"] == 1
    assert answer["game"] == "snake"
    assert answer["metadata"]["board_size"] == [32, 16]
    assert answer["finished"] is False
    assert len(answer["choices"]) == 2
    assert {"section": "model", "key": "hidden_sizes", "value": [256, 128], "default": [128, 64]} in answer[
        "changed_settings"
    ]
    training = answer["training"]
    assert (training["episodes"], training["of_episodes"]) == (302, 400)
    assert training["checkpoints"][1]["average_reward"] == 2.5
    assert training["last_episodes"][-1] == {
        "number": 302,
        "total_reward": 20.0,
        "turns": 110,
        "epsilon": 0.698,
        "average_loss": 0.05,
        "ended": "game over",
        "total_turns": 70 * 302,
        "statistics": {},
    }
    assert [Path(file["path"]).name for file in answer["checkpoints"]] == [
        "ep_0100.pt",
        "ep_0200.pt",
        "ep_0300.pt",
    ]
    assert answer["states"][0]["size"] == 2000
    assert [part["kind"] for part in answer["parts"]] == ["encoder", "memory"]
    assert [difference["serious"] for difference in answer["differences"]] == [False, True]
    assert answer["problems"] == []


def test_for_programs_with_problems_and_with_odd_numbers(make_run, retro_gamer):
    make_run(config="[game]\nname = 'snake'\n", log=[episode(1, math.inf, loss=math.nan)])
    answer = json.loads(retro_gamer("info", SNAKE, "--json").out, parse_constant=pytest.fail)
    assert answer["metadata"] is None
    assert answer["training"]["last_episodes"][0]["total_reward"] is None
    assert all(problem["what"] for problem in answer["problems"])
    assert answer["problems"]
