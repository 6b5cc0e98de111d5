"""The options of deep Q-learning: what each one does, and which values make sense.

Apart from the learner, so that they can be explained without importing torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from retro_gamer_core.options import Option


@dataclass(frozen=True, kw_only=True)
class DQNSettings:
    """Everything that can be set on ``DQNLearner``."""

    learning_rate: Annotated[
        float,
        Option(
            "How far each update moves the weights. Higher learns faster but may become unstable; lower is "
            "steady but slow.",
            above=0,
            high=1,
            hint="0.0005",
            typical="0.0001 to 0.001",
        ),
    ] = 1e-4
    learning_rate_decay: Annotated[
        float,
        Option(
            "After each episode in which something was learned, the learning rate is multiplied by this, so that "
            "late updates are finer. 1.0 keeps it as it is.",
            above=0,
            high=1,
            typical="0.999 to 1.0",
        ),
    ] = 0.9999
    learning_rate_updates: Annotated[
        int,
        Option(
            "When above 0, the learning rate falls with the updates: after this many it is half of what it was, "
            "after twice as many a third, and so on. Large steps find the way, small ones the exact place.",
            low=0,
            hint="50000",
            typical="0, or 20000 to 500000",
        ),
    ] = 0
    epsilon: Annotated[
        float,
        Option(
            "The share of random actions at the start (exploration). 1.0 tries everything at random first.",
            low=0,
            high=1,
            typical="1.0",
        ),
    ] = 1.0
    epsilon_min: Annotated[
        float,
        Option(
            "The share of random actions that is kept to the end, so that new things are still tried.",
            low=0,
            high=1,
            typical="0.01 to 0.1",
        ),
    ] = 0.05
    epsilon_decay: Annotated[
        float,
        Option(
            "After each episode epsilon is multiplied by this, down to epsilon_min. Not used when epsilon_turns "
            "is set.",
            above=0,
            high=1,
            typical="0.99 to 0.9999",
        ),
    ] = 0.9997
    epsilon_turns: Annotated[
        int,
        Option(
            "When above 0, epsilon falls in a straight line to epsilon_min over this many turns, however long the "
            "episodes are.",
            low=0,
            hint="100000",
            typical="20000 to 500000",
        ),
    ] = 0
    epsilon_spread: Annotated[
        float,
        Option(
            "With several games in step, how unequally they explore: the first acts at random with probability "
            "epsilon, the last with epsilon to the power of 1 + epsilon_spread, so that some games are played "
            "boldly and some with care. The log's epsilon is their mean. 0 lets all explore alike; with one game "
            "there is nothing to spread.",
            low=0,
            high=20,
            typical="0 to 5",
        ),
    ] = 0.0
    target_update_freq: Annotated[
        int,
        Option(
            "Updates between two copies of the network into the target network, the steady one that targets are "
            "computed with. Fewer follow new learning sooner; more are steadier.",
            low=1,
            typical="100 to 2000",
        ),
    ] = 500
    target_average: Annotated[
        int,
        Option(
            "When above 0, the target network is not copied now and then, but is the average of the learning "
            "network over about this many updates (and target_update_freq is not used). An average wavers less, so "
            "it is also the network that plays when the agent is watched or tested.",
            low=0,
            hint="1000",
            typical="0, or 500 to 5000",
        ),
    ] = 0
    double: Annotated[
        bool,
        Option(
            "Double Q-learning: one network picks the best next action and the other judges it, which stops the "
            "values from growing too hopeful."
        ),
    ] = False
    reward_scale: Annotated[
        float,
        Option(
            "Rewards are multiplied by this before anything is learned from them, and nothing else changes: what "
            "is logged are the game's own rewards. Networks learn best where rewards are neither in the thousands "
            "nor in the thousandths.",
            above=0,
            typical="1.0, or what makes the largest reward about 10",
        ),
    ] = 1.0
    loss: Annotated[
        Literal["huber", "squared"],
        Option("How a wrong Q-value is counted: huber is gentle with large errors, squared is not."),
    ] = "huber"
    max_gradient_norm: Annotated[
        float,
        Option(
            "A gradient (the direction in which a batch wants to move the weights) that is longer than this is "
            "shortened before it is used, so that one odd batch counts no more than others. 0 shortens none.",
            low=0,
            typical="1 to 10, or 0",
        ),
    ] = 10.0
    threads: Annotated[
        int | None,
        Option(
            "Processor threads used for learning. Left out: as many as the environment variable OMP_NUM_THREADS "
            "says, or else one. Another number rounds sums differently, so the same seed gives another run.",
            low=1,
            hint="1",
        ),
    ] = None
