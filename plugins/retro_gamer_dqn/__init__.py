"""Deep Q-learning (Mnih et al. 2015), and the recipes that go with it."""

from __future__ import annotations

from collections.abc import Iterable

from retro_gamer_core import Option, Part, Recipe, hookimpl

OPTIONS = (
    Option(
        "learning_rate",
        1e-4,
        "float",
        "How far each update moves the weights. Higher learns faster but may become unstable; lower is "
        "steady but slow.",
        above=0,
        high=1,
        hint="0.0005",
        typical="0.0001 to 0.001",
    ),
    Option(
        "learning_rate_decay",
        0.9999,
        "float",
        "After each episode in which something was learned, the learning rate is multiplied by this, so that late "
        "updates are finer. "
        "1.0 keeps it as it is.",
        above=0,
        high=1,
        typical="0.999 to 1.0",
    ),
    Option(
        "learning_rate_updates",
        0,
        "int",
        "When above 0, the learning rate falls with the updates: after this many it is half of what it was, after "
        "twice as many a third, and so on. Large steps find the way, small ones the exact place.",
        low=0,
        hint="50000",
        typical="0, or 20000 to 500000",
    ),
    Option(
        "epsilon",
        1.0,
        "float",
        "The share of random actions at the start (exploration). 1.0 tries everything at random first.",
        low=0,
        high=1,
        typical="1.0",
    ),
    Option(
        "epsilon_min",
        0.05,
        "float",
        "The share of random actions that is kept to the end, so that new things are still tried.",
        low=0,
        high=1,
        typical="0.01 to 0.1",
    ),
    Option(
        "epsilon_decay",
        0.9997,
        "float",
        "After each episode epsilon is multiplied by this, down to epsilon_min. Not used when epsilon_turns "
        "is set.",
        above=0,
        high=1,
        typical="0.99 to 0.9999",
    ),
    Option(
        "epsilon_turns",
        0,
        "int",
        "When above 0, epsilon falls in a straight line to epsilon_min over this many turns, however long the "
        "episodes are.",
        low=0,
        hint="100000",
        typical="20000 to 500000",
    ),
    Option(
        "epsilon_spread",
        0.0,
        "float",
        "With several games in step, how unequally they explore: the first acts at random with probability "
        "epsilon, the last with epsilon to the power of 1 + epsilon_spread, so that some games are played "
        "boldly and some with care. The log's epsilon is their mean. 0 lets all explore alike; with one game "
        "there is nothing to spread.",
        low=0,
        high=20,
        typical="0 to 5",
    ),
    Option(
        "target_update_freq",
        500,
        "int",
        "Updates between two copies of the network into the target network, the steady one that targets are "
        "computed with. Fewer follow new learning sooner; more are steadier.",
        low=1,
        typical="100 to 2000",
    ),
    Option(
        "target_average",
        0,
        "int",
        "When above 0, the target network is not copied now and then, but is the average of the learning "
        "network over about this many updates (and target_update_freq is not used). An average wavers less, so "
        "it is also the network that plays when the agent is watched or tested.",
        low=0,
        hint="1000",
        typical="0, or 500 to 5000",
    ),
    Option(
        "double",
        False,
        "bool",
        "Double Q-learning: one network picks the best next action and the other judges it, which stops the "
        "values from growing too hopeful.",
    ),
    Option(
        "reward_scale",
        1.0,
        "float",
        "Rewards are multiplied by this before anything is learned from them, and nothing else changes: what is "
        "logged are the game's own rewards. Networks learn best where rewards are neither in the thousands nor "
        "in the thousandths.",
        above=0,
        typical="1.0, or what makes the largest reward about 10",
    ),
    Option(
        "loss",
        "huber",
        "str",
        "How a wrong Q-value is counted: huber is gentle with large errors, squared is not.",
        choices=("huber", "squared"),
    ),
    Option(
        "max_gradient_norm",
        10.0,
        "float",
        "A gradient (the direction in which a batch wants to move the weights) that is longer than this is "
        "shortened before it is used, so that one odd batch counts no more than others. 0 shortens none.",
        low=0,
        typical="1 to 10, or 0",
    ),
    Option(
        "threads",
        None,
        "int",
        "Processor threads used for learning. Left out: as many as the environment variable OMP_NUM_THREADS "
        "says, or else one. Another number rounds sums differently, so the same seed gives another run.",
        low=1,
        hint="1",
    ),
)


@hookimpl
def retro_gamer_learners() -> Iterable[Part]:
    yield Part(
        "dqn",
        "Deep Q-learning: learns how good each action is, and takes the best one.",
        "retro_gamer_dqn.learner:DQNLearner",
        options=OPTIONS,
        needs=("torch",),
    )


@hookimpl
def retro_gamer_recipes() -> Iterable[Recipe]:
    yield Recipe(
        "standard",
        "Good results in minutes: sees from the player's place, some games bold and some careful.",
        "retro_gamer_dqn.recipes:standard",
    )
    yield Recipe(
        "patient",
        "For an hour or a night: a larger network that learns in smaller steps, and remembers more. Slower at first.",
        "retro_gamer_dqn.recipes:patient",
    )
    yield Recipe(
        "classic",
        "Deep Q-learning on the whole board, with every setting's default; slower, good to study.",
        "retro_gamer_dqn.recipes:classic",
    )
