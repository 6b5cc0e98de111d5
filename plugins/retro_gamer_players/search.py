"""Best-first search in copies of a game: where does it lead to press these keys?

It knows nothing of the game but what everybody sees: its board, its rewards, and whether it is over. Where there is a
reward in sight, it follows that; where there is none, it looks first where something stands that never stood there
before, which is how it gets round walls and pushes things.

Source: Lipovetzky & Geffner 2017, "Best-First Width Search"; Lipovetzky, Ramirez & Geffner 2015, "Classical Planning
with Simulators: Results on the Atari Video Games".
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from retro_gamer_core import GameCopy

#: A game that ends with a reward is won, where it is more than so many times what going on promises as far as is seen.
_WON = 10


@dataclass(eq=False)
class Node:
    """A copy of the game, some keys later.

    Args:
        game: as it stands then; None where it is over or raised an error, and once the search has ended.
        over: whether it is over or raised an error.
        board: what tells this moment from others; None where it is over.
        parent, action: the node before, and the key that led here.
        depth: turns since the beginning of the search.
        gained: the sum of the rewards since then.
        worth: the same, discounted.
        reward: of the last turn.
    """

    game: GameCopy | None
    parent: Node | None = None
    action: int = -1
    depth: int = 0
    gained: float = 0.0
    worth: float = 0.0
    reward: float = 0.0
    over: bool = False
    board: Any = field(default=None, repr=False)
    ways: int | None = field(default=None, repr=False)
    """How many keys do not lose from here, as far as is known; None where none was tried."""

    @property
    def path(self) -> list[Node]:
        """From the first turn of the search to this node."""
        nodes: list[Node] = []
        node = self
        while node.parent is not None:
            nodes.append(node)
            node = node.parent
        return nodes[::-1]

    def lose(self) -> None:
        """The game is over here whatever is pressed; so it may be for the nodes before."""
        node = self.parent
        while node is not None and node.ways is not None:
            node.ways -= 1
            if node.ways:
                return
            node = node.parent


class Search:
    """Looks ahead from one moment of a game.

    Args:
        game: a copy that nobody else needs; it is not moved.
        n_actions: how many keys there are.
        rng: in which order keys are tried that look alike.
        copies: so many copies are made at most.
        horizon: turns; it ends where what looks best is so many ahead.
        discount: what a reward one turn later counts.

    Attributes:
        made: how many copies were made.
        nodes: all that were met, but for the first.
    """

    def __init__(
        self,
        game: GameCopy,
        n_actions: int,
        rng: np.random.Generator,
        *,
        copies: int,
        horizon: int,
        discount: float,
    ) -> None:
        self.made = 0
        self.nodes: list[Node] = []
        self._n_actions, self._rng, self._discount = n_actions, rng, discount
        self._best_on: dict[Any, float] = {board_of(game): 0.0}
        self._usual = 0.0  # the reward of a turn where nothing happens, as seen last
        self._stood: dict[float, set[int]] = {}
        self._players: set[tuple[float, Any]] = set()
        with _without_collecting():
            self._look(Node(game), copies, horizon)
        for node in self.nodes:
            node.game = None  # nobody needs it any more, and it is large

    def _look(self, first: Node, copies: int, horizon: int) -> None:
        waiting: list[tuple[float, int, int, int, Node]] = [(0.0, 0, 0, 0, first)]
        while waiting and self.made < copies:
            node = heappop(waiting)[-1]
            if node.depth >= horizon:
                break
            for child in self._after(node, copies):
                # A turn that always costs the same is no reason to go back to where fewer were played.
                cost = min(0.0, self._usual) * child.depth
                news = self._news(child)
                heappush(waiting, (cost - child.gained, news, child.depth, len(self.nodes), child))

    def best(self) -> list[Node]:
        """The best way for each first key, the best of all first; keys that end the game come last."""
        best: dict[int, tuple[tuple[float, ...], Node]] = {}
        first: dict[int, int] = {}
        living = max((node.gained for node in self.nodes if not node.over and node.ways != 0), default=0.0)
        for node in self.nodes:  # those before come first
            parent = node.parent
            key = first[id(node)] = (
                node.action if parent is None or parent.parent is None else first[id(parent)]
            )
            if node.over or node.ways == 0:
                won = node.over and node.reward > 0 and node.gained > _WON * max(0.0, living)
                rank = (2.0, node.worth, 0.0) if won else (0.0, float(node.depth), node.worth)
            else:
                rank = (1.0, round(node.worth, 9), float(node.depth))
            if key not in best or rank > best[key][0]:
                best[key] = rank, node
        return [node for _, node in sorted(best.values(), key=lambda each: each[0], reverse=True)]

    def _after(self, node: Node, copies: int) -> Iterator[Node]:
        """The nodes after this one in which the game goes on."""
        node.ways = self._n_actions
        rewards = []
        for action in self._rng.permutation(self._n_actions).tolist():
            if self.made >= copies:
                return
            self.made += 1
            child = self._press(node, action)
            rewards.append(child.reward)
            self.nodes.append(child)
            if child.over:
                child.lose()
            else:
                yield child
        self._usual = float(np.median(rewards))

    def _press(self, node: Node, action: int) -> Node:
        assert node.game is not None
        game: GameCopy | None = node.game.fork()
        reward = 0.0
        try:
            reward = game.step(action) if game else 0.0
        except (Exception, SystemExit):
            game = None
        if game is not None and not game.playing:
            game = None
        return Node(
            game,
            node,
            action,
            node.depth + 1,
            node.gained + reward,
            node.worth + self._discount**node.depth * reward,
            reward,
            over=game is None,
            board=None if game is None else board_of(game),
        )

    def _news(self, node: Node) -> int:
        """0 where the player was never here before with so much gained; 1 where anything else never was; 2 where all
        was, but not together; 3 where this board was there before."""
        assert node.game is not None
        if node.gained <= self._best_on.get(node.board, -np.inf):
            return 3
        self._best_on[node.board] = node.gained
        frame = node.game.frame
        codes = frame.codes.ravel()
        cells = np.flatnonzero(codes)
        stands = set((cells * 256 + codes[cells]).tolist())
        stood = self._stood.setdefault(node.gained, set())
        news = 2 if stands <= stood else 1
        stood |= stands
        here = node.gained, frame.player
        if here[1] is not None and here not in self._players:
            self._players.add(here)
            return 0
        return news


@contextmanager
def _without_collecting() -> Iterator[None]:
    """No garbage is collected meanwhile: Python would look through all copies again and again, in half of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def board_of(game: GameCopy) -> Any:
    """What tells one moment from another: the board, and what of the state is no amount."""
    state = game.frame.state
    kept = tuple((key, value) for key, value in state.items() if isinstance(value, (bool, str)))
    return game.frame.codes.tobytes(), kept
