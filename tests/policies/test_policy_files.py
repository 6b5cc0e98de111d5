"""A policy file plays as the run it came from does; anything else than a policy file is refused."""

from __future__ import annotations

import hashlib
import importlib.resources
import io
import json
import pickle
import random
import sys
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tomlkit
from policies.conftest import SMALL
from retro.examples.snake import create_game

from retro_gamer import DQNTrainer, GameMetadata, PolicyInput, TrainedPolicy
from retro_gamer_core.errors import PolicyFileRefused, RetroGamerError, RunNotFound
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.checkpoint_policy import CheckpointPolicy
from retro_gamer_core.policies.exporting import export_policy
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training.loading import load_trainer

# -- what it is for ------------------------------------------------------------------------------


def test_it_plays_as_the_run_does(snake_run, snake_file):
    """The same key in a thousand turns, and the same values, the scale of the rewards included."""
    from_run, from_file = TrainedPolicy(snake_run), TrainedPolicy(snake_file)
    random.seed(5)
    turns = 0
    while turns < 1_000:
        game = create_game()
        game.input_source = PolicyInput(from_run, game)
        game.start()
        for _ in range(100):
            np.testing.assert_allclose(
                from_file.q_values(game), from_run.q_values(game), rtol=1e-3, atol=1e-4
            )
            assert from_file.get_action(game) == from_run.get_action(game)
            turns += 1
            if not game.playing:
                break
            game.step()


def test_with_boards_of_earlier_turns_it_plays_as_the_run_does(tmp_path):
    """In two games by turns; and it matters what was seen before."""
    metadata = GameMetadata.from_pyproject("retro.examples.snake")
    seeing = {"encoder": "egocentric", "frames": 2}
    DQNTrainer(create_game, metadata, tmp_path / "run", preprocessing=seeing, **SMALL).train(
        on_episode=lambda: None
    )
    plugins = installed_plugins()
    learned = CheckpointPolicy(RunDirectory.open(tmp_path / "run"), None, plugins)
    export_policy(learned, create_game(), tmp_path / "two.rgp", plugins=plugins)
    from_run, from_file = (TrainedPolicy(tmp_path / name) for name in ("run", "two.rgp"))
    random.seed(5)
    games = [create_game() for _ in range(2)]
    for game in games:
        game.input_source = PolicyInput(from_run, game)
        game.start()
    forgot = 0
    for _ in range(20):
        for game in games:
            if game.playing:
                values = from_run.q_values(game)
                np.testing.assert_allclose(from_file.q_values(game), values, rtol=1e-3, atol=1e-4)
                fresh = TrainedPolicy(tmp_path / "two.rgp")
                forgot += not np.allclose(fresh.q_values(game), values, rtol=1e-3, atol=1e-4)
                game.step()
    assert forgot > 5


def test_it_knows_what_it_is(snake_run, snake_file):
    policy = TrainedPolicy(snake_file)
    assert policy.path == snake_file
    assert policy.episode == 60
    assert policy.metadata.actions == TrainedPolicy(snake_run).metadata.actions
    assert policy.warnings == []
    with zipfile.ZipFile(snake_file) as archive:
        card = json.loads(archive.read("card.json"))
    assert card["recipe"] == "standard" and card["game"] == "retro.examples.snake:create_game"
    assert card["scores"] == {"episodes": 3}
    assert {"retro-gamer", "retro-games", "numpy", "torch"} <= card["made_with"].keys()


def test_numpy_opens_it_without_pickle(snake_file):
    with np.load(snake_file, allow_pickle=False) as arrays:
        assert arrays["weights/head.0.weight"].dtype == np.float32


def test_equal_policies_are_equal_files(snake_run, snake_file, tmp_path):
    again = exported(snake_run, tmp_path / "again.rgp", scores={"episodes": 3})
    assert again.read_bytes() == snake_file.read_bytes()


def test_half_of_it_is_half_as_large_and_plays(snake_run, snake_file, tmp_path):
    half = exported(snake_run, tmp_path / "half.rgp", half=True)
    assert half.stat().st_size < 0.55 * snake_file.stat().st_size
    game = create_game()
    game.start()
    whole = TrainedPolicy(snake_file).q_values(game)
    np.testing.assert_allclose(TrainedPolicy(half).q_values(game), whole, rtol=0.02, atol=0.02)


def test_it_is_found_inside_a_package_even_in_a_zip(snake_file, tmp_path, monkeypatch):
    """``importlib.resources`` gives something that need not be a path."""
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("snake_pack_in_zip/__init__.py", "")
        archive.write(snake_file, "snake_pack_in_zip/policies/best.rgp")
    monkeypatch.syspath_prepend(str(packed))
    resource = importlib.resources.files("snake_pack_in_zip") / "policies" / "best.rgp"
    assert not isinstance(resource, Path)
    game = create_game()
    game.start()
    assert TrainedPolicy(resource).get_action(game) == TrainedPolicy(snake_file).get_action(game)


def test_a_file_that_is_not_there(tmp_path, snake_file):
    (tmp_path / "other.rgp").write_bytes(snake_file.read_bytes())
    with pytest.raises(RunNotFound, match=r"there is other\.rgp"):
        TrainedPolicy(tmp_path / "snake.rgp")
    with pytest.raises(RetroGamerError, match="one policy"):
        TrainedPolicy(snake_file, checkpoint="best")


def test_what_cannot_be_exported_says_why(snake_run, tmp_path, monkeypatch):
    """Parts in files of one's own: their code is not in the file, and must not be named there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    settings = tomllib.loads((snake_run / "config.toml").read_text(encoding="utf-8"))
    (tmp_path / "my_parts.py").write_text(MY_PARTS, encoding="utf-8")
    cases = {
        "retro-gamer promote my_parts:Corner": {"preprocessing": {"encoder": "my_parts:Corner"}},
        "--onnx": {"model": {"network": "my_parts:Tiny"}},
    }
    for hint, changed in cases.items():
        sections = {**settings, "training": {**settings["training"], "training_episodes": 1}, **changed}
        run = RunDirectory.create(tmp_path / f"run{len(hint)}")
        run.config.write_text(tomlkit.dumps(sections), encoding="utf-8")
        load_trainer(run).train()
        with pytest.raises(RetroGamerError, match=hint):
            exported(run.path, tmp_path / "x.rgp")
    assert not (tmp_path / "x.rgp").exists()


MY_PARTS = """\
import torch

from retro_gamer_core import ObservationSpec


class Corner:
    def __init__(self, metadata):
        self.spec = ObservationSpec(0, 0, (), features=("first cell",))

    def encode(self, frame, cells, features):
        features[0] = frame.codes[0, 0]


class Tiny(torch.nn.Module):
    def __init__(self, n_inputs, n_outputs):
        super().__init__()
        self.layer = torch.nn.Linear(n_inputs, n_outputs)

    def forward(self, x):
        return self.layer(x)
"""

# -- what it must not do -------------------------------------------------------------------------


class Bomb:
    """What a pickle would run."""

    def __reduce__(self):
        return (Path.touch, (Path("it-ran"),))


def test_a_thousand_damaged_and_hostile_files(snake_file, tmp_path, monkeypatch):
    """None is loaded, none runs anything, and each gets one clear message."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "payload_in_card.py").write_text("from pathlib import Path\nPath('it-ran').touch()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    good = snake_file.read_bytes()
    rng = random.Random(11)
    makers = [*DAMAGES, *HOSTILE]
    before = set(tmp_path.iterdir())
    for index in range(1_000):
        make = makers[index % len(makers)]
        contents = make(good, rng)
        assert contents != good, make.__name__
        file = tmp_path / "hostile.rgp"
        file.write_bytes(contents)
        with pytest.raises(PolicyFileRefused) as raised:
            TrainedPolicy(file)
        message = str(raised.value)
        assert message.startswith("hostile.rgp is not used: ") and "try:" in message, make.__name__
        file.unlink()
    assert set(tmp_path.iterdir()) == before
    assert "payload_in_card" not in sys.modules


def cut_short(good, rng):
    return good[: rng.randrange(len(good))]


def bits_flipped(good, rng):
    changed = bytearray(good)
    for _ in range(rng.randint(1, 8)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def something_added(good, rng):
    place = rng.choice([0, len(good), rng.randrange(len(good))])
    return good[:place] + rng.randbytes(rng.randint(1, 100)) + good[place:]


def a_part_left_out(good, rng):
    start = rng.randrange(len(good) - 100)
    return good[:start] + good[start + rng.randint(1, 100) :]


def two_parts_exchanged(good, rng):
    a, b = sorted(rng.sample(range(len(good) - 64), 2))
    return good[:a] + good[b : b + 64] + good[a:b] + good[b + 64 :] + b"!"


def another_kind_of_file(good, rng):
    return rng.choice([b"", pickle.dumps(Bomb()), rng.randbytes(500), b"PK\x05\x06" + bytes(18), b"{}" * 50])


def a_pickle_around_a_good_file(good, rng):
    bomb = pickle.dumps([Bomb()])
    return sealed(rng.choice([good + bomb, bomb + good, good[:-64] + bomb + good[-64:]]))


def another_array(good, rng):
    def change(card, weights):
        name = rng.choice(list(weights))
        weight = weights[name]
        weights[name] = rng.choice(
            [
                weight[..., :-1],
                weight[None],
                np.zeros((0,), np.float32),
                weight.astype("c8"),
                np.array("text"),
                np.full_like(weight, np.nan),
                weight.astype("i4"),
            ]
        )

    return rebuilt(good, change)


def an_array_too_few_or_too_many(good, rng):
    def change(card, weights):
        name = rng.choice(list(weights))
        if rng.random() < 0.5:
            del weights[name]
        else:
            weights[f"{name}{rng.choice('abc')}"] = weights[name]

    return rebuilt(good, change)


def thousands_of_arrays(good, rng):
    return rebuilt(good, lambda card, weights: weights.update({f"w{i}": np.zeros(1) for i in range(1_001)}))


def a_pickled_array(good, rng):
    buffer = io.BytesIO()
    np.save(buffer, np.array([Bomb()], dtype=object), allow_pickle=True)
    return rebuilt(good, raw={"weights/head.0.weight.npy": buffer.getvalue()})


def a_header_that_lies(good, rng):
    shape = rng.choice([(10**12, 10), (-1, -4), (2, 10**18), (3,), ()])
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f4", "fortran_order": False, "shape": shape})
    return rebuilt(good, raw={"weights/head.0.weight.npy": buffer.getvalue() + bytes(64)})


def a_header_that_is_code(good, rng):
    header = b"{'descr': __import__('pathlib').Path('it-ran').touch(), 'shape': (1,)}".ljust(118) + b"\n"
    npy = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    return rebuilt(good, raw={"weights/head.0.weight.npy": npy + bytes(64)})


def a_path_as_a_name(good, rng):
    name = rng.choice(
        ["../it-ran", "/it-ran", "weights/../../it-ran.npy", "C:\\it-ran", "weights/a/b.npy", "weights/.npy"]
    )
    return rebuilt(good, raw={name: b"x"})


def the_same_name_twice(good, rng):
    with pytest.warns(UserWarning, match="Duplicate"):
        return rebuilt(good, raw={"weights/head.0.bias.npy": b"x"}, twice=True)


def a_bomb_of_zeros(good, rng):
    return rebuilt(good, raw={"weights/zeros.npy": bytes(1_000_000)}, compressed=True)


def a_size_that_lies(good, rng):
    """In the directory at the end of a zip stands the size of each member; zipfile believes it."""
    changed = bytearray(good)
    at = changed.rindex(b"PK\x01\x02")
    place = rng.choice([20, 24])
    changed[at + place : at + place + 4] = rng.randrange(2**32).to_bytes(4, "little")
    return sealed(bytes(changed))


CARDS = {
    "format": ["", "another program", 3, None],
    "version": [0, 2, "1", -1, 10**30],
    "metadata": [
        [],
        {},
        {"actions": ["KEY_UP"], "reward": "score"},
        {"observation_function": "payload_in_card:x"},
        {"factory": "payload_in_card:x"},
        {"board_size": [10**9, 10**9]},
        {"actions": []},
        {"character_set": ["long"]},
        {"wrong": 1},
    ],
    "encoder": [
        {"name": "payload_in_card:x", "options": {}},
        {"name": "os:system", "options": {"command": "touch it-ran"}},
        {"name": "one_hot", "options": {}},
        {"name": "egocentric", "options": {"radius": 10**9}},
        {"name": "egocentric", "options": {"frames": 2}},
        {"name": "egocentric", "options": {"frames": 10**9}},
        {"name": "egocentric", "options": {"radius": "3"}},
        {"name": "egocentric", "options": {"colour": 1}},
        {"name": 3, "options": {}},
        {"name": "egocentric"},
        "egocentric",
    ],
    "network": [
        {"name": "payload_in_card:x", "options": {}},
        {"name": "own_module", "options": {"factory": "payload_in_card:x"}},
        {"name": "cnn", "options": {"hidden_sizes": [12, 6]}},
        {"name": "mlp", "options": {"hidden_sizes": [10**9, 10**9]}},
        {"name": "mlp", "options": {"hidden_sizes": []}},
        {"name": "mlp", "options": {"hidden_sizes": ["a"]}},
        {"name": "nothing", "options": {}},
    ],
    "spec": [
        {"height": 10**9},
        {"width": -1},
        {"characters": ["@"]},
        {"features": []},
        {"centred": False},
        {"outside": False},
        {"height": 16.5},
        {"surprise": 1},
        {"frames": 0},
        {"frames": 2},
        {"frames": 10**9},
    ],
    "support": [[0.5, 1.0], ["1"], [True], [float("inf")], [10**400], 3, {}, None],
    "observe_state_sizes": [{"score": 1}, [], None],
    "scale": [0, -1, "1", None],
    "episode": [-1, "60", None, 1.5],
    "scores": [3, "good"],
    "made_with": [[], None],
    "game": [None, 3, ["snake"]],
}


def a_card_that_lies(good, rng):
    key = rng.choice(list(CARDS))
    value = rng.choice(CARDS[key])

    def change(card, weights):
        both = isinstance(value, dict) and value and key in ("metadata", "spec") and "reward" not in value
        card[key] = {**card[key], **value} if both else value

    return rebuilt(good, change)


def a_card_without(good, rng):
    # A card that does not say after how many turns a game was stopped is one of before, and fine.
    optional = {"max_turns", "support"}
    return rebuilt(
        good, lambda card, weights: card.pop(rng.choice([key for key in card if key not in optional]))
    )


def no_card(good, rng):
    text = rng.choice(
        [b"", b"[]", b"3", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 5_000, b'{"version": 1' + b"0" * 5000]
    )
    return rebuilt(good, raw={"card.json": text})


DAMAGES = [
    cut_short,
    bits_flipped,
    something_added,
    a_part_left_out,
    two_parts_exchanged,
    another_kind_of_file,
]
HOSTILE = [
    a_pickle_around_a_good_file,
    another_array,
    an_array_too_few_or_too_many,
    thousands_of_arrays,
    a_pickled_array,
    a_header_that_lies,
    a_header_that_is_code,
    a_path_as_a_name,
    the_same_name_twice,
    a_bomb_of_zeros,
    a_size_that_lies,
    a_card_that_lies,
    a_card_without,
    no_card,
]


def sealed(contents: bytes) -> bytes:
    """With the right digest at its end: whoever makes a hostile file can compute one, too."""
    return contents[:-64] + hashlib.sha256(contents[:-64]).hexdigest().encode()


def rebuilt(good: bytes, change=None, *, raw=None, twice=False, compressed=False) -> bytes:
    """The good file with other contents, sealed again."""
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if change is not None:
        card = json.loads(members.pop("card.json"))
        weights = {name[8:-4]: np.load(io.BytesIO(data)) for name, data in members.items()}
        change(card, weights)
        members = {"card.json": json.dumps(card).encode()}
        for name, array in weights.items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            members[f"weights/{name}.npy"] = buffer.getvalue()
    entries = [*members.items(), *raw.items()] if twice else list({**members, **(raw or {})}.items())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
        archive.comment = b" " * 64
    return sealed(buffer.getvalue())


def test_a_file_made_anew_in_the_same_way_is_fine(snake_file, tmp_path):
    """So that the files above are refused for what is wrong with them, and not for how they were made."""
    file = tmp_path / "again.rgp"
    file.write_bytes(rebuilt(snake_file.read_bytes(), lambda card, weights: None))
    game = create_game()
    game.start()
    assert TrainedPolicy(file).get_action(game) == TrainedPolicy(snake_file).get_action(game)


def test_a_file_of_a_later_version_says_so_whatever_else_is_new_in_it(snake_file, tmp_path):
    file = tmp_path / "later.rgp"
    card = {"version": 2, "licence": "CC0"}
    file.write_bytes(rebuilt(snake_file.read_bytes(), lambda old, weights: old.update(card)))
    with pytest.raises(PolicyFileRefused, match="it has version 2"):
        TrainedPolicy(file)


def exported(run: Path, path: Path, **more) -> Path:
    plugins = installed_plugins()
    policy = CheckpointPolicy(RunDirectory.open(run), None, plugins)
    export_policy(policy, create_game(), path, plugins=plugins, **more)
    return path


def test_it_does_not_say_where_on_the_computer_a_game_lies(tmp_path, monkeypatch):
    (tmp_path / "my_snake.py").write_text("from retro.examples.snake import create_game\n", encoding="utf-8")
    settings = {
        "config_version": 1,
        "game": {"name": (tmp_path / "my_snake.py").as_posix()},
        "metadata": {"actions": ["KEY_UP"], "reward": "score", "character_set": ["@"]},
        "model": {"network": "mlp"},
        "training": {"training_episodes": 1, "evaluate_every": 0},
    }
    run = RunDirectory.create(tmp_path / "run")
    run.config.write_text(tomlkit.dumps(settings), encoding="utf-8")
    load_trainer(run).train()
    contents = exported(run.path, tmp_path / "mine.rgp").read_bytes()
    assert str(tmp_path).encode() not in contents
    assert TrainedPolicy(tmp_path / "mine.rgp").game == "my_snake.py"
