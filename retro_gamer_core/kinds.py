"""The kinds of parts: one row each. Most are what a run is built from.

What lists kinds, checks them, names them in a file, a message or a table, reads it here. To add a kind is to
add a row, and the Protocol that it names.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of part.

    Args:
        name, plural: as in sentences; the plural is in the name of its hook, too.
        meaning: one sentence on what such parts are for.
        example: what a plugin may give for the hook.
        protocol: import string of the Protocol that says what each must be able to do.
        called_with: what the platform gives to a factory that asks for it by name. Every other parameter is an
            option.
        turn_argument: names of the one argument of a plain function, called each turn, that may stand for such
            a part.
        method: what a class of this kind has at least.
        section, key: where ``config.toml`` names it; ``""`` for a kind that only a table of its own names.
        several: whether a run may have more than one; ``key`` is then a list, and the options of each stand in
            ``[section.NAME]``.
        flag: what ``create`` takes to choose one, with ``{}`` for its name.
        checks: module with the checks of this kind; ``""`` where building it is all there is to check.
        template: what the part of ``retro-gamer new`` does, and other values of its options; None where there
            is none.
        after_an_error: what becomes of training when one raises.
        of_run: whether a run is built from such parts, so that ``config.toml`` may name one.
    """

    name: str
    plural: str
    meaning: str
    example: str
    protocol: str
    called_with: tuple[str, ...]
    turn_argument: tuple[str, ...] = ()
    method: str = ""
    section: str = ""
    key: str = ""
    several: bool = False
    flag: str = ""
    checks: str = ""
    template: tuple[str, str] | None = None
    after_an_error: str = "training would end there"
    of_run: bool = True

    @property
    def hook(self) -> str:
        return f"retro_gamer_{self.plural}"

    @property
    def article(self) -> str:
        return "an" if self.name[0] in "aeiou" else "a"

    @property
    def table(self) -> str:
        """The table of its own in ``config.toml``, with ``name`` and the options; ``""`` where there is none."""
        return self.name if self.of_run and not self.several else ""

    def __str__(self) -> str:
        return self.name


def _by_name(*kinds: Kind) -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds}


_GIVEN_UP = "such a game is given up, and a run stops when too many of them are"

KINDS: dict[str, Kind] = _by_name(
    Kind(
        "encoder",
        "encoders",
        "Ways of seeing: from a frame of a game to what the learner observes.",
        'Part("stripes", "Sees the board as vertical stripes.", "my_plugin.stripes:Stripes")',
        "retro_gamer_core.contracts:Encoder",
        ("metadata",),
        turn_argument=("game", "frame"),
        method="encode",
        section="preprocessing",
        key="encoder",
        flag="--encoder {}",
        checks="retro_gamer_core.checks.encoders",
        template=("Shows the cells around the player.", '{"radius": 1}'),
        after_an_error=_GIVEN_UP,
    ),
    Kind(
        "network",
        "networks",
        "Networks: from an observation to one number for each action.",
        'Part("tiny", "One hidden layer of eight.", "my_plugin.tiny:build")',
        "retro_gamer_core.contracts:Network",
        ("spec", "n_outputs", "n_inputs", "metadata"),
        method="forward",
        section="model",
        key="network",
        flag="--network {}",
        checks="retro_gamer_core.checks.learners",
        template=("One hidden layer that looks at everything.", '{"neurons": 8}'),
    ),
    Kind(
        "memory",
        "memories",
        "Replay memories: what is remembered, and what is drawn from it.",
        'Part("recent", "Draws recent turns more often.", "my_plugin.recent:RecentMemory")',
        "retro_gamer_core.contracts:Memory",
        ("capacity", "spec", "run_directory"),
        method="sample",
        section="training",
        key="memory",
        flag="--memory {}",
        checks="retro_gamer_core.checks.memories",
        template=("Draws what happened lately more often.", '{"recent": 0.9}'),
    ),
    Kind(
        "learner",
        "learners",
        "Algorithms: how to act, and how to learn from what was remembered.",
        'Part("sarsa", "Learns from the action really taken.", "my_plugin.sarsa:build")',
        "retro_gamer_core.contracts:Learner",
        ("context",),
        method="learn",
        section="training",
        key="learner",
        flag="--learner {}",
        checks="retro_gamer_core.checks.learners",
        template=("Q-learning with a network, in its smallest form.", '{"epsilon": 0.5}'),
    ),
    Kind(
        "logger",
        "loggers",
        "Loggers: who hears what happens in training.",
        'Part("beep", "Rings the bell at each checkpoint.", "my_plugin.beep:Beep")',
        "retro_gamer_core.contracts:Logger",
        ("run_directory",),
        method="episode_finished",
        section="logging",
        key="loggers",
        several=True,
        flag="--set \"logging.loggers=['training_log', '{}']\"",
        checks="retro_gamer_core.checks.loggers",
        template=("Writes the episodes into a table for a spreadsheet.", '{"every": 1}'),
        after_an_error="training would go on without it",
    ),
    Kind(
        "wrapper",
        "wrappers",
        "Wrappers: they change the rewards that are learned from, or the games of a training.",
        'Part("curious", "A bonus for what was seldom seen.", "my_plugin.curious:Curious")',
        "retro_gamer_core.contracts:Wrapper",
        ("gamma", "metadata"),
        method="reward",
        section="wrapping",
        key="wrappers",
        several=True,
        flag="--set \"wrapping.wrappers=['{}']\"",
        checks="retro_gamer_core.checks.wrappers",
        template=("Rewards what was seldom seen before.", '{"bonus": 1.0}'),
        after_an_error=_GIVEN_UP,
    ),
    Kind(
        "executor",
        "executors",
        "Executors: where the jobs of an experiment run.",
        'Part("lab", "Runs them on the computers of the lab.", "my_plugin.lab:Lab")',
        "retro_gamer_core.contracts:Executor",
        ("directory", "workers", "argument"),
        method="run",
        after_an_error="the experiment would end there",
        of_run=False,
    ),
    Kind(
        "player",
        "players",
        "Players: they choose keys by looking at a game, and learn nothing. evaluate --ladder measures them.",
        'Part("nervous", "Presses another key each turn.", "my_plugin.nervous:Nervous")',
        "retro_gamer_core.contracts:Player",
        ("keys", "metadata"),
        method="choose",
        flag="--set player.name={}",
        checks="retro_gamer_core.checks.players",
        template=(
            "Presses one key for some turns, and tries it in a copy of the game first.",
            '{"turns": 2}',
        ),
        after_an_error="the ladder would end there",
    ),
)
"""Every kind by its name, in the order in which they are listed."""


def one_of_them(joined_by: str = "or") -> str:
    """``encoder, network, memory, learner or logger``."""
    *names, last = KINDS
    return f"{', '.join(names)} {joined_by} {last}"
