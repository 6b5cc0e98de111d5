"""Games as Gymnasium environments: what anyone who knows Gymnasium expects of one."""

from __future__ import annotations

import random
import subprocess
import sys
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env, data_equivalence
from stable_baselines3.common.env_checker import check_env as check_env_of_stable_baselines

import retro_gamer_gymnasium
from retro_gamer_core import one_hot
from retro_gamer_core.errors import GameError, GameNotFound, RetroGamerError
from retro_gamer_core.games.finding import installed_games

LEFT, RIGHT, NOTHING = 0, 1, 2

#: Making a labyrinth takes seconds, and a check makes twenty.
QUICKLY_MADE = ["snake", "nav", "beast"]


@pytest.fixture
def make(corridor):
    """``make(observation="board")``: the corridor."""

    def make(game=str(corridor), **keywords) -> gymnasium.Env:
        return gymnasium.make(retro_gamer_gymnasium.ANY_GAME, game=game, **keywords)

    return make


def played(env: gymnasium.Env, seed: int, turns: int = 120) -> list:
    """All that is told of some games, one after the other, with keys that are always the same."""
    keys = random.Random(0)
    told = [env.reset(seed=seed)]
    for _ in range(turns):
        told.append(env.step(keys.randrange(env.action_space.n)))
        if told[-1][2] or told[-1][3]:
            told.append(env.reset())
    return told


def same(told: list, told_again: list) -> bool:
    return data_equivalence(told, told_again, exact=True)


# Which there are ------------------------------------------------------------------------------


def test_every_installed_game_is_registered():
    for game in installed_games():
        assert gymnasium.spec(f"retro_gamer/{game.name}-v0").max_episode_steps == 2_000


def test_registering_imports_no_game_and_a_broken_one_is_nothing_to_the_others(tmp_path):
    information = tmp_path / "pack-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: pack\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[retro.games]\nspace rocks = broken\ngone = not.there\n")
    (tmp_path / "broken.py").write_text("1 / 0\n")
    (tmp_path / "pyproject.toml").write_text('[tool.retro-gamer]\nactions = ["a"]\nreward = "score"\n')
    program = """
import sys, gymnasium
sys.path.insert(0, sys.argv[1])
gymnasium.make("retro_gamer_gymnasium:retro_gamer/snake-v0").reset()
assert {"broken", "retro.examples.nav", "torch"}.isdisjoint(sys.modules)
for name in ("space-rocks", "gone"):
    try:
        gymnasium.make(f"retro_gamer/{name}-v0")
    except Exception as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "division by zero" in done.stdout
    assert "the module not.there of the game gone is not there" in done.stdout


def test_without_gymnasium_one_is_told_what_to_install():
    program = "import sys; sys.modules['gymnasium'] = None; import retro_gamer_gymnasium"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "pip install 'retro-gamer[gymnasium]'" in done.stderr


# What Gymnasium and Stable-Baselines3 ask -----------------------------------------------------


@pytest.mark.parametrize("name", QUICKLY_MADE)
def test_the_checks_of_both_pass_without_a_warning(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gymnasium.make(f"retro_gamer/{name}-v0").unwrapped)
        env = gymnasium.make(f"retro_gamer/{name}-v0", render_mode="rgb_array")
        check_env_of_stable_baselines(env, skip_render_check=False)


def test_the_checks_pass_with_numbers_beside_the_board_and_with_the_board_as_codes(make):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(make().unwrapped)
        check_env(make(observation="board").unwrapped)
        check_env_of_stable_baselines(make())


def test_several_at_once_in_processes_of_their_own(corridor):
    vector = gymnasium.make_vec(
        retro_gamer_gymnasium.ANY_GAME, num_envs=2, vectorization_mode="async", game=str(corridor)
    )
    try:
        observations, _ = vector.reset(seed=3)
        assert vector.observation_space.contains(observations)
        *_, info = vector.step(np.array([NOTHING, RIGHT]))
        assert info["turn"].tolist() == [1, 1]
    finally:
        vector.close()


# What is seen ---------------------------------------------------------------------------------


def test_the_flat_vector_is_the_documented_one(make):
    env = make()
    observation, _ = env.reset(seed=1)
    board, luck = observation[:10].reshape(2, 1, 5), observation[10:]
    assert board[0].tolist() == [[1, 0, 0, 0, 0]] and board[1].tolist() == [[0, 0, 0, 0, 1]]
    assert luck.tolist() == [0.0]
    assert env.observation_space.contains(observation) and observation.dtype == np.float32


def test_the_board_and_what_stands_beside_it(make):
    env, flat = make(observation="board"), make()
    observation, _ = env.reset(seed=1)
    assert observation["board"].tolist() == [[1, 0, 0, 0, 2]] and observation["board"].dtype == np.uint8
    for told, told_flat in zip(played(env, 5), played(flat, 5), strict=True):
        spec = env.unwrapped.observed
        assert np.array_equal(one_hot(told[0]["board"], told[0]["features"], spec), told_flat[0])


def test_another_encoder(make):
    env = make(encoder="state_only", observation="board")
    assert list(env.observation_space.keys()) == ["features"]
    assert env.observation_space.contains(env.reset()[0])
    assert make(encoder="state_only").observation_space.shape == (1,)


def test_score_and_turn(make):
    env = make()
    assert env.reset()[1] == {"turn": 0, "score": 0.0}
    for _ in range(4):
        *told, info = env.step(RIGHT)
    assert told[1:] == [1.0, True, False]
    assert info == {"turn": 4, "score": 1.0}


def test_which_key_is_which_action(make):
    assert make().unwrapped.get_action_meanings() == ["KEY_LEFT", "KEY_RIGHT", "NOOP"]


def test_a_turn_limit_truncates_and_the_end_of_a_game_terminates(make):
    env = make(max_episode_steps=4)
    env.reset()
    assert [env.step(NOTHING)[2:4] for _ in range(4)] == [(False, False)] * 3 + [(False, True)]
    env.reset()
    assert [env.step(RIGHT)[2] for _ in range(4)] == [False, False, False, True]


# Chance ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", QUICKLY_MADE)
def test_a_seed_determines_the_game_whatever_else_is_drawn(name):
    env = gymnasium.make(f"retro_gamer/{name}-v0")
    random.seed(1)
    first = played(env, 123)
    random.seed(2)
    np.random.seed(2)
    assert same(played(env, 123), first)
    assert same(played(gymnasium.make(f"retro_gamer/{name}-v0"), 123), first)
    assert not same(played(env, 124), first)


def test_two_games_in_one_program_do_not_disturb_each_other(make):
    alone = played(make(), 1)
    one, other = make(), make()
    keys = random.Random(0)
    told = [one.reset(seed=1)]
    other.reset(seed=2)
    for turn in range(120):
        told.append(one.step(keys.randrange(3)))
        other.reset(seed=turn) if turn % 7 == 0 else other.step(NOTHING)
        if told[-1][2]:
            told.append(one.reset())
    assert same(told, alone)


def test_the_random_numbers_of_the_program_are_its_own(make):
    def drawn(between) -> list:
        random.seed(5)
        np.random.seed(5)
        numbers = []
        for _ in range(3):
            numbers += [random.random(), random.gauss(0, 1), np.random.random()]
            between()
        return numbers

    env = make()
    env.reset(seed=1)
    assert drawn(lambda: (make(), env.reset(), env.step(RIGHT))) == drawn(lambda: None)


# Pictures -------------------------------------------------------------------------------------


def test_rendered_as_text(make):
    env = make(render_mode="ansi")
    env.reset(seed=1)
    env.step(RIGHT)
    board, luck, score = env.render().rsplit("\n", 2)
    assert board == "+-----+\n| @  ☻|\n+-----+"
    assert luck.startswith("luck: 0.") or luck.startswith("luck: 1.")
    assert score == "score: 0"


def test_rendered_as_a_picture_in_the_colours_of_the_game(make):
    env = make(render_mode="rgb_array")
    env.reset(seed=1)
    picture = env.render()
    assert picture.shape == (12, 40, 3) and picture.dtype == np.uint8

    def colours(column: int) -> set[tuple[int, ...]]:
        cell = picture[:, 8 * column : 8 * column + 8].reshape(-1, 3)
        return {tuple(dot) for dot in cell.tolist()}

    red, black, gold, blue = (255, 0, 0), (0, 0, 0), (255, 215, 0), (0, 0, 255)
    assert [colours(x) for x in range(5)] == [{red, black}, {black}, {black}, {black}, {gold, blue}]
    for _ in range(4):
        env.step(RIGHT)
    picture = env.render()
    assert colours(4) == {red, black}  # the walker stands on the coin


def test_as_fast_as_the_game_is_meant_to_be(make):
    assert make(render_mode="rgb_array").metadata["render_fps"] == 7


# Which game -----------------------------------------------------------------------------------


def test_a_game_that_nothing_describes_is_described_in_the_call(make, tmp_path, corridor):
    (tmp_path / "pyproject.toml").unlink()
    with pytest.raises(RetroGamerError, match=r'description=\{"actions"'):
        make()
    about = {"actions": ["KEY_RIGHT"], "reward": "score"}
    env = make(description=about)
    env.reset()
    assert env.action_space.n == 2
    assert [env.step(0)[1] for _ in range(4)] == [0.0, 0.0, 0.0, 1.0]


def test_a_function_that_makes_a_game(make, corridor):
    names: dict = {}
    exec(corridor.read_text(encoding="utf-8"), names)
    about = {"actions": ["KEY_RIGHT"], "reward": "score"}
    assert make(names["create_game"], description=about).reset(seed=1)[1]["turn"] == 0


@pytest.mark.parametrize(
    ("keywords", "error", "told"),
    [
        ({"game": "snaek"}, GameNotFound, "did you mean 'snake'"),
        ({"observation": "bord"}, RetroGamerError, "board"),
        ({"encoder": "one_hut"}, LookupError, "one_hot"),
        ({"description": {"reward": "scroe"}}, RetroGamerError, "scroe"),
    ],
)
def test_what_cannot_be_made_is_explained(make, keywords, error, told):
    with pytest.raises(error, match=told):
        make(**keywords)


def test_a_game_in_which_something_fails_says_where(make, corridor):
    text = corridor.read_text(encoding="utf-8")
    corridor.write_text(text.replace('game.state["score"] += 1', "exit()"), encoding="utf-8")
    env = make()
    env.reset()
    with pytest.raises(GameError, match=r"SystemExit(.|\n)*corridor\.py:\d+"):
        for _ in range(4):
            env.step(RIGHT)


def test_no_turn_without_a_game_and_no_action_that_there_is_not(make):
    env = make().unwrapped
    with pytest.raises(GameError, match="call reset"):
        env.step(RIGHT)
    env.reset()
    with pytest.raises(GameError, match="0 to 2: KEY_LEFT, KEY_RIGHT, NOOP"):
        env.step(3)
    for _ in range(4):
        env.step(np.int64(RIGHT))
    with pytest.raises(GameError, match="over"):
        env.step(RIGHT)
