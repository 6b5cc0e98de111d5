"""What a teacher would point out while a run is trained, each once, however often training is stopped and goes on.

An alarm is a function from what is known of the run to a finding, or None. It changes nothing and keeps
nothing. It is only worth hearing if it is never false, so each threshold stands beside its reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from retro_gamer_core.events import AlarmRaised
from retro_gamer_core.findings import Finding, finding
from retro_gamer_core.runs.plain_values import restored
from retro_gamer_core.training.run_monitor import IN_A_ROW, Exploration, GreedyPlay, RunMonitor, SoFar

if TYPE_CHECKING:
    from retro_gamer_core.configuration import RunConfig, TrainingSettings
    from retro_gamer_core.events import EpisodeFinished, Evaluated

#: Some seconds on a laptop: soon enough to hear of it, and then three looks are three different moments.
TURNS_BETWEEN_LOOKS = 2_000

#: The scarcest reward among the games that come with us, beast's, is met by chance every 900 turns;
#: twenty times as long is no bad luck any more.
TURNS_WITHOUT_REWARD = 20_000

#: Where games are long, ten of them from beginning to end: a reward may lie at the very end.
GAMES_WITHOUT_REWARD = 10

#: A rare reward may fail to come in many games; fewer than these could be bad luck.
GAMES_ALL_THE_SAME = 100

#: Turns. Whoever loses so soon has hardly had a choice.
A_MOMENT = 3

#: At half the run its length can be told, and something can still be done about it.
HALF_WAY = 0.5

#: Games that nobody has learned anything about stay as long as they are, give or take their luck.
LUCK = 1.5

#: With every other action random, what was learned hardly ever gets to play two turns in a row.
MOSTLY_RANDOM = 0.5

#: A shorter run is for trying things out; that it ends at random surprises nobody.
SHORTEST_RUN = 100

#: So many episodes in a row with one factor between them, whatever their lengths: a schedule in episodes.
EPISODES_TO_BE_SURE = 50

#: Any other schedule is judged by its pace, once a quarter of the run shows it.
SHARE_TO_JUDGE = 0.25

#: Games get longer while they are learned, and so does the time that is left for a schedule in turns.
#: Snake's are four times as long at the end of a first minute as at its beginning.
GROWTH_OF_GAMES = 4

#: No real game reaches the bound; learning overshoots a little. Twice as much is beyond both.
TIMES_THE_BOUND = 2

#: Before it has learned, a network guesses at random, about as far from zero as 1. Where rewards are
#: tiny, that is beyond the bound and means nothing.
RANDOM_GUESSES = 10.0

#: Half of the run is gone, and it was no mere try-out: recipe standard explores for 100,000 turns.
LATE_SHARE, LATE_TURNS = 0.5, 100_000

#: In a very long run, this much play without much exploring is late enough.
LATE_TURNS_ANYWAY, LITTLE_EXPLORATION = 300_000, 0.1

#: Random play is measured by a few games too, so a difference of a tenth is none.
MARGIN = 0.1

#: One turn in fifty may differ: a game's first turn, or a wall.
ONE_ACTION = 0.98


@dataclass
class WatchState:
    """What is saved of a watch."""

    told: list[str]
    looked_at_turn: int
    so_far: SoFar


class AlarmWatch:
    """Hears what the trainer hears, looks at the run from time to time, and says what a teacher would point out.

    Nothing here draws a random number or touches what is learned.

    Attributes:
        monitor: to be given to the loop, which tells it of rewards and updates.
    """

    def __init__(self, config: RunConfig) -> None:
        self.monitor = RunMonitor(config)
        self._state = WatchState(told=[], looked_at_turn=0, so_far=self.monitor)

    def episode_finished(self, episode: EpisodeFinished) -> list[AlarmRaised]:
        """The alarms that are new after this episode."""
        monitor = self.monitor
        before = monitor.share_played or 0
        monitor.add_episode(episode)
        half_way = before < HALF_WAY <= (monitor.share_played or 0)  # a short run is looked at, too
        if episode.total_turns - self._state.looked_at_turn < TURNS_BETWEEN_LOOKS and not half_way:
            return []
        self._state.looked_at_turn = episode.total_turns
        monitor.look()
        return self._new_ones()

    def evaluated(self, evaluation: Evaluated) -> list[AlarmRaised]:
        """The alarms that are new after the policy has played without exploring."""
        if not is_late(self.monitor):
            return []
        self.monitor.add_evaluation(evaluation)
        return self._new_ones()

    def _new_ones(self) -> list[AlarmRaised]:
        found = [one for alarm in ALARMS if (one := alarm(self.monitor)) and one.code not in self._state.told]
        self._state.told += [one.code for one in found]
        now = {"level": "warning", "episode": self.monitor.episode, "total_turns": self.monitor.turns}
        return [AlarmRaised(**{**vars(one), **now}) for one in found]

    def state_dict(self) -> dict[str, Any]:
        """Plain values only, for it is kept in checkpoints too."""
        return asdict(self._state)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        saved = restored(WatchState, state)
        self.monitor.go_on_from(saved.so_far)
        self._state = replace(saved, so_far=self.monitor)


def reward_never_seen(run: RunMonitor) -> Finding | None:
    """Every reward of every turn was zero."""
    noticed, longest = run.signs, run.episodes.longest
    if not _enough_turns(run) or (noticed.lowest_reward, noticed.highest_reward) != (0, 0):
        return None
    over_at_once = longest <= A_MOMENT
    return finding(
        "reward-never-seen",
        f'no reward in {noticed.turns:,} turns: state["{run.config.metadata.reward}"] has never changed',
        noticed.turns,
        hint=f"play the game yourself: no game lasted longer than {longest} turn(s), so it may end before anything "
        "can be done"
        if over_at_once
        else "play the game yourself and see when that number changes; reward = another number of the state, or give "
        f"a little for steps on the way{_if_cut(run)}",
    )


def reward_always_same(run: RunMonitor) -> Finding | None:
    """Every game lasted equally long and brought the same in all.

    The same reward in every turn is not enough: where games differ in length, it says that living
    longer is good, or bad, and that can be learned.
    """
    noticed, episodes = run.signs, run.episodes
    each_turn = noticed.lowest_reward == noticed.highest_reward
    each_game = episodes.lowest == episodes.highest and episodes.count >= GAMES_ALL_THE_SAME
    if not _enough_turns(run) or not episodes.count or episodes.shortest != episodes.longest:
        return None
    if not (each_turn or each_game) or noticed.lowest_reward == noticed.highest_reward == 0:
        return None
    turns = f"{episodes.longest:,} turn{'s' * (episodes.longest != 1)}"
    return finding(
        "reward-always-same",
        f"each of {episodes.count:,} games brought a total reward of {episodes.highest:g} in {turns}",
        episodes.highest,
        hint="reward = a number in the game's state that goes up when something good is done (now it is "
        f'"{run.config.metadata.reward}"){_if_cut(run)}',
    )


def learning_never_starts(run: RunMonitor) -> Finding | None:
    """No update yet, and at this pace none until the end."""
    expected = run.expected_turns
    if run.signs.updates or expected is None or (run.share_played or 0) < HALF_WAY:
        return None
    more = "training_episodes" if run.episodes_in_run else "time (--for)"
    return run_too_short(round(expected), run.settings, more)


def run_too_short(turns: int, settings: TrainingSettings, more: str = "training_episodes") -> Finding | None:
    """A run of so many turns is over before the first update."""
    starts = settings.learning_starts
    if turns * LUCK >= starts:
        return None
    return finding(
        "learning-never-starts",
        f"the run will end after about {turns:,} turns, and the first {starts:,} turns are only watched",
        turns,
        hint=f"more {more}, or learning_starts = {max(1, settings.batch_size)}",
    )


def exploration_outlasts_run(run: RunMonitor) -> Finding | None:
    """By its own pace, at least half of the actions will be random at the end."""
    episodes, turns = run.episodes_in_run, run.expected_turns
    if episodes is None or turns is None or episodes < SHORTEST_RUN:
        return None
    at_end = epsilon_at_end(run.exploration, run.episode, episodes)
    return None if at_end is None else mostly_random(at_end, episodes, turns, run.exploration.now)


def mostly_random(at_end: float, episodes: int, turns: float, now: float | None = None) -> Finding | None:
    """So much exploration at the end of a run of so many episodes and turns is too much."""
    if at_end < MOSTLY_RANDOM:
        return None
    third = round(turns / 3)
    third = max(1, round(third, 2 - len(str(third))))  # two digits say all that is known
    return finding(
        "exploration-outlasts-run",
        f"{at_end:.0%} of the actions will still be random when the run ends, after episode {episodes:,}"
        + (f" (now {now:.0%})" if now is not None else ""),
        round(at_end, 3),
        hint=f"more training_episodes, or a faster fall: epsilon_turns = {third}",
    )


def epsilon_at_end(exploration: Exploration, episode: int, episodes: int) -> float | None:
    """The share of random actions when the run ends, rather too low than too high; None if it is too early to say."""
    left = max(0, episodes - episode)
    factor = exploration.factor
    if exploration.episodes_in_a_row >= EPISODES_TO_BE_SURE and factor is not None and factor < 1:
        return exploration.now * factor**left
    watched = episode - exploration.since
    if exploration.first is None or watched < max(1, SHARE_TO_JUDGE * episodes):
        return None
    fall_per_episode = max(0.0, exploration.first - exploration.now) / watched
    return max(0.0, exploration.now - fall_per_episode * left * GROWTH_OF_GAMES)


def values_impossible(run: RunMonitor) -> Finding | None:
    """Batch after batch holds guesses beyond any return there can be."""
    bound = largest_return(run)
    if bound is None or len(run.guesses) < IN_A_ROW:
        return None
    guess = run.guesses[-1]
    if min(run.guesses) <= max(TIMES_THE_BOUND * bound, RANDOM_GUESSES):
        return None
    return finding(
        "values-impossible",
        f"the learner expects up to {guess:,.4g}, and no game can bring more than {bound:,.4g} (the largest reward of "
        f"a turn, summed with gamma = {run.settings.gamma:g})",
        guess,
    )


def largest_return(run: RunMonitor) -> float | None:
    """The largest reward of a turn, earned in every turn for ever: ``r / (1 - gamma)``.

    For ever, and not until max_turns_per_episode: a turn limit is no end to the learner, who guesses
    what would have come (see ``retro_gamer_core.transitions``). None where there is no bound: with
    gamma = 1, without a reward, and where not all rewards were noticed, since training goes on from something
    that was saved without its monitor.
    """
    largest = max(-run.signs.lowest_reward, run.signs.highest_reward)
    gamma = run.settings.gamma
    if gamma >= 1 or largest <= 0 or run.signs.turns < run.turns:
        return None
    return largest / (1 - gamma)


def greedy_below_random(run: RunMonitor) -> Finding | None:
    """Evaluation after evaluation, random keys did better."""
    plays = run.greedy_plays
    if len(plays) < IN_A_ROW or not all(play.reached < play.random - _margin(play) for play in plays):
        return None
    last = plays[-1]
    return finding(
        "greedy-below-random",
        f"what was learned reaches {last.reached:.4g}, and random keys reach {last.random:.4g}",
        last.reached,
    )


def one_action_only(run: RunMonitor) -> Finding | None:
    """The same key all the time, and no better for it than random play.

    Where it is better, one key may be all that the game needs.
    """
    plays = run.greedy_plays
    if len(plays) < IN_A_ROW or len({play.action for play in plays}) > 1:
        return None
    if any(play.share < ONE_ACTION or play.reached > play.random + _margin(play) for play in plays):
        return None
    last = plays[-1]
    return finding(
        "one-action-only",
        f"it chooses {last.action or 'no key at all'} in {last.share:.0%} of the turns, and reaches "
        f"{last.reached:.4g} where random keys reach {last.random:.4g}",
        round(last.share, 3),
    )


def is_late(run: RunMonitor) -> bool:
    """Whether something should have been learned by now."""
    late = (run.share_played or 0) >= LATE_SHARE and run.turns >= LATE_TURNS
    return late or (run.turns >= LATE_TURNS_ANYWAY and run.exploration.now <= LITTLE_EXPLORATION)


def _enough_turns(run: RunMonitor) -> bool:
    longest = run.settings.max_turns_per_episode
    return run.signs.turns >= max(TURNS_WITHOUT_REWARD, GAMES_WITHOUT_REWARD * longest)


def _if_cut(run: RunMonitor) -> str:
    if run.episodes.cut < run.episodes.count:
        return ""
    limit = run.settings.max_turns_per_episode
    return f"; max_turns_per_episode above {limit}, for all games were cut short there"


def _margin(play: GreedyPlay) -> float:
    return MARGIN * abs(play.random)


ALARMS: tuple[Callable[[RunMonitor], Finding | None], ...] = (
    reward_never_seen,
    reward_always_same,
    learning_never_starts,
    exploration_outlasts_run,
    values_impossible,
    greedy_below_random,
    one_action_only,
)
