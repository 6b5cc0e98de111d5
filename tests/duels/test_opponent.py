"""What plays the other side in a game: random keys, the newest checkpoint, or what a duel says."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from retro_gamer import Opponent, TrainedPolicy
from retro_gamer_core.duels.opponent import drawn, freeze, seated
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training.loading import load_trainer

KEYS = ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"]


@pytest.fixture
def game():
    """A game in which both characters stand somewhere, and nobody is trained."""
    random.seed(3)
    return find_game("tag.py:create_chaser_game").factory()


def keys_of(opponent, game, times=200) -> list[str | None]:
    random.seed(1)
    return [opponent.get_action(game) for _ in range(times)]


def test_random_keys_until_something_has_been_learned(game):
    opponent = Opponent("runs/nobody", keys=KEYS)
    pressed = keys_of(opponent, game)
    assert set(pressed) == {*KEYS, None}
    assert pressed == keys_of(Opponent("runs/nobody", keys=KEYS), game)
    assert set(keys_of(Opponent("runs/nobody", keys=["KEY_UP"]), game)) == {"KEY_UP", None}


def test_the_run_knows_its_keys_itself(game, make_run):
    make_run("runner")
    assert set(keys_of(Opponent("runs/runner"), game)) == {*KEYS, None}


def test_without_a_run_and_without_keys_nobody_knows_what_to_press(game):
    with pytest.raises(RetroGamerError, match=r"no run in .*nobody yet") as error:
        Opponent("runs/nobody").get_action(game)
    assert 'Opponent("nobody", keys=[' in error.value.problem.hint


def test_it_plays_the_newest_checkpoint_and_keeps_to_it(game, make_run):
    run = make_run("runner", training={"training_episodes": 4, "checkpoint_every": 2})
    load_trainer(run).train()
    opponent = Opponent("runs/runner", keys=KEYS)
    first = TrainedPolicy("runs/runner").get_action(game)
    assert set(keys_of(opponent, game)) == {first}
    for checkpoint in run.checkpoints():
        checkpoint.write_bytes(b"another one has been saved meanwhile")
    assert set(keys_of(opponent, find_game("tag.py:create_chaser_game").factory(), 20)) <= {*KEYS, None}
    assert opponent.get_action(game) == first


def trained_snapshot(make_run, side: str) -> Path:
    run = make_run(side, training={"training_episodes": 4})
    load_trainer(run).train()
    game = find_game(f"tag.py:create_{side}_game").factory()
    return freeze(run, Path(), f"{side}-1", game)[0]


def test_in_a_duel_it_plays_what_the_duel_says(game, make_run):
    file = trained_snapshot(make_run, "runner")
    policy = TrainedPolicy("runs/runner")
    opponent = Opponent("runs/runner", keys=["KEY_UP"])
    with seated({Path("runs/runner"): [file]}) as asked:
        assert set(keys_of(opponent, game)) == {policy.get_action(game)}
        assert asked == {Path("runs/runner").resolve()}
    with seated({Path("runs/runner"): [None]}):
        other_game = find_game("tag.py:create_chaser_game").factory()
        assert set(keys_of(opponent, other_game)) == {"KEY_UP", None}
        assert set(keys_of(opponent, game)) == {policy.get_action(game)}  # a running game keeps its opponent


def test_several_opponents_may_sit_in_one_game(make_run):
    trained_snapshot(make_run, "runner")
    trained_snapshot(make_run, "chaser")
    game = find_game("tag.py:create_game").factory()
    runner, chaser = Opponent("runs/runner"), Opponent("runs/chaser")
    expected = TrainedPolicy("runs/runner").get_action(game), TrainedPolicy("runs/chaser").get_action(game)
    assert [(runner.get_action(game), chaser.get_action(game)) for _ in range(3)] == [expected] * 3


def test_the_newest_plays_half_of_the_games_and_the_others_share_the_rest():
    random.seed(5)
    counted = Counter(drawn(["a", "b", None, "newest"]) for _ in range(6000))
    assert counted["newest"] == pytest.approx(3000, abs=150)
    for older in ("a", "b", None):
        assert counted[older] == pytest.approx(1000, abs=120)
    state = random.getstate()
    assert drawn(["only"]) == "only"
    assert random.getstate() == state  # nothing to draw, nothing drawn


def test_a_network_of_ones_own_is_kept_as_its_checkpoint(game, make_run, desk):
    (desk / "my_net.py").write_text(
        "import torch\n\nclass Mine(torch.nn.Module):\n"
        "    def __init__(self, n_inputs, n_outputs):\n        super().__init__()\n"
        "        self.layer = torch.nn.Linear(n_inputs, n_outputs)\n\n"
        "    def forward(self, x):\n        return self.layer(x)\n",
        encoding="utf-8",
    )
    import sys

    sys.path.insert(0, str(desk))
    run = make_run("runner", training={"training_episodes": 4}, model={"network": "my_net:Mine"})
    text = run.config.read_text(encoding="utf-8").replace("hidden_sizes = [8]\n", "")
    run.config.write_text(text, encoding="utf-8")
    load_trainer(run).train()
    file, episode = freeze(run, Path(), "runner-1", game)
    assert (file.name, episode) == ("runner-1.pt", 4)
    with seated({run.path: [file]}):
        assert Opponent("runs/runner").get_action(game) == TrainedPolicy(run.path).get_action(game)


def test_a_policy_file_chooses_as_its_checkpoint_does(make_run):
    file = trained_snapshot(make_run, "chaser")
    assert file.suffix == ".rgp"
    frozen, trained = TrainedPolicy(file), TrainedPolicy(RunDirectory("runs/chaser").path)
    for seed in range(50):
        random.seed(seed)
        game = find_game("tag.py:create_chaser_game").factory()
        assert frozen.get_action(game) == trained.get_action(game)


def test_a_person_can_play_against_both():
    """The game that the page ends with: two trained characters, and somebody at the keyboard."""
    from retro.input import ProgrammaticInput

    game = find_game("tag.py:create_game").factory()
    keyboard = game.input_source = ProgrammaticInput()
    me = game.get_agent_by_name("you")
    chaser, began = game.get_agent_by_name("chaser"), me.position
    chaser.position = (0, 9)
    me.position = (15, 0)
    game.start()
    keyboard.press("KEY_LEFT")
    game.step()
    assert me.position == (14, 0) != began
    while game.playing:
        game.step()
    assert game.state["winner"] in ("chaser", "runner")
