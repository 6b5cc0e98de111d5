import numpy as np
import pytest
import torch
from retro_gamer_core import ObservationSpec
from retro_gamer_core.testing import check_network

from retro_gamer_dueling.in_numpy import dueling
from retro_gamer_dueling.network import Dueling


def test_it_does_what_every_network_must():
    check_network("dueling", quick=True).assert_ok(level="warning")


@pytest.mark.parametrize("centred", [False, True])
def test_numpy_gives_the_same_numbers_as_torch(centred):
    names = ("column", "row", "energy") if centred else ("energy",)
    spec = ObservationSpec(3, 4, ("@", "*"), outside=centred, features=names, centred=centred)
    network = Dueling(spec, 5, neurons=7)
    rng = np.random.default_rng(0)
    cells = rng.integers(0, 3, (6, 3, 4), np.uint8)
    cells[0] = 0
    features = rng.integers(0, 3, (6, spec.n_features)).astype(np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(cells), torch.from_numpy(features)).numpy()
    weights = {name: weight.numpy() for name, weight in network.state_dict().items()}
    values = dueling(spec, 5, weights, neurons=7)(cells, features)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-6)
