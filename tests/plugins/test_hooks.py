"""Every hook, answered by a small plugin: what it says arrives, with the name of who says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from retro_gamer_core import Command, GameDescription, Recipe, hookspecs
from retro_gamer_core.events import (
    AlarmRaised,
    CheckpointSaved,
    EpisodeFinished,
    Evaluated,
    Outcome,
    RunInfo,
)
from retro_gamer_core.plugins.records import Provider

STRIPES = Provider("stripes", "stripes", "1.0")
RUN = RunInfo(Path("runs/snake"), "snake", seed=3)
EPISODE = EpisodeFinished(7, 2.0, 40, 0.5, None, "game over", 400)
CHECKPOINT = CheckpointSaved(Path("ep_0007.pt"), 7, 1, 2.0, 40.0, None, 0.5, 1.0, 1.0, 400, 400.0)
ALARM = AlarmRaised("reward-never-seen", "no reward in 20,000 turns", 20_000, "nothing to learn", "look")
EVALUATION = Evaluated(7, 400, 1.0, 2.0, 2.0, 40.0, 1.0, 1.0, "KEY_UP", 0.4, is_best=True, games=10)
OUTCOME = Outcome("finished", 7, 400, 1.0)


@pytest.fixture
def answering(install, others):
    """The plugins when one of them answers ``hook`` with ``answer``."""

    def answering(hook: str, answer: str):
        install("stripes", f"@hookimpl\ndef {hook}():\n    yield {answer}\n")
        return others()

    return answering


@pytest.fixture
def told(install, others):
    """What a plugin heard when ``hook`` was announced."""

    def told(hook: str, **arguments):
        install(
            "listener",
            f"heard = []\n@hookimpl\ndef {hook}({', '.join(arguments)}):\n    heard.extend([{', '.join(arguments)}])\n",
        )
        assert others().announce(hook, **arguments) == []
        import listener

        return listener.heard

    return told


def assert_part_arrives(answering, hook: str, kind: str) -> None:
    plugins = answering(hook, 'Part("striped", "Stripes.", "stripes_at_work:build")')
    [part] = plugins.parts(kind).values()
    assert (part.kind, part.name, part.part.factory) == (kind, "striped", "stripes_at_work:build")
    assert part.provider == STRIPES
    assert plugins.find_part(kind, "striped") == part


def test_hook_retro_gamer_encoders(answering):
    assert_part_arrives(answering, "retro_gamer_encoders", "encoder")


def test_hook_retro_gamer_networks(answering):
    assert_part_arrives(answering, "retro_gamer_networks", "network")


def test_hook_retro_gamer_memories(answering):
    assert_part_arrives(answering, "retro_gamer_memories", "memory")


def test_hook_retro_gamer_learners(answering):
    assert_part_arrives(answering, "retro_gamer_learners", "learner")


def test_hook_retro_gamer_loggers(answering):
    assert_part_arrives(answering, "retro_gamer_loggers", "logger")


def test_hook_retro_gamer_wrappers(answering):
    assert_part_arrives(answering, "retro_gamer_wrappers", "wrapper")


def test_hook_retro_gamer_executors(answering):
    assert_part_arrives(answering, "retro_gamer_executors", "executor")


def test_hook_retro_gamer_players(answering):
    assert_part_arrives(answering, "retro_gamer_players", "player")


def test_hook_retro_gamer_games(answering):
    plugins = answering(
        "retro_gamer_games", 'GameDescription("pong", "their_games.pong", {"reward": "score"})'
    )
    assert plugins.games() == [(GameDescription("pong", "their_games.pong", {"reward": "score"}), STRIPES)]


def test_hook_retro_gamer_recipes(answering):
    plugins = answering("retro_gamer_recipes", 'Recipe("tiny", "Small.", "stripes_at_work:tiny")')
    assert plugins.recipes() == {"tiny": (Recipe("tiny", "Small.", "stripes_at_work:tiny"), STRIPES)}


def test_hook_retro_gamer_commands(answering):
    plugins = answering("retro_gamer_commands", 'Command("plot", "Draw it.", "stripes_at_work:plot")')
    assert plugins.commands() == {"plot": (Command("plot", "Draw it.", "stripes_at_work:plot"), STRIPES)}


def test_hook_retro_gamer_training_started(told):
    assert told("retro_gamer_training_started", run=RUN) == [RUN]


def test_hook_retro_gamer_episode_finished(told):
    assert told("retro_gamer_episode_finished", run=RUN, episode=EPISODE) == [RUN, EPISODE]


def test_hook_retro_gamer_checkpoint_saved(told):
    assert told("retro_gamer_checkpoint_saved", run=RUN, checkpoint=CHECKPOINT) == [RUN, CHECKPOINT]


def test_hook_retro_gamer_evaluated(told):
    assert told("retro_gamer_evaluated", run=RUN, evaluation=EVALUATION) == [RUN, EVALUATION]


def test_hook_retro_gamer_alarm_raised(told):
    assert told("retro_gamer_alarm_raised", run=RUN, alarm=ALARM) == [RUN, ALARM]


def test_hook_retro_gamer_training_finished(told):
    assert told("retro_gamer_training_finished", run=RUN, outcome=OUTCOME) == [RUN, OUTCOME]


def test_a_hook_may_leave_out_arguments(install, others):
    install(
        "short",
        "heard = []\n@hookimpl\ndef retro_gamer_episode_finished(episode):\n    heard.append(episode)\n",
    )
    assert others().announce("retro_gamer_episode_finished", run=RUN, episode=EPISODE) == []
    import short

    assert short.heard == [EPISODE]


def test_every_hook_has_a_test_here():
    hooks = {name for name in vars(hookspecs) if name.startswith("retro_gamer_")}
    tested = {name.removeprefix("test_hook_") for name in globals() if name.startswith("test_hook_")}
    assert hooks == tested
