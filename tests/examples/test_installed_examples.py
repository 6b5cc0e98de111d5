"""The examples as somebody uses them who has installed them with pip: swapped in, trained, resumed, evaluated."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from examples.example_packages import COMMAND, ENCODER, EXAMPLES, GAME_PACK, LOGGER, MEMORY, NETWORK, PLUGINS

#: Small, and with a seed: what is trained in one go and what is trained in two must be the same.
SHORT = (
    *("--seed", 1, "--games-in-step", 4, "--batch-size", 16, "--train-every", 4, "--memory-capacity", 500),
    *("--set", "training.learning_starts=64", "--set", "training.max_turns_per_episode=60"),
    *("--set", "training.game_process=false", "--set", "preprocessing.far=4"),
    *("--set", "model.neurons=16", "--set", "training.share=0.5"),
)


def parts(*names: str) -> tuple[str, ...]:
    """What ``create`` is told to use the four parts under these names."""
    encoder, network, memory, logger = names
    loggers = f"logging.loggers=['training_log', 'json_lines', '{logger}']"
    return ("--encoder", encoder, "--network", network, "--memory", memory, "--set", loggers)


BY_NAME = parts(ENCODER.name, NETWORK.name, MEMORY.name, LOGGER.name)
BY_PATH = parts(ENCODER.import_path, NETWORK.import_path, MEMORY.import_path, LOGGER.import_path)


@pytest.fixture(scope="module")
def trained(elsewhere) -> dict[str, Path]:
    """Two runs of the same parts: by name all at once, and by import path in two sittings."""
    create = ("create", "--game", "snake", *SHORT)
    elsewhere.retro_gamer(*create, *BY_NAME, "--output", "by-name", "--training-episodes", 20)
    elsewhere.retro_gamer("train", "by-name")
    elsewhere.retro_gamer(*create, *BY_PATH, "--output", "by-path", "--training-episodes", 12)
    elsewhere.retro_gamer("train", "by-path")
    config = elsewhere.directory / "by-path" / "config.toml"
    more = config.read_text(encoding="utf-8").replace("training_episodes = 12", "training_episodes = 20")
    config.write_text(more, encoding="utf-8")
    elsewhere.retro_gamer("train", "by-path")
    return {name: elsewhere.directory / name for name in ("by-name", "by-path")}


def table_of(run: Path) -> list[dict[str, str]]:
    with (run / "training.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_example_is_listed_and_well(elsewhere):
    told = json.loads(elsewhere.retro_gamer("plugins", "--json"))
    records = {record["distribution"]: record for record in told["plugins"]}
    for example in PLUGINS:
        record = records[example.distribution]
        assert (record["status"], record["problem"]) == ("ok", None)
        assert record["offers"] == [[example.kind, example.name]]


@pytest.mark.parametrize("folder", [GAME_PACK, *(example.distribution for example in PLUGINS)])
def test_its_own_tests_pass_where_it_is_installed(folder, elsewhere, tmp_path):
    tests = shutil.copytree(EXAMPLES / folder / "tests", tmp_path / "tests")  # away from its code
    printed = elsewhere.run("-m", "pytest", "-q", "-p", "no:cacheprovider", tests)
    assert " passed" in printed and "failed" not in printed


def test_the_parts_are_used_by_name_and_by_import_path(trained):
    by_name, by_path = (path.joinpath("parts.lock").read_text(encoding="utf-8") for path in trained.values())
    for example in (ENCODER, NETWORK, MEMORY, LOGGER):
        assert f'distribution = "{example.distribution}"' in by_name
        assert f'name = "{example.name}"' in by_name and f'name = "{example.import_path}"' in by_path


def test_the_table_is_right_after_a_resume_and_by_import_path_it_is_the_same_training(trained):
    table = table_of(trained["by-path"])
    assert [int(row["episode"]) for row in table] == list(range(1, 21))
    assert table == table_of(trained["by-name"])


def test_what_was_learned_is_evaluated_and_exported(trained, elsewhere):
    result = json.loads(elsewhere.retro_gamer("evaluate", "by-name", "--episodes", 3, "--json"))
    assert result["turns"]["mean"] > 0
    elsewhere.retro_gamer("export", "by-name", "-o", "policy.rgp", "--episodes", 1)
    played = json.loads(elsewhere.retro_gamer("evaluate", "policy.rgp", "--episodes", 3, "--json"))
    assert played["score"] == result["score"]


def test_the_command_draws_the_curve(trained, elsewhere):
    drawn = elsewhere.retro_gamer(COMMAND.name, "by-name", "--height", 5, "--width", 20).splitlines()
    assert len(drawn) == 6 and drawn[-1].strip() == "episodes 1 to 20"
    assert sum(line.count("*") for line in drawn) == 20
    assert f"[{COMMAND.distribution}]" in elsewhere.retro_gamer("--help")


def test_the_games_of_the_pack_are_listed_and_trained(elsewhere):
    listed = {game["name"]: game for game in json.loads(elsewhere.retro_gamer("list", "--json"))["games"]}
    for name, board in (("star-rocks", [20, 12]), ("star-catch", [9, 10])):
        assert listed[name]["distribution"] == GAME_PACK
        assert (listed[name]["described"], listed[name]["board"], listed[name]["problem"]) == (
            True,
            board,
            None,
        )
        elsewhere.retro_gamer("create", "--game", name, "--output", f"runs/{name}", "--training-episodes", 16)
    elsewhere.retro_gamer("train", "runs/star-catch")
    assert "16 episodes" in " ".join(elsewhere.retro_gamer("info", "runs/star-catch").split())


@pytest.mark.slow
@pytest.mark.parametrize("thing", [*(example.name for example in PLUGINS[:-1]), "star-rocks", "star-catch"])
def test_check_finds_nothing_wrong(thing, elsewhere):
    told = json.loads(elsewhere.retro_gamer("check", thing, "--json"))
    assert [finding for finding in told["findings"] if finding["level"] != "note"] == []
