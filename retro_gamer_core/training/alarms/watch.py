"""Looks at a run from time to time and tells each alarm once, however often training is stopped and goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retro_gamer_core.runs.plain_values import restored
from retro_gamer_core.training.alarms import ALARMS
from retro_gamer_core.training.alarms.greedy_play import is_late
from retro_gamer_core.training.alarms.so_far import SoFar, SoFarState
from retro_gamer_core.training.vital_signs import VitalSigns

if TYPE_CHECKING:
    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.events import AlarmRaised, EpisodeFinished, Evaluated

#: Some seconds on a laptop: soon enough to hear of it, and then three looks are three different moments.
TURNS_BETWEEN_LOOKS = 2_000


@dataclass(frozen=True)
class WatchState:
    """What is saved of a watch."""

    told: list[str]
    looked_at_turn: int
    so_far: SoFarState


class AlarmWatch:
    """Hears what the trainer hears and says what a teacher would point out.

    Nothing here draws a random number or touches what is learned.

    Attributes:
        signs: to be given to the loop, which fills it.
    """

    def __init__(self, config: RunConfig) -> None:
        self.signs = VitalSigns()
        self._so_far = SoFar(config, self.signs)
        self._looked_at_turn = 0
        self._told: list[str] = []

    def begin(self, episodes: int | None) -> None:
        """A session begins; the run ends after so many episodes, or, if None, when time is up."""
        self._so_far.episodes_in_run = episodes

    def episode_finished(self, episode: EpisodeFinished) -> list[AlarmRaised]:
        """The alarms that are new after this episode."""
        self._so_far.add_episode(episode)
        in_run = self._so_far.episodes_in_run
        half_way = in_run is not None and episode.number == (in_run + 1) // 2  # a short run is looked at, too
        if episode.total_turns - self._looked_at_turn < TURNS_BETWEEN_LOOKS and not half_way:
            return []
        self._looked_at_turn = episode.total_turns
        self._so_far.look()
        return self._new_ones()

    def evaluated(self, evaluation: Evaluated) -> list[AlarmRaised]:
        """The alarms that are new after the policy has played without exploring."""
        if not is_late(self._so_far):
            return []
        self._so_far.add_evaluation(evaluation)
        return self._new_ones()

    def _new_ones(self) -> list[AlarmRaised]:
        raised = [alarm for look in ALARMS if (alarm := look(self._so_far)) and alarm.code not in self._told]
        self._told += [alarm.code for alarm in raised]
        return raised

    def state_dict(self) -> dict[str, Any]:
        """Plain values only, for it is kept in checkpoints too."""
        return {
            "told": list(self._told),
            "looked_at_turn": self._looked_at_turn,
            "so_far": self._so_far.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        saved = restored(WatchState, state)
        self._told = saved.told
        self._looked_at_turn = saved.looked_at_turn
        self._so_far.load_state_dict(state["so_far"])
