"""What each kind of part must be able to do. Plain objects are checked against these; nothing is inherited.

A factory is given what it asks for by name, out of what stands with its kind; every other parameter is an option.
Shapes are written as ``[n, h, w]``: n observations, h rows, w columns; f is the number of features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np

    from retro_gamer_core.events import CheckpointSaved, EpisodeFinished, Outcome, RunInfo
    from retro_gamer_core.observation import Observations, ObservationSpec, TimeSteps
    from retro_gamer_core.transitions import Batch, Transitions


class Frame(Protocol):
    """One moment of a game, as an encoder is shown it. It is read again each turn: copy what is to stay.

    Attributes:
        codes: ``uint8[H, W]``, 0 where nothing (known) is, else the character's code.
        game: the game itself, for encoders that need more than the board. Look, do not touch.
        memory: what an encoder remembers of this game; empty when an episode begins.
    """

    codes: np.ndarray
    game: Any
    memory: dict[str, Any]

    @property
    def state(self) -> dict[str, Any]:
        """The game's state dictionary."""

    @property
    def player(self) -> tuple[int, int] | None:
        """(column, row) of the player, or where it was on the board last; None if it never was."""


@runtime_checkable
class Encoder(Protocol):
    """Turns a frame into what the learner sees. Its factory may ask for ``metadata``.

    Many games share one encoder, so it keeps nothing itself between two calls that would change the answer.
    What it is to remember of a game, such as the boards of the turns before, belongs into ``frame.memory``;
    it may be asked more than once in a turn (``frame.game.turn_number`` tells).

    It may offer ``action_mask(frame) -> bool[n_actions]``, in the order of the keys with "press nothing" last: the
    actions that are allowed at this moment. At least one is.

    It may offer ``mirrored(observations, symmetry) -> Observations``: what it would have written, had the games been
    seen in a mirror (``retro_gamer_core.symmetry.Symmetry``), in new arrays. A game with ``symmetries`` in its
    description can be trained with no other encoder.
    """

    spec: ObservationSpec
    """What ``encode`` writes: board shape, characters and features."""

    def encode(self, frame: Frame, cells: np.ndarray, features: np.ndarray) -> None:
        """Write the observation of ``frame`` into ``cells: uint8[h, w]`` and ``features: float32[f]``.

        Every cell and feature must be written: the arrays hold an older observation.
        """


@runtime_checkable
class Network(Protocol):
    """A ``torch.nn.Module``: how good each action is. Its factory may ask for ``spec``,
    ``n_outputs``, ``n_inputs`` (the numbers of the flat vector) and ``metadata``.

    ===================  ==============================================  ==========================
    call                 shapes                                          needed
    ===================  ==============================================  ==========================
    ``forward``          ``(cells: uint8[n, h, w], features:             always (a module of your
                         float32[n, f]) -> float32[n, n_outputs]``       own may take the flat vector)
    ``prepare``          ``(cells, features)`` as numpy arrays ->        no: where it is there,
                         tensors                                         ``forward`` takes its result
    ``old_weights_in``   ``(channels: int64[c])`` -> for each weight     no: without it, added
                         that grew, ``(axis, index)`` of the old ones    characters are ignored
    ``without_prepare``  -> a module that takes ``(cells, features)``    no: where there is
                         as tensors, and gives the same              ``prepare``, ONNX needs it
    ``explain``          -> sentences                                    no
    ===================  ==============================================  ==========================

    Where its attribute ``same_in_training`` is true, it is not told ``train()`` and ``eval()`` at each update.
    """

    def forward(self, *inputs: Any) -> Any:
        """One number for each action of each observation."""


@runtime_checkable
class Memory(Protocol):
    """Remembers transitions and draws batches. Its factory may ask for ``capacity``, ``spec`` and
    ``run_directory``.

    It may have ``close()``, called when training ends: close what is open. More may be added after it."""

    def __len__(self) -> int:
        """How many transitions can be drawn now."""

    def add(self, transitions: Transitions) -> None:
        """Remember these (copying them), forgetting the oldest once full."""

    def sample(self, batch_size: int, rng: np.random.Generator) -> Batch:
        """Draw ``batch_size`` transitions; all randomness comes from ``rng``."""

    def update_priorities(self, keys: np.ndarray, td_errors: np.ndarray) -> None:
        """Hear how wrong the learner was about each drawn transition. May do nothing."""

    def recode(self, codes: np.ndarray) -> None:
        """Replace every stored cell ``c`` by ``codes[c]`` (``uint8[256]``): characters were added."""

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on exactly here: arrays, numbers, text, nested dicts."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on exactly where ``state_dict`` was taken.

        It may come from a memory of another ``capacity``: keep the newest transitions that fit. A memory
        that cannot do this raises an error and stays empty.
        """


@runtime_checkable
class Learner(Protocol):
    """The algorithm. Its factory asks for ``context``, a ``LearnerContext``; owns its networks, if it has any.

    These five methods are all that every learner has. It writes and reads no file: what ``state_dict`` gives
    is saved for it. Beside them, it may offer what is asked for only where it is there:

    ======================  ================================================================================
    call                    meaning
    ======================  ================================================================================
    ``observe``             ``(transitions: Transitions)``: each transition, once, as soon as it is complete,
                            in the order of the turns. On-policy learners learn from these.
    ``turns_played``        ``(count: int)``: so many more turns were played, of all games together.
    ``episode_finished``    ``()``: an episode ended.
    ``play``                ``(steps: TimeSteps, rng: Generator) -> int64[n]``: acts where nothing is learned
                            (evaluation, ``retro-gamer play``, a policy in a game). All chance comes from
                            ``rng``. Without it, the action with the highest of ``q_values`` that is allowed.
    ``checkpoint``          ``() -> dict``: what is needed to play, and to learn on from about here; the same
                            kinds of values as in ``state_dict``, which is taken where this is missing.
    ``load_checkpoint``     ``(contents: dict)``: take over what ``checkpoint`` gave.
    ``statistics``          ``() -> dict[str, float]``: numbers worth logging after each episode. All are
                            logged; ``epsilon`` is the share of random actions.
    ``explain``             ``() -> list[str]``: each choice made here in a sentence, for ``training.log``.
    ``fit_to_turns``        ``(total_turns: int) -> list[str]``: the whole run will have about so many turns,
                            those played before included. Fit exploration and other schedules to that, and say
                            in plain sentences what changed. Called a few times during ``train --for``, since
                            speed changes. What was fitted belongs into ``state_dict``.
    ``extend_characters``   ``(spec: ObservationSpec, codes: uint8[256]) -> bool``: ``spec`` is what is observed
                            from now on, and ``codes`` maps old cell codes to new. Make room for the added
                            characters and keep what was learned; False where that cannot be done.
    ``playing_network``     ``() -> PlayingNetwork``: the network behind ``q_values``, for
                            ``retro-gamer export``. Without it a run cannot be exported.
    ``save_onnx``           ``(path: Path, about: Mapping | None)``: write the network behind ``q_values`` as an
                            ONNX model with inputs ``cells`` and ``features`` and output ``q_values``, for
                            ``retro-gamer export --onnx``. ``about`` holds plain values to keep in the file.
    ======================  ================================================================================
    """

    def act(self, steps: TimeSteps) -> np.ndarray:
        """Choose an action (``int64[n]``) for each game while learning, exploring as it sees fit."""

    def q_values(self, observations: Observations) -> np.ndarray:
        """How good each action looks: ``float32[n, n_actions]``. No randomness, nothing learned.

        A learner without values of actions gives whatever ranks them, such as the logits of its policy.
        """

    def learn(self, batch: Batch) -> LearnResult:
        """One update from one batch of the memory.

        A learner that learns from what it is told by ``observe`` may do nothing here, or learn what it has
        gathered: it is called after every ``train_every`` turns.
        """

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on exactly here: arrays, tensors, numbers, text, dicts and lists of these."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on exactly where ``state_dict`` was taken; tensors are on the processor by now."""


def ask(part: Any, method: str, *arguments: Any) -> Any:
    """Call a method that a part may offer. None where it does not."""
    found = getattr(part, method, None)
    return None if found is None else found(*arguments)


def play(learner: Any, steps: TimeSteps, rng: np.random.Generator) -> np.ndarray:
    """The actions (``int64[n]``) of a learner where nothing is learned: its own ``play``, else the best allowed."""
    import numpy as np

    if hasattr(learner, "play"):
        return np.asarray(learner.play(steps, rng))
    return best_allowed(learner.q_values(steps.observations), steps.mask)


def best_allowed(values: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """The action (``int64[n]``) with the highest of its ``values: [n, n_actions]`` among those of the ``mask``."""
    import numpy as np

    if mask is not None:
        values = np.where(mask, values, -np.inf)
    best: np.ndarray = values.argmax(axis=1)
    return best


@runtime_checkable
class Wrapper(Protocol):
    """Stands between the games of a training and the learner. Its factory may ask for ``gamma`` and ``metadata``.

    It works in training alone: evaluation, ``retro-gamer play`` and exported policies have the game as it is, and
    so is the reward of an episode that is logged. Several are asked in the order of ``wrappers``: each is given
    what the one before it gave.

    One wrapper serves all games of a run. What it is to remember of one game belongs into ``frame.memory``, which
    an encoder shares; what it keeps itself is about all of them, and belongs into ``state_dict``. Chance comes from
    ``random`` or ``numpy.random``. Beside ``reward``, it may offer what is asked for only where it is there:

    ===================  ===================================================================================
    call                 meaning
    ===================  ===================================================================================
    ``make``             ``(create_game: () -> Game) -> Game``: the game of the next episode, not begun yet; an
                         easier one, for example.
    ``begin``            ``(frame)``: an episode has begun; ``frame`` shows it before the first turn.
    ``state_dict``       ``() -> dict``: everything that changes in it: arrays, numbers, text, nested dicts.
    ``load_state_dict``  ``(state)``: go on exactly where ``state_dict`` was taken.
    ===================  ===================================================================================
    """

    def reward(self, frame: Frame, reward: float, action: str | None) -> float:
        """What is learned from after this turn, in place of ``reward``.

        ``frame`` shows the game after the turn; ``frame.game.playing`` tells whether it goes on. ``action`` is
        the key that was pressed, None for none.
        """


class Listener(Protocol):
    """Hears what happens in training, in this session only; see ``Logger``."""

    def training_started(self, run: RunInfo, choices: list[str]) -> None:
        """Training begins; ``choices`` explains each decision of the scaffold in a sentence."""

    def note(self, line: str) -> None:
        """Something worth keeping happened: a new character, a game that raised, a resume."""

    def episode_finished(self, episode: EpisodeFinished) -> None:
        """An episode ended."""

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None:
        """A checkpoint is on disk."""

    def training_finished(self, outcome: Outcome) -> None:
        """Training stopped; close what is open."""


@runtime_checkable
class Logger(Listener, Protocol):
    """Hears what happens. Its factory may ask for ``run_directory``, a ``Path``.

    Beside what stands below, it may hear more, where it has the method:

    =================  =================================================================================
    call               meaning
    =================  =================================================================================
    ``evaluated``      ``(evaluation: Evaluated)``: some games were played without exploring.
    ``game_recorded``  ``(recording: Recording)``: a game that was played without exploring, to be looked
                       at, now and then on the same seed; see ``retro_gamer_core.playing.replay``. None is
                       played for it where no logger has the method.
    ``alarm_raised``   ``(alarm: AlarmRaised)``: something looks wrong. Without the method, it is a note.
    =================  =================================================================================
    """

    def state_dict(self) -> dict[str, Any]:
        """Where the log stands, so that a resumed run continues it without a gap or a repeat."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Return to where ``state_dict`` was taken: later lines belong to turns that were lost."""


@dataclass(frozen=True)
class Job:
    """A command of retro-gamer that goes on where it was, so that it may be begun again anywhere.

    Args:
        name: unique among those that are run together; a valid name of a file, such as ``"gamma=0.9-seed1"``.
        arguments: what stands after ``retro-gamer``; paths are absolute, or relative to ``directory``.
        directory: where it is run.
    """

    name: str
    arguments: tuple[str, ...]
    directory: str


@runtime_checkable
class Executor(Protocol):
    """Runs jobs somewhere. Its factory may ask for ``directory``, a ``Path`` (where files about these jobs belong:
    that of the experiment), ``workers`` (how many jobs at once; None for as many as make sense) and ``argument``
    (what stands after the colon of ``--on NAME:ARGUMENT``; ``""`` where there is none).
    """

    def run(self, jobs: Sequence[Job], finished: Callable[[Job, int], None]) -> None:
        """Run each job once, with one thread, and call ``finished(job, exit_code)`` here as each ends.

        A job that fails does not stop the rest. Ctrl-C stops what runs, and passes through; when ``run`` is
        called again, jobs go on where they were.
        """


@dataclass(frozen=True, slots=True)
class LearnResult:
    """What one update said.

    Args:
        loss: what the update made smaller.
        td_errors: how wrong each guess was, ``float32[batch]``, in units of the reward.
        values: the guesses themselves, ``float32[batch]``, in units of the reward. None where a
            learner does not tell; then nobody can warn that they have grown beyond what is possible.
    """

    loss: float
    td_errors: np.ndarray
    values: np.ndarray | None = None


@dataclass(frozen=True)
class PlayingNetwork:
    """A network that has learned, taken out of its learner.

    Args:
        weights: its weights as numpy arrays, by the names they have in its ``state_dict``.
        scale: what its numbers must be multiplied by to be in units of the reward.
        support: where it has several outputs for each action (C51), action by action: the values whose
            probabilities they are, before the softmax. Empty where it has one.
    """

    weights: dict[str, np.ndarray]
    scale: float = 1.0
    support: tuple[float, ...] = ()


@dataclass(frozen=True)
class LearnerContext:
    """The collaborators a learner is built from.

    Args:
        spec: what will be observed.
        actions: the keys in the order of their action numbers; the last one, None, presses nothing.
        build_network: ``build_network(spec, n_outputs=None) -> torch.nn.Module`` with so many outputs,
            ``len(actions)`` when left out; each call gives fresh weights.
            ``forward(cells: uint8[n, h, w], features: float32[n, f]) -> float32[n, n_outputs]``.
        network_name: the network as named in the config, for explanations.
        device: ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.
        seed: all randomness of the learner, initial weights included, comes from this.
        n_games: how many games are played side by side, so how many observations ``act`` is given.
        gamma: what a reward one turn later counts.
        n_step: how many turns of rewards a transition sums up, where the episode does not end before.
        total_turns: how many turns the whole run will have, where that is known beforehand; None while
            it is counted in episodes or in time (see ``fit_to_turns``).
        run_directory: where files about this run belong; None where there is no run, as in a check.
    """

    spec: ObservationSpec
    actions: tuple[str | None, ...]
    build_network: Callable[..., Any]
    network_name: str
    device: str
    seed: int
    n_games: int = 1
    gamma: float = 0.99
    n_step: int = 1
    total_turns: int | None = None
    run_directory: Path | None = None


class GameCopy(Protocol):
    """A copy of a running game, which goes its own way."""

    @property
    def frame(self) -> Frame:
        """What can be seen now."""

    @property
    def playing(self) -> bool:
        """Whether the game goes on."""

    def step(self, action: int) -> float:
        """Play one turn with the key of this action number. Returns the reward; whatever the game raises passes."""

    def fork(self) -> GameCopy:
        """Another copy, which meets the same chance: with the same keys, the same happens in it."""


class GameInPlay(Protocol):
    """A game that waits for a player to choose a key."""

    @property
    def frame(self) -> Frame:
        """What can be seen now; ``frame.game`` is the game itself. Look, do not touch."""

    def copy(self, seed: int) -> GameCopy:
        """A copy to try keys in. What is left to chance in it comes from ``seed``, so that nobody sees in it what will
        happen here."""


@runtime_checkable
class Player(Protocol):
    """Chooses keys by looking at a game. Its factory may ask for ``keys``, the key of each action number with None,
    which presses nothing, as the last one, and for ``metadata``."""

    def begin(self, rng: np.random.Generator) -> None:
        """A game begins; all that is left to chance in it comes from ``rng``."""

    def choose(self, game: GameInPlay) -> str | None:
        """One of the ``keys``, to be pressed now."""
