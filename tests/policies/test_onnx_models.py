"""Networks as ONNX models: onnxruntime, which knows nothing of torch or of us, plays the same."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from learning.made_by_hand import some_observations
from torch import nn

from retro_gamer_core import LearnerContext, Observations, ObservationSpec, RetroGamerError
from retro_gamer_dqn.learner import DQNLearner
from retro_gamer_networks import cnn, mlp, own_module

ACTIONS = ("KEY_LEFT", "KEY_RIGHT", None)
CENTRED = ObservationSpec(
    16, 32, ("@", "*", "☻"), outside=True, features=("player column", "player row", "lives"), centred=True
)
WINDOW = ObservationSpec(7, 7, ("@", "*"), outside=True)
TWO_BOARDS = replace(CENTRED, height=2 * CENTRED.height, frames=2)
NUMBERS = ObservationSpec(0, 0, (), features=("lives", "distance"))


def nearby(spec, n_outputs):
    network = mlp.build(spec, n_outputs, nearby=True)
    nn.init.uniform_(network.board.rows, -0.1, 0.1)
    return network


class Flat(nn.Module):
    """Takes the documented flat vector."""

    def __init__(self, n_inputs, n_outputs):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_inputs, 8), nn.Tanh(), nn.Dropout(), nn.Linear(8, n_outputs))

    def forward(self, x):
        return self.layers(x)


class OneBoardAtATime(nn.Module):
    """Asks how many boards there are, which ties what torch sees of it to that number."""

    def __init__(self, spec, n_outputs):
        super().__init__()
        self.codes = nn.Embedding(spec.n_codes, 3)
        self.choose = nn.Linear(spec.height * spec.width * 3, n_outputs)

    def forward(self, cells, features):
        return self.choose(self.codes(cells.int()).reshape(len(cells), -1))


class ChangesItsMind(Flat):
    """What it computes depends on what it sees, in Python."""

    def forward(self, x):
        return super().forward(x if x.sum() > 5 else -x)


def a_learner(build, spec, **options) -> DQNLearner:
    context = LearnerContext(
        spec, ACTIONS, lambda spec: build(spec, len(ACTIONS)), "for testing", device="cpu", seed=7
    )
    return DQNLearner(context, **options)


def own(module):
    return lambda spec, n_outputs: own_module.build(spec, n_outputs, factory=module)


def played(model: Path, seen: Observations, at_once: int) -> np.ndarray:
    """The model's values, by onnxruntime."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [put.name for put in session.get_inputs()]
    parts = [seen[i : i + at_once] for i in range(0, len(seen), at_once)]
    return np.concatenate(
        [session.run(["q_values"], {name: getattr(part, name) for name in names})[0] for part in parts]
    )


@pytest.mark.parametrize(
    ("build", "spec", "at_once"),
    [
        pytest.param(mlp.build, CENTRED, 250, id="mlp, centred"),
        pytest.param(nearby, TWO_BOARDS, 50, id="mlp, nearby"),
        pytest.param(mlp.build, TWO_BOARDS, 100, id="mlp, two boards"),
        pytest.param(cnn.build, TWO_BOARDS, 50, id="cnn, two boards", marks=pytest.mark.slow),
        pytest.param(mlp.build, NUMBERS, 1, id="mlp, no board"),
        pytest.param(cnn.build, WINDOW, 50, id="cnn, window"),
        pytest.param(cnn.build, CENTRED, 1, id="cnn, centred", marks=pytest.mark.slow),
        pytest.param(own(Flat), WINDOW, 100, id="flat vector"),
        pytest.param(own(Flat), NUMBERS, 1, id="flat vector, no board", marks=pytest.mark.slow),
        pytest.param(own(OneBoardAtATime), WINDOW, 1, id="one board at a time"),
    ],
)
def test_onnxruntime_gives_the_same_values(build, spec, at_once, tmp_path):
    learner = a_learner(build, spec, reward_scale=0.25)
    learner.save_onnx(tmp_path / "model.onnx")
    seen = some_observations(spec, 1000)
    wanted, given = learner.q_values(seen), played(tmp_path / "model.onnx", seen, at_once)
    assert given.dtype == np.float32
    np.testing.assert_allclose(given, wanted, atol=1e-5)
    assert wanted.std(axis=0).min() > 0.005  # or being equal would say little


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    """A model with something said about it."""
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    a_learner(mlp.build, CENTRED).save_onnx(path, {"game": "snake", "encoder": {"name": "whole_board"}})
    return path


def test_a_stranger_finds_out_what_to_put_in_and_what_comes_out(model):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    assert [(put.name, put.type, put.shape) for put in (*session.get_inputs(), *session.get_outputs())] == [
        ("cells", "tensor(uint8)", ["n", 16, 32]),
        ("features", "tensor(float)", ["n", 3]),
        ("q_values", "tensor(float)", ["n", 3]),
    ]
    told = {name: json.loads(text) for name, text in session.get_modelmeta().custom_metadata_map.items()}
    assert told["actions"] == list(ACTIONS)
    assert ObservationSpec.from_dict(told["spec"]) == CENTRED
    assert (told["game"], told["encoder"]) == ("snake", {"name": "whole_board"})


def test_the_file_is_a_sound_model_that_tells_nothing_of_this_computer(model):
    onnx.checker.check_model(model, full_check=True)
    contents = model.read_bytes()
    for place in (Path(torch.__file__).parents[1], Path(mlp.__file__).parent, Path.home()):
        assert str(place).encode() not in contents


def refusal(learner: DQNLearner, path: Path) -> str:
    with pytest.raises(RetroGamerError) as refused:
        learner.save_onnx(path)
    assert not path.exists()
    return str(refused.value)


def test_a_network_that_decides_in_python_is_refused_in_plain_words(tmp_path):
    message = refusal(a_learner(own(ChangesItsMind), WINDOW), tmp_path / "model.onnx")
    assert message.startswith("the network cannot be written as ONNX:")
    assert 'network = "mlp"' in message


def test_a_network_that_prepares_and_has_no_other_way_is_refused(tmp_path):
    class OnlyPrepared(nn.Module):
        def __init__(self, spec, n_outputs):
            super().__init__()
            self.layer = nn.Linear(spec.height * spec.width, n_outputs)

        def prepare(self, cells, features):
            return (torch.from_numpy(cells.reshape(len(cells), -1).astype(np.float32)),)

        def forward(self, prepared):
            return self.layer(prepared)

    assert "without_prepare" in refusal(a_learner(OnlyPrepared, WINDOW), tmp_path / "model.onnx")


def test_a_model_that_would_play_otherwise_is_not_written(tmp_path):
    class Forgetful(mlp.MLP):
        def without_prepare(self):
            return mlp.build(self.board.spec, len(ACTIONS)).without_prepare()  # with weights of its own

    def build(spec, n_outputs):
        return Forgetful(spec, n_outputs, [8])

    assert "other numbers" in refusal(a_learner(build, WINDOW), tmp_path / "model.onnx")


@pytest.mark.parametrize("missing", ["onnx", "onnxscript"])
def test_without_the_extra_one_is_told_what_to_install(missing, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    message = refusal(a_learner(mlp.build, WINDOW), tmp_path / "model.onnx")
    assert 'pip install "retro-gamer[onnx]"' in message
