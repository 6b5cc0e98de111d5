"""The settings that belong to the core: those of the training loop, and the keys that name the parts.

Every other key of ``config.toml`` is an option of one of the parts named here, and is described by
that part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from retro_gamer_core.games.metadata_keys import METADATA_KEYS
from retro_gamer_core.kinds import KINDS, Kind
from retro_gamer_core.options import Option, Setting, settings_of
from retro_gamer_core.toml_text import toml_value

if TYPE_CHECKING:
    from retro_gamer_core.plugins.registry import Plugins

CONFIG_VERSION = 1
"""The version of the layout below; a file that names a newer one is refused."""

SECTIONS = ("game", "metadata", "preprocessing", "model", "training", "logging", "wrapping")


Device = Literal["auto", "cpu", "cuda", "mps"]


@dataclass(frozen=True)
class TrainingSettings:
    """What the training loop itself needs to know; each field is one key of ``[training]``.

    Args:
        training_episodes: How many episodes (games from start to end) are played in all. More of them take
            longer and usually end in better play.
        max_turns_per_episode: A game that is still going after this many turns is cut short, so that a player
            who only runs in circles cannot hold up the training.
        games_in_step: How many games are played side by side. More of them make each turn cheaper, and the
            learner sees more different situations between two updates.
        game_process: Whether the games are played in a process of their own, on a second processor core,
            while this one learns. Slow games train faster that way, and what comes of it is the same to the
            last bit. A game that cannot be found by its name, such as one from a notebook, stays where it is.
        batch_size: How many remembered turns each update learns from. Larger batches are steadier but slower.
        train_every: The network is updated once every this many turns. A smaller number learns more from each
            turn and takes longer.
        learning_starts: How many turns are only watched before the first update, so that the first batches
            are varied. Left out, it is raised to batch_size where that is larger.
        memory_capacity: How many turns the memory holds; when it is full, the oldest are forgotten. A larger
            memory is more varied and needs more room.
        gamma: How much a reward counts for each turn it lies in the future (the discount factor). With 0.99,
            a reward 100 turns ahead counts about a third; near 0, only the very next turn matters.
        n_step: How many turns of real rewards are added up before the learner's own guess takes over. More
            let news of a reward travel back faster, but mix in more luck.
        exploration_turns: Without a character_set, this many turns are played at random first to find out
            which characters appear on the board.
        unknown_character_strategy: What to do with a character that is not in character_set: "ignore" sees an
            empty cell there, "extend" adds it and makes room for it in the network.
        checkpoint_every: A checkpoint (everything learned so far, on disk) is saved every this many episodes.
        keep_checkpoints: At most so many of these checkpoints stay: the first, the newest, and an even spread
            between them. The others are deleted while training; 0 keeps all. final.pt, and files that
            training did not write, always stay.
        evaluate_every: After every this many turns, a few games are played without random keys to see how
            good it is by now, and the best so far is kept as best.pt. Long games are tried less often, so
            that little time goes into it. 0 never does it.
        evaluation_games: How many games such an evaluation plays. More of them tell better from worse more
            surely.
        recipe: The recipe that these settings began with, for whoever reads them later. It decides nothing
            any more.
        seed: Where all chance begins: two runs with the same seed and the same settings go the same way. Left
            out, one is drawn when the run is created.
        device: Where the network is computed: "cpu" is the processor, "cuda" an NVIDIA graphics card, "mps"
            an Apple one, and "auto" chooses.
    """

    training_episodes: Annotated[int, Option(low=1, typical="500 to 20000")] = 20_000
    max_turns_per_episode: Annotated[int, Option(low=1, typical="500 to 5000")] = 2_000
    games_in_step: Annotated[int, Option(low=1, typical="1 to 32")] = 1
    game_process: bool = False
    batch_size: Annotated[int, Option(low=1, typical="32 to 256")] = 64
    train_every: Annotated[int, Option(low=1, typical="1 to 8")] = 4
    learning_starts: Annotated[int, Option(low=1, typical="500 to 10000")] = 1_000
    memory_capacity: Annotated[int, Option(low=1, typical="10000 to 200000")] = 50_000
    gamma: Annotated[float, Option(above=0, high=1, typical="0.9 to 0.999")] = 0.99
    n_step: Annotated[int, Option(low=1, typical="1 to 5")] = 1
    exploration_turns: Annotated[int, Option(low=0, typical="200 to 2000")] = 200
    unknown_character_strategy: Literal["ignore", "extend"] = "ignore"
    checkpoint_every: Annotated[int, Option(low=1, typical="50 to 1000")] = 100
    keep_checkpoints: Annotated[int, Option(low=0, typical="5 to 50")] = 10
    evaluate_every: Annotated[int, Option(low=0, typical="20000 to 200000")] = 50_000
    evaluation_games: Annotated[int, Option(low=1, typical="5 to 30")] = 10
    recipe: Annotated[str | None, Option(hint='"standard"')] = None
    seed: Annotated[int | None, Option(low=0, high=2**32 - 1, hint="1")] = None
    device: Device = "auto"

    @property
    def drawn_seed(self) -> int:
        """The seed, where it must be there by now: a run that gives none has one drawn before it begins."""
        if self.seed is None:
            raise ValueError("no seed has been drawn yet")
        return self.seed


def _game(name: Annotated[str | None, Option(hint='"snake"')] = None) -> None:
    """The keys of ``[game]``.

    Args:
        name: Which game is played: a name from `retro-gamer list`, a module:factory, or the path of a .py
            file.
    """


def _preprocessing(
    encoder: str = "one_hot", observe_state: Annotated[Sequence[str] | None, Option(hint='["lives"]')] = None
) -> None:
    """The keys of ``[preprocessing]`` that are no option of the encoder.

    Args:
        encoder: How the game is shown to the learner: a name, or module:attr for one of your own.
        observe_state: Names of numbers in the game's state that the learner sees beside the board. Left out,
            they are those that the description in [metadata] names.
    """


def _model(network: Annotated[str | None, Option(hint='"cnn"')] = None) -> None:
    """The keys of ``[model]`` that are no option of the network.

    Args:
        network: The network that learns to say how good each key press is: a name, or module:attr. Left out,
            it is cnn for a board that is a picture (spatial = true), and mlp otherwise.
    """


def _parts_of_training(learner: str = "dqn", memory: str = "prioritized") -> None:
    """The parts that are named in ``[training]``.

    Args:
        learner: The algorithm that learns: a name, or module:attr.
        memory: What is remembered, and what is learned from again: a name, or module:attr.
    """


def _logging(loggers: Sequence[str] = ("training_log", "json_lines", "recordings")) -> None:
    """The keys of ``[logging]`` beside the tables of the loggers.

    Args:
        loggers: Who writes down what happens in training. The options of one logger stand in a table of its
            own, such as [logging.json_lines].
    """


def _wrapping(wrappers: Sequence[str] = ()) -> None:
    """The keys of ``[wrapping]`` beside the tables of the wrappers.

    Args:
        wrappers: What stands between the games of a training and the learner, and changes rewards or games:
            names, or module:attr. Each is given what the one before it gave. Evaluation and play have the game
            as it is, and so has the log. The options of one wrapper stand in a table of its own, such as
            [wrapping.curious].
    """


LOOP_SETTINGS = settings_of(TrainingSettings)

SECTION_KEYS: dict[str, tuple[Setting, ...]] = {
    "game": settings_of(_game),
    "preprocessing": settings_of(_preprocessing),
    "model": settings_of(_model),
    "training": (*settings_of(_parts_of_training), *LOOP_SETTINGS),
    "logging": settings_of(_logging),
    "wrapping": settings_of(_wrapping),
}
"""The keys in each section that are no option of any part; those of ``[metadata]`` are ``METADATA_KEYS``."""


def section_names() -> tuple[str, ...]:
    """Every table at the top of a ``config.toml``: the sections, then one for each kind of part."""
    return (*SECTIONS, *(kind.table for kind in KINDS.values() if kind.table))


@dataclass(frozen=True)
class SettingRow:
    """One setting.

    Args:
        section: where it stands in ``config.toml``; ``logging.NAME`` for options of a logger.
        name: its key.
        owner: the part whose option it is, such as ``"learner dqn"``; ``""`` for the core's own.
        default: as it would stand in the file; ``""`` where there is none.
        typical: the values people use; ``""`` where nobody said.
        meaning: what it does, in plain words.
    """

    section: str
    name: str
    owner: str
    default: str
    typical: str
    meaning: str


def settings_table(plugins: Plugins) -> list[SettingRow]:
    """The core's settings and the options of every installed part, in the order of the sections."""
    rows = [*_rows("game", "", SECTION_KEYS["game"]), *_rows("metadata", "", METADATA_KEYS)]
    for section in SECTIONS[2:]:
        rows += _rows(section, "", SECTION_KEYS[section])
        for kind in (kind for kind in KINDS.values() if kind.section == section):
            rows += _rows_of_parts(kind, plugins)
    for kind in (kind for kind in KINDS.values() if kind.table and not kind.section):
        rows += _rows(kind.table, "", [Setting("name", "str", option=Option(kind.meaning))])
        rows += _rows_of_parts(kind, plugins)
    return rows


def _rows_of_parts(kind: Kind, plugins: Plugins) -> Iterator[SettingRow]:
    for name, part in plugins.parts(kind.name).items():
        place = f"{kind.section}.{name}" if kind.several else kind.section or kind.table
        yield from _rows(place, f"{kind} {name}", plugins.options_of(part))


def _rows(section: str, owner: str, settings: Iterable[Setting]) -> Iterator[SettingRow]:
    for each in settings:
        default = "" if each.default in (None, "", (), [], {}) else toml_value(each.default)
        yield SettingRow(section, each.name, owner, default, each.option.typical, each.option.meaning)
