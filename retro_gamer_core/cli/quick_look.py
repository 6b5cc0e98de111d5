"""The quick checks of a game that ``create`` and ``train`` make on the way: told in a line each, stopping nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retro_gamer_core.cli.printing import typed, warn

if TYPE_CHECKING:
    from retro_gamer_core.events import CheckpointSaved, EpisodeFinished, Outcome, RunInfo
    from retro_gamer_core.findings import Findings
    from retro_gamer_core.training.trainer import Trainer


def warn_of(findings: Findings, run: object) -> None:
    """One line for each problem and warning; ``run`` is checked to hear more: it knows how its game is described."""
    told = findings.at_least("warning")
    for finding in told:
        warn(f"Warning: {finding.what} ({finding.code})")
    if told:
        warn(f"Why, and what to try: {typed('retro-gamer', 'check', run)}")


class QuickLook:
    """Listens to a training, and looks at its game when it begins, as the settings describe it by now.

    It comes after whoever says that training begins, and within reach of Ctrl-C, for there are games that
    take a minute for each turn.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer

    def training_started(self, run: RunInfo, choices: list[str]) -> None:
        from retro_gamer_core.checks.game import check_game
        from retro_gamer_core.games.finding import find_game

        if self._trainer.loop.turns:
            return  # what there is to say was said when it began
        config, found = self._trainer.config, find_game(run.game)
        findings = check_game(
            found.name,
            found.factory,
            config.metadata,
            source=found.source_root,
            seed=run.seed,
            quick=True,
            max_turns=config.training.max_turns_per_episode,
        )
        warn_of(findings, run.directory)

    def note(self, line: str) -> None: ...

    def episode_finished(self, episode: EpisodeFinished) -> None: ...

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None: ...

    def training_finished(self, outcome: Outcome) -> None: ...
