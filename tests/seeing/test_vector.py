"""K games turned together do what K games do that are played one by one, the plain way."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retro.game import Game
from retro.input import ProgrammaticInput
from retro.views import HeadlessView

from retro_gamer import GameMetadata, encode_observation
from retro_gamer_core import ObservationSpec
from retro_gamer_core.errors import GameError, RetroGamerError
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.observation import Observations, one_hot
from retro_gamer_core.playing.environment import GameEnvironment, complete_metadata
from retro_gamer_core.playing.vector import SyncVectorEnv
from retro_gamer_core.plugins.registry import installed_plugins

CreateGame = Callable[[], Game]
Row = dict[str, Any]


def described(create_game: CreateGame) -> GameMetadata:
    metadata = GameMetadata(["p", "x"], "score", ["a", "b", "#"], observe_state=["luck"])
    complete_metadata(metadata, create_game)
    return metadata


def in_step(
    create_game: CreateGame,
    metadata: GameMetadata,
    k: int,
    *,
    max_turns: int = 30,
    seed: int = 7,
    **encoder: Any,
) -> tuple[SyncVectorEnv, ObservationSpec]:
    plugins = installed_plugins()
    built = plugins.build(
        plugins.find_part("encoder", encoder.pop("name", "one_hot")), encoder, metadata=metadata
    )
    environments = [GameEnvironment(create_game, metadata, built) for _ in range(k)]
    return SyncVectorEnv(environments, max_turns, seed), built.spec


def vectors(observations: Observations, spec: ObservationSpec) -> list[list[float]]:
    pairs = zip(observations.cells, observations.features, strict=True)
    return [one_hot(cells, features, spec).tolist() for cells, features in pairs]


def played(games: SyncVectorEnv, spec: ObservationSpec, actions: np.ndarray) -> list[Row]:
    """What each turn said, and what was seen after it."""
    rows = []
    for row in actions:
        turn = games.step(row)
        rows.append(
            {
                "rewards": turn.rewards.tolist(),
                "terminated": turn.terminated.tolist(),
                "truncated": turn.truncated.tolist(),
                "lost": turn.lost.tolist(),
                "next": vectors(turn.next_observations, spec),
                "finished": [(f.index, f.total_reward, f.turns, f.ended) for f in turn.finished],
                "seeds": [(f.seed, f.turns_since_seed) for f in turn.finished],
                "seen": vectors(games.observations, spec),
            }
        )
    return rows


class PlainGame:
    """One game, played as the documentation of retro-games says."""

    def __init__(self, create_game: CreateGame, metadata: GameMetadata) -> None:
        self.create_game, self.metadata = create_game, metadata
        self.begin()

    def begin(self) -> None:
        self.game, self.view = self.create_game(), HeadlessView()
        self.game.input_source, self.game.view = ProgrammaticInput(), self.view
        self.game.start()
        # What HeadlessView draws before the first turn may be out of date, unless the cache is.
        cache, self.game._position_cache = self.game._position_cache, None
        self.view.render(self.game)
        self.game._position_cache = cache
        self.turns, self.total = 0, 0.0

    def seen(self) -> list[float]:
        return encode_observation(self.view.board_characters, self.game.state, self.metadata).tolist()

    def play(self, action: int) -> float:
        key = self.metadata.reward
        before = self.game.state[key]
        self.game.input_source.press(self.metadata.keys[action])
        self.game.step()
        self.turns += 1
        self.total += self.game.state[key] - before
        return self.game.state[key] - before


def one_by_one(
    create_game: CreateGame,
    metadata: GameMetadata,
    k: int,
    max_turns: int,
    seeds: Iterator[int],
    actions: np.ndarray,
) -> Iterator[Row]:
    """What ``played`` should say. ``seeds`` gives the seed of each beginning."""
    random.seed(next(seeds))
    games = [PlainGame(create_game, metadata) for _ in range(k)]
    for row in actions.tolist():
        said: Row = {"rewards": [0.0] * k, "next": [None] * k, "finished": []}
        said.update({flag: [False] * k for flag in ("terminated", "truncated", "lost")})
        for i, (game, action) in enumerate(zip(games, row, strict=True)):
            try:
                said["rewards"][i] = game.play(action)
            except ZeroDivisionError:
                said["lost"][i] = True
                said["finished"].append((i, game.total, game.turns, "error"))
                continue
            said["next"][i] = game.seen()
            if not game.game.playing:
                said["terminated"][i] = True
                said["finished"].append((i, game.total, game.turns, "game over"))
            elif game.turns == max_turns:
                said["truncated"][i] = True
                said["finished"].append((i, game.total, game.turns, "turn limit"))
        for i, *_ in said["finished"]:
            if k == 1:
                random.seed(next(seeds))
            games[i].begin()
        said["seen"] = [game.seen() for game in games]
        yield said


def compare(
    create_game: CreateGame, metadata: GameMetadata, k: int, max_turns: int, turns: int, seed: int
) -> Counter:
    games, spec = in_step(create_game, metadata, k, max_turns=max_turns, seed=seed)
    games.reset()
    actions = np.random.default_rng(seed).integers(0, metadata.n_actions, (turns, k))
    rows = played(games, spec, actions)
    told = [seed for row in rows for seed, _ in row["seeds"]]
    if k == 1:
        # The seed of a game is told when it is over, so the one still running is left out.
        del rows[max(t for t, row in enumerate(rows) if row["finished"]) :]
    else:
        assert len(set(told)) == 1, "the games began together"
    for t, (row, expected) in enumerate(
        zip(rows, one_by_one(create_game, metadata, k, max_turns, iter(told), actions), strict=False)
    ):
        for i in np.flatnonzero(row["lost"]):
            row["next"][i] = None  # nobody looks at it
        assert {key: row[key] for key in expected} == expected, f"in turn {t}"
        if k > 1:
            assert all(since == t + 1 for _, since in row["seeds"])
    return Counter(ended for row in rows for *_, ended in row["finished"])


@settings(max_examples=25, deadline=None)
@given(k=st.integers(1, 4), max_turns=st.integers(2, 12), seed=st.integers(0, 2**31))
def test_games_side_by_side_are_games_played_one_by_one(dice, k, max_turns, seed):
    create_game = dice(end_at=0.1, raise_at=0.05)
    compare(create_game, described(create_game), k, max_turns, turns=60, seed=seed)


@pytest.mark.parametrize("k", [1, 4])
def test_every_way_to_end_happens_and_is_told(dice, k):
    create_game = dice(end_at=0.1, raise_at=0.05)
    endings = compare(create_game, described(create_game), k, max_turns=6, turns=200, seed=3)
    assert set(endings) == {"game over", "turn limit", "error"}


@pytest.mark.parametrize("k", [1, 4])
@pytest.mark.parametrize(("name", "turns"), [("snake", 300), ("nav", 400)])
def test_the_same_with_real_games(name, turns, k):
    found = find_game(name)
    complete_metadata(found.metadata, found.factory)
    endings = compare(found.factory, found.metadata, k, max_turns=60, turns=turns, seed=2)
    assert endings["turn limit" if name == "nav" else "game over"] > 1


# Ends and beginnings ----------------------------------------------------------------------------


class Counting:
    """Counts its turns on the board, one cell to the right each."""

    character = "a"

    def __init__(self, last: int) -> None:
        self.last = last
        self.position = (0, 0)

    def play_turn(self, game):
        self.position = (game.turn_number, 0)
        game.state["score"] += 1
        if game.turn_number == self.last:
            game.end()


def with_only(make_agent: Callable[[], Any]) -> CreateGame:
    return lambda: Game([make_agent()], {"score": 0}, board_size=(10, 1))


def column(vector: list[float]) -> int:
    return vector.index(1.0)


def test_a_truncated_game_was_last_seen_where_it_really_was_and_a_fresh_one_is_seen_next():
    metadata = GameMetadata(["p"], "score", ["a"])
    create_game = with_only(lambda: Counting(last=9))
    complete_metadata(metadata, create_game)
    games, spec = in_step(create_game, metadata, 2, max_turns=3)
    games.reset()
    rows = played(games, spec, np.zeros((4, 2), np.int64))
    assert [list(map(column, row["next"])) for row in rows] == [[1, 1], [2, 2], [3, 3], [1, 1]]
    assert [list(map(column, row["seen"])) for row in rows] == [[1, 1], [2, 2], [0, 0], [1, 1]]
    assert [row["truncated"] for row in rows] == [[False] * 2] * 2 + [[True] * 2, [False] * 2]
    assert not any(any(row["terminated"]) for row in rows)


def test_a_game_that_ends_in_its_last_allowed_turn_has_ended():
    metadata = GameMetadata(["p"], "score", ["a"])
    create_game = with_only(lambda: Counting(last=3))
    complete_metadata(metadata, create_game)
    games, spec = in_step(create_game, metadata, 1, max_turns=3)
    games.reset()
    last = played(games, spec, np.zeros((3, 1), np.int64))[-1]
    assert (last["terminated"], last["truncated"]) == ([True], [False])
    assert last["finished"] == [(0, 3.0, 3, "game over")]


def test_what_was_seen_before_a_turn_is_still_there_beside_what_is_seen_next(dice):
    create_game = dice(end_at=0.2)
    games, spec = in_step(create_game, described(create_game), 3)
    games.reset()
    for _ in range(30):
        observations = games.observations
        before = vectors(observations, spec)
        turn = games.step(np.zeros(3, np.int64))
        assert vectors(observations, spec) == before
        running = ~(turn.terminated | turn.truncated)
        np.testing.assert_array_equal(
            games.observations.cells[running], turn.next_observations.cells[running]
        )


def test_a_restart_gives_up_all_games_and_begins_with_new_random_numbers(dice):
    create_game = dice(end_at=0.0)
    games, spec = in_step(create_game, described(create_game), 2)
    games.reset()
    first = played(games, spec, np.zeros((5, 2), np.int64))
    assert games.turns_since_reset == 10
    games.reset()
    assert games.turns_since_reset == 0
    second = played(games, spec, np.zeros((5, 2), np.int64))
    assert first != second


@pytest.mark.parametrize("k", [1, 3])
def test_the_seed_decides_everything_random_numpys_own_numbers_included(dice, k):
    for draw in (random.random, np.random.random):
        create_game = dice(end_at=0.2, draw=draw)
        metadata, actions = described(create_game), np.ones((40, k), np.int64)
        runs = []
        for seed in (1, 1, 2):
            games, spec = in_step(create_game, metadata, k, seed=seed)
            random.seed()
            np.random.seed()
            games.reset()
            runs.append(played(games, spec, actions))
        assert runs[0] == runs[1]
        assert runs[0] != runs[2]


# Errors ---------------------------------------------------------------------------------------


def test_a_game_that_raises_costs_its_own_episode_and_no_other(dice):
    create_game = dice(end_at=0.0, raise_at=0.1)
    games, _ = in_step(create_game, described(create_game), 4, max_turns=1000)
    games.reset()
    turn = games.step(np.zeros(4, np.int64))
    while not turn.lost.any():
        turn = games.step(np.zeros(4, np.int64))
    [finished] = turn.finished
    assert isinstance(finished.error, ZeroDivisionError)
    assert turn.lost.tolist() == [i == finished.index for i in range(4)]
    assert turn.rewards[finished.index] == 0
    assert not turn.terminated.any()
    assert not turn.truncated.any()


def test_a_game_that_quits_python_costs_its_episode_and_not_the_training():
    class Quitter(Counting):
        def play_turn(self, game):
            raise SystemExit(0)

    metadata = GameMetadata(["p"], "score", ["a"])
    create_game = with_only(lambda: Quitter(last=9))
    complete_metadata(metadata, create_game)
    games, _ = in_step(create_game, metadata, 1)
    games.reset()
    [finished] = games.step(np.array([0])).finished
    assert isinstance(finished.error, SystemExit)


@pytest.mark.parametrize("k", [1, 3])
def test_a_fresh_game_that_cannot_be_made_costs_an_episode_and_another_is_made(dice, k):
    attempts = Counter()
    make = dice(end_at=0.5)

    def create_game() -> Game:
        attempts["all"] += 1
        if random.random() < 0.5:
            attempts["failed"] += 1
            raise IndexError("no room on the board")
        return make()

    games, spec = in_step(create_game, described(make), k, max_turns=5)
    games.reset()
    before = attempts.copy()
    rows = played(games, spec, np.zeros((60, k), np.int64))
    finished = [ended for row in rows for ended in row["finished"]]
    assert attempts["all"] - before["all"] == len(finished)
    unmade = [(total, turns) for _, total, turns, ended in finished if ended == "error"]
    assert unmade == [(0.0, 0)] * (attempts["failed"] - before["failed"])
    assert unmade
    assert not any(any(row["lost"]) for row in rows), "nothing that was played is lost"


@pytest.mark.parametrize("k", [1, 3])
def test_a_game_that_can_never_be_made_again_is_an_error_in_the_end(dice, k):
    made = iter([dice(end_at=1.0)] * k)
    games, _ = in_step(lambda: next(made)(), described(dice()), k)
    games.reset()
    with pytest.raises(GameError, match="could not make a game: StopIteration"):
        games.step(np.zeros(k, np.int64))


def test_a_game_without_a_player_is_refused_at_once_by_who_needs_one():
    made = []
    create_game = with_only(lambda: made.append(Counting(last=9)) or made[-1])
    metadata = GameMetadata(["p"], "score", ["a"], board_size=(10, 1))
    games, _ = in_step(create_game, metadata, 2, name="egocentric")
    with pytest.raises(RetroGamerError, match="listens to the keyboard"):
        games.reset()
    assert len(made) == 1
