"""The DQN learner: its targets, its exploration, and that it can learn, save, go on and grow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from learning.made_by_hand import some_observations

from retro_gamer_core import Batch, Learner, LearnerContext, ObservationSpec, TimeSteps, Transitions
from retro_gamer_core.contracts import play
from retro_gamer_core.errors import CheckpointDamaged, RetroGamerError
from retro_gamer_dqn import checkpoint
from retro_gamer_dqn.devices import choose_device, seconds_per_update
from retro_gamer_dqn.learner import DQNLearner
from retro_gamer_dqn.losses import q_learning_loss, q_learning_target
from retro_gamer_dqn.schedules import LearningRate, exploration_schedule, per_game_epsilons
from retro_gamer_networks import cnn, mlp, own_module

SPEC = ObservationSpec(4, 5, ("@", "*"), outside=True, features=("energy",))
ACTIONS = ("w", "s", None)


def a_learner(build=mlp.build, seed=0, n_games=1, **options) -> DQNLearner:
    context = LearnerContext(
        spec=SPEC,
        actions=ACTIONS,
        build_network=lambda spec: build(spec, len(ACTIONS)),
        network_name="for testing",
        device="cpu",
        seed=seed,
        n_games=n_games,
    )
    return DQNLearner(context, **options)


def a_batch(seed=0, n=16, reward=None) -> Batch:
    rng = np.random.default_rng(seed)
    actions = rng.integers(0, 3, n)
    rewards = rng.normal(size=n) if reward is None else reward(actions)
    return Batch(
        Transitions(
            some_observations(SPEC, n, seed),
            actions,
            np.asarray(rewards, np.float32),
            rng.choice([0.0, 0.9], n).astype(np.float32),
            some_observations(SPEC, n, seed + 1),
        ),
        np.arange(n),
        rng.uniform(0.1, 1, n).astype(np.float32),
    )


def through_a_file(learner, directory):
    path = directory / "ep_0001.pt"
    checkpoint.save(path, {"total_steps": 7, "episode": 1, "learner": learner.checkpoint()})
    return checkpoint.load(path)["learner"]


def test_it_is_a_learner():
    assert isinstance(a_learner(), Learner)


def test_targets_by_hand():
    r_t, discount_t = np.array([1.0, 2.0]), np.array([0.5, 0.0])
    q_target_t = np.array([[10.0, 20.0], [30.0, 40.0]])
    plain = q_learning_target(r_t, discount_t, q_target_t, q_target_t)
    assert plain.tolist() == [1 + 0.5 * 20, 2.0]
    q_select_t = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert q_learning_target(r_t, discount_t, q_target_t, q_select_t).tolist() == [1 + 0.5 * 10, 2.0]


def test_losses_by_hand():
    q_tm1, a_tm1 = np.array([[1.0, 9.0], [9.0, 5.0]]), np.array([0, 1])
    target_tm1, weights = np.array([1.5, 2.0]), np.array([1.0, 0.5])
    huber = q_learning_loss(q_tm1, a_tm1, target_tm1, weights, "huber")
    assert huber.td_errors.tolist() == [0.5, -3.0]
    assert huber.value == pytest.approx((0.125 + 0.5 * 2.5) / 2)
    squared = q_learning_loss(q_tm1, a_tm1, target_tm1, weights, "squared")
    assert squared.value == pytest.approx((0.125 + 0.5 * 4.5) / 2)


@pytest.mark.parametrize("kind", ["huber", "squared"])
def test_the_gradient_of_the_loss_is_that_of_autograd(kind):
    rng = np.random.default_rng(0)
    q_tm1, a_tm1 = rng.normal(scale=2, size=(50, 3)), rng.integers(3, size=50)
    target_tm1, weights = rng.normal(scale=2, size=50), rng.uniform(size=50)
    ours = q_learning_loss(q_tm1, a_tm1, target_tm1, weights, kind)
    q = torch.tensor(q_tm1, requires_grad=True)
    losses = {"huber": torch.nn.functional.huber_loss, "squared": torch.nn.functional.mse_loss}
    half = 0.5 if kind == "squared" else 1.0
    taken = q[torch.arange(50), torch.tensor(a_tm1)]
    loss = losses[kind](taken, torch.tensor(target_tm1), reduction="none")
    loss = (half * torch.tensor(weights) * loss).mean()
    loss.backward()
    assert ours.value == pytest.approx(loss.item())
    np.testing.assert_allclose(ours.gradient, q.grad.numpy())


@pytest.mark.parametrize("double", [False, True])
def test_td_errors_are_target_minus_guess(double):
    learner, batch = a_learner(double=double), a_batch()
    seen, chosen = batch.transitions.observations, batch.transitions.actions
    guess = learner.q_values(seen)[np.arange(16), chosen]
    after = learner.q_values(batch.transitions.next_observations)  # online and target are still the same
    target = batch.transitions.rewards + batch.transitions.discounts * after.max(axis=1)
    result = learner.learn(batch)
    np.testing.assert_allclose(result.td_errors, target - guess, rtol=1e-4, atol=1e-5)
    assert result.loss > 0


def test_scaled_rewards_change_no_unit_that_others_hear():
    learner, batch = a_learner(reward_scale=0.01), a_batch()
    seen, chosen = batch.transitions.observations, batch.transitions.actions
    batch.transitions.rewards *= 1000
    guess = learner.q_values(seen)[np.arange(16), chosen]
    after = learner.q_values(batch.transitions.next_observations)
    target = batch.transitions.rewards + batch.transitions.discounts * after.max(axis=1)
    result = learner.learn(batch)
    np.testing.assert_allclose(result.td_errors, target - guess, rtol=1e-3, atol=1e-2)
    np.testing.assert_allclose(result.values, guess, rtol=1e-3, atol=1e-3)


def test_the_target_network_follows_only_at_its_time():
    learner, batch = a_learner(target_update_freq=3, learning_rate=0.01), a_batch()

    def target() -> list[np.ndarray]:
        return list(learner.state_dict()["target"].values())

    at_first = target()
    learner.learn(batch)
    learner.learn(batch)
    assert all(np.array_equal(a, b) for a, b in zip(at_first, target(), strict=True))
    learner.learn(batch)
    online = learner.state_dict()["online"].values()
    assert all(np.array_equal(a, b) for a, b in zip(online, target(), strict=True))


def test_the_target_may_be_the_average_of_the_learning_network_and_is_what_plays():
    learner, seen = a_learner(target_average=300, learning_rate=0.01), some_observations(SPEC, 8)
    average = {name: array.copy() for name, array in learner.state_dict()["target"].items()}
    for seed in range(250):
        learner.learn(a_batch(seed))
        if seed + 1 in (100, 200):
            for name, newest in learner.state_dict()["online"].items():
                average[name] += (1 - np.exp(-100 / 300)) * (newest - average[name])
    state = learner.state_dict()
    for name, array in average.items():
        np.testing.assert_allclose(state["target"][name], array, rtol=1e-4, atol=1e-6)
    again = a_learner()
    state["online"] = state["target"]
    again.load_state_dict(state)
    np.testing.assert_array_equal(learner.q_values(seen), again.q_values(seen))


def test_a_checkpoint_holds_the_network_that_plays(tmp_path):
    learner, seen = a_learner(target_average=300, learning_rate=0.01), some_observations(SPEC, 8)
    for seed in range(150):
        learner.learn(a_batch(seed))
    again = a_learner()
    again.load_checkpoint(through_a_file(learner, tmp_path))
    np.testing.assert_array_equal(learner.q_values(seen), again.q_values(seen))


@pytest.mark.parametrize("build", [mlp.build, cnn.build])
def test_it_learns_which_action_is_good(build):
    learner = a_learner(build, learning_rate=0.003)
    for seed in range(300):
        batch = a_batch(seed, reward=lambda actions: actions == 1)
        batch.transitions.discounts[:] = 0
        learner.learn(batch)
    q = learner.q_values(some_observations(SPEC, 50, 999))
    assert (q.argmax(axis=1) == 1).mean() > 0.9


def test_epsilon_is_the_share_of_random_actions():
    observations = some_observations(SPEC, 4000)
    always = a_learner(epsilon=1.0).act(TimeSteps.of(observations))
    assert np.bincount(always, minlength=3).min() > 1200
    never = a_learner(epsilon=0.0, epsilon_min=0.0)
    np.testing.assert_array_equal(
        never.act(TimeSteps.of(observations)), never.q_values(observations).argmax(axis=1)
    )
    half = a_learner(epsilon=0.5)
    same = (half.act(TimeSteps.of(observations)) == half.q_values(observations).argmax(axis=1)).mean()
    assert same == pytest.approx(0.5 + 0.5 / 3, abs=0.03)


def test_what_the_mask_forbids_is_never_done():
    observations = some_observations(SPEC, 3000)
    steps = replace(TimeSteps.of(observations), mask=np.tile([True, False, True], (3000, 1)))
    for learner in (a_learner(epsilon=1.0), a_learner(epsilon=0.5), a_learner(epsilon=0.0, epsilon_min=0.0)):
        assert 1 not in learner.act(steps) and 1 not in play(learner, steps, np.random.default_rng(0))
    at_random = np.bincount(a_learner(epsilon=1.0).act(steps), minlength=3)
    assert at_random[[0, 2]].min() > 1300


def test_games_side_by_side_may_explore_unequally():
    np.testing.assert_allclose(per_game_epsilons(0.1, 3.0, 4), [0.1, 0.01, 0.001, 0.0001])
    np.testing.assert_allclose(per_game_epsilons(0.1, 0.0, 3), [0.1] * 3)
    learner = a_learner(epsilon=0.5, epsilon_spread=3.0, n_games=2)
    observations = some_observations(SPEC, 2)
    acted = np.array([learner.act(TimeSteps.of(observations)) for _ in range(2000)])
    random_share = (acted != learner.q_values(observations).argmax(axis=1)).mean(axis=0) * 3 / 2
    np.testing.assert_allclose(random_share, [0.5, 0.5**4], atol=0.05)
    assert learner.statistics()["epsilon"] == pytest.approx((0.5 + 0.5**4) / 2)


def test_with_one_game_there_is_nothing_to_spread():
    learner = a_learner(epsilon=0.5, epsilon_min=0.05, epsilon_spread=3.0)
    seen = some_observations(SPEC, 1)
    acted = np.array([learner.act(TimeSteps.of(seen)) for _ in range(2000)])
    random_share = (acted != learner.q_values(seen).argmax(axis=1)).mean() * 3 / 2
    assert random_share == pytest.approx(0.5, abs=0.05)
    assert learner.statistics()["epsilon"] == 0.5
    said = "\n".join(learner.explain())
    assert "5.0%" in said and "boldest" not in said


def test_the_exploration_that_is_explained_is_the_one_that_is_logged():
    learner = a_learner(epsilon_turns=10, epsilon_min=0.05, epsilon_spread=3.0, n_games=16)
    [said] = [line for line in learner.explain() if line.startswith("exploration")]
    learner.turns_played(10)
    logged = learner.statistics()["epsilon"]
    assert logged == pytest.approx(per_game_epsilons(0.05, 3.0, 16).mean())
    assert (
        f"5.0% in the boldest of 16 games and {0.05**4:.4%} in the most careful, {logged:.1%} on average"
        in said
    )


def test_schedules():
    falling = exploration_schedule(1.0, 0.1, 0.5, 0)
    values = []
    for _ in range(5):
        values.append(falling.epsilon)
        falling.episode_finished()
    assert values == [1.0, 0.5, 0.25, 0.125, 0.1]
    line = exploration_schedule(1.0, 0.2, 0.5, 100)
    line.turns_played(50)
    line.episode_finished()
    assert line.epsilon == pytest.approx(0.6)
    line.turns_played(1000)
    assert line.epsilon == pytest.approx(0.2)


@pytest.mark.parametrize("options", [{"epsilon_turns": 100_000}, {"epsilon_decay": 0.99}])
def test_exploration_fits_a_run_whose_length_is_known(options):
    learner = a_learner(**options)
    learner.turns_played(500)
    said = learner.fit_to_turns(10_000)
    assert any("2,000 turns" in line for line in said)
    assert learner.fit_to_turns(10_000) == []
    before = learner.statistics()["epsilon"]
    again = a_learner(**options)
    again.load_state_dict(learner.state_dict())
    for one in (learner, again):
        assert one.statistics()["epsilon"] == before
        one.turns_played(1_500)
    assert learner.statistics()["epsilon"] == again.statistics()["epsilon"]
    learner.turns_played(500)
    assert learner.statistics()["epsilon"] == pytest.approx(0.05)
    # A longer run than thought: no longer exploration than was asked for.
    learner.fit_to_turns(10_000_000)
    assert learner.statistics()["epsilon"] < 1.0


def test_the_learning_rate_falls_only_after_episodes_with_learning():
    learner = a_learner(learning_rate=0.1, learning_rate_decay=0.5)
    learner.episode_finished()
    assert learner.statistics()["learning_rate"] == 0.1
    learner.learn(a_batch())
    learner.episode_finished()
    learner.episode_finished()
    assert learner.statistics()["learning_rate"] == 0.05


def test_the_learning_rate_may_fall_with_the_updates():
    rate = LearningRate(0.1, 1.0, 50)
    assert [rate.at(updates) for updates in (0, 50, 100, 450)] == pytest.approx([0.1, 0.05, 0.1 / 3, 0.01])
    learner = a_learner(learning_rate=0.1, learning_rate_updates=2)
    for _ in range(2):
        learner.learn(a_batch())
    assert learner.statistics()["learning_rate"] == pytest.approx(0.05)


def everything(learner) -> list[np.ndarray]:
    state = learner.state_dict()
    return [*state["online"].values(), *state["target"].values(), *state["optimiser"]["exp_avg"].values()]


@pytest.mark.parametrize("build", [mlp.build, cnn.build])
def test_a_saved_state_goes_on_exactly(build):
    one = a_learner(build, epsilon_turns=100, target_update_freq=4)
    for seed in range(6):
        one.learn(a_batch(seed))
        one.turns_played(3)
    other = a_learner(build, seed=5, epsilon_turns=100, target_update_freq=4)
    other.load_state_dict(one.state_dict())
    for seed in range(6, 12):
        observations = some_observations(SPEC, 9, seed)
        np.testing.assert_array_equal(
            one.act(TimeSteps.of(observations)), other.act(TimeSteps.of(observations))
        )
        one.learn(a_batch(seed))
        other.learn(a_batch(seed))
    assert all(np.array_equal(a, b) for a, b in zip(everything(one), everything(other), strict=True))
    assert one.statistics() == other.statistics()


def test_an_edited_learning_rate_counts_after_a_checkpoint(tmp_path):
    first = a_learner(learning_rate=0.1)
    first.learn(a_batch())
    second = a_learner(learning_rate=0.3, seed=9)
    second.load_checkpoint(through_a_file(first, tmp_path))
    assert second.statistics()["learning_rate"] == pytest.approx(0.3)
    observations = some_observations(SPEC, 5)
    np.testing.assert_array_equal(first.q_values(observations), second.q_values(observations))


@pytest.mark.parametrize("spoil", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"hello" * 100])
def test_a_spoilt_checkpoint_is_refused(tmp_path, spoil):
    path = tmp_path / "ep_0001.pt"
    through_a_file(a_learner(), tmp_path)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(CheckpointDamaged, match=r"ep_0001\.pt"):
        checkpoint.load(path)


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path):
    class Surprise:
        def __reduce__(self):
            return (open, (str(tmp_path / "pwned"), "w"))

    path = tmp_path / "ep_0001.pt"
    torch.save({"model_state_dict": Surprise()}, path)
    with pytest.raises(CheckpointDamaged):
        checkpoint.load(path)
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("build", [mlp.build, cnn.build])
def test_added_characters_change_no_answer_and_keep_what_was_learned(build):
    learner = a_learner(build, learning_rate=0.01)
    for seed in range(5):
        learner.learn(a_batch(seed))
    old = some_observations(SPEC, 20, 77)
    before = learner.q_values(old)
    larger = ObservationSpec(4, 5, ("@", "*", "$"), outside=True, features=("energy",))
    codes = np.arange(256, dtype=np.uint8)
    codes[SPEC.outside_code] = larger.outside_code
    assert learner.extend_characters(larger, codes)
    recoded = type(old)(codes[old.cells], old.features)
    np.testing.assert_allclose(learner.q_values(recoded), before, rtol=1e-5, atol=1e-6)
    with_new = type(old)(np.where(recoded.cells == 0, np.uint8(3), recoded.cells), old.features)
    np.testing.assert_allclose(learner.q_values(with_new), before, rtol=1e-5, atol=1e-6)


def test_what_is_near_keeps_its_meaning_when_characters_are_added():
    spec = ObservationSpec(7, 7, ("@", "*"), outside=True)
    larger = replace(spec, characters=("@", "*", "$"))
    network, other = (mlp.build(each, 3, nearby=True) for each in (spec, larger))
    old = some_observations(spec, 20, 5)
    with torch.no_grad():
        network.board.rows.normal_()
        places = other.old_weights_in(torch.tensor([0, 1, 3]))  # the edge comes last
        weights = dict(network.named_parameters())
        for name, weight in other.named_parameters():
            axis, index = places.get(name, (0, torch.arange(len(weight))))
            weight.zero_().index_copy_(axis, index, weights[name])
        cells = np.where(old.cells == spec.outside_code, np.uint8(larger.outside_code), old.cells)
        torch.testing.assert_close(
            other(*other.prepare(cells, old.features)), network(*network.prepare(old.cells, old.features))
        )


def test_a_module_of_ones_own_cannot_grow():
    def linear(n_inputs, n_outputs):
        return torch.nn.Linear(n_inputs, n_outputs)

    learner = a_learner(lambda spec, n_outputs: own_module.build(spec, n_outputs, factory=linear))
    assert not learner.extend_characters(SPEC, np.arange(256, dtype=np.uint8))


def test_a_device_that_is_not_there_is_explained():
    if torch.cuda.is_available():
        pytest.skip("this computer has one")
    context = LearnerContext(SPEC, ACTIONS, lambda spec: mlp.build(spec, 3), "mlp", "cuda", 0)
    with pytest.raises(RetroGamerError, match="no device 'cuda'"):
        DQNLearner(context)


def test_every_choice_is_explained():
    lines = "\n".join(a_learner(double=True).explain())
    for word in ("weights", "device", "learning rate", "exploration", "target network", "double"):
        assert word in lines


def never(device: str) -> float:
    raise AssertionError(f"{device} was measured")


def test_a_table_on_an_apple_card_is_refused_with_the_way_out(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    with pytest.raises(RetroGamerError, match='device = "cpu"'):
        choose_device("mps", mlp.build(SPEC, 3), None, never)
    assert choose_device("mps", cnn.build(SPEC, 3), None, never).name == "mps"
    assert choose_device("auto", mlp.build(SPEC, 3), None, never).name == "cpu"


@pytest.mark.parametrize(("card", "chosen"), [(0.0005, "cuda"), (0.005, "cpu"), (RuntimeError(), "cpu")])
def test_where_there_is_a_card_it_is_measured_against_the_processor(monkeypatch, card, chosen):
    def measure(device: str) -> float:
        if device == "cpu":
            return 0.002
        if isinstance(card, Exception):
            raise card
        return card

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    device = choose_device("auto", mlp.build(SPEC, 3), None, measure)
    assert device.name == chosen
    assert "cpu 2.0 ms" in device.reason
    assert choose_device("cpu", mlp.build(SPEC, 3), None, never).name == "cpu"


@pytest.mark.parametrize(
    ("asked", "outside", "threads"), [(None, None, 1), (None, "3", 3), (2, "3", 2), (None, "no number", 1)]
)
@pytest.mark.parametrize("build", [mlp.build, cnn.build])
def test_threads_are_one_unless_somebody_says_so(monkeypatch, build, asked, outside, threads):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if outside:
        monkeypatch.setenv("OMP_NUM_THREADS", outside)
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    device = choose_device("cpu", build(SPEC, 3), asked, never)
    assert device.threads == threads
    assert f"{threads} processor thread" in device.reason


def test_what_moves_the_weights_is_told():
    [said] = [line for line in a_learner(mlp.build).explain() if line.startswith("optimiser")]
    n_rows = SPEC.n_channels * SPEC.view_height * SPEC.view_width * 128
    assert f"RMSProp for the {n_rows:,} weights of the first layer" in said
    assert "optimiser: Adam" in a_learner(cnn.build).explain()


@pytest.mark.parametrize("build", [mlp.build, cnn.build])
def test_a_learner_goes_on_from_a_checkpoint_without_a_file(build):
    learner, seen = a_learner(build, epsilon_turns=100), some_observations(SPEC, 8)
    learner.learn(a_batch())
    learner.turns_played(40)
    other = a_learner(build, seed=3, epsilon_turns=100)
    other.load_checkpoint(learner.checkpoint())
    np.testing.assert_array_equal(learner.q_values(seen), other.q_values(seen))
    assert learner.statistics() == other.statistics()


def test_a_network_that_offers_with_slopes_is_told_that_nobody_calls_it():
    def build(spec, n_outputs):
        network = cnn.build(spec, n_outputs)
        network.with_slopes = None
        return network

    assert any("with_slopes" in line for line in a_learner(build).explain())
    assert not any("with_slopes" in line for line in a_learner(cnn.build).explain())


@pytest.mark.parametrize("build", [mlp.build, cnn.build])
def test_an_update_can_be_measured(build):
    assert seconds_per_update(lambda spec: build(spec, 3), SPEC, "cpu") > 0
