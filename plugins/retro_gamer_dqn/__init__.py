"""Deep Q-learning (Mnih et al. 2015), and the recipes that go with it."""

from __future__ import annotations

from collections.abc import Iterable

from retro_gamer_core import Part, Recipe, hookimpl


@hookimpl
def retro_gamer_learners() -> Iterable[Part]:
    yield Part(
        "dqn",
        "Deep Q-learning: learns how good each action is, and takes the best one.",
        "retro_gamer_dqn.learner:DQNLearner",
        options="retro_gamer_dqn.settings:DQNSettings",
        needs=("torch",),
        checkpoint_format="retro_gamer_dqn.checkpoint",
    )


@hookimpl
def retro_gamer_recipes() -> Iterable[Recipe]:
    yield Recipe(
        "standard",
        "Good results in minutes: sees from the player's place, some games bold and some careful.",
        "retro_gamer_dqn.recipes:standard",
        learner="dqn",
    )
    yield Recipe(
        "patient",
        "For an hour or a night: a larger network that learns in smaller steps, and remembers more. Slower at first.",
        "retro_gamer_dqn.recipes:patient",
        learner="dqn",
    )
    yield Recipe(
        "classic",
        "Plain deep Q-learning on the whole board, as in the textbooks; slower, good to study.",
        "retro_gamer_dqn.recipes:classic",
        learner="dqn",
    )
