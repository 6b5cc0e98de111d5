"""Older ways to write ``config.toml``, brought to the current one.

They are those of retro-gamer 0.4.0 and of the documents it was made from: files without a
``config_version``, one section ``[hyperparameters]``, the description of the game in ``[game]``, and
the keys below.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from retro_gamer_core.configuration.settings import CONFIG_VERSION
from retro_gamer_core.configuration.spelling import Spelling
from retro_gamer_core.configuration.translation import Translation
from retro_gamer_core.errors import ConfigurationError
from retro_gamer_core.options import Option, Setting

_MODULE = Setting(
    "module", "str", None, Option("The module that makes the game.", hint='"retro.examples.snake"')
)
_FACTORY = Setting(
    "factory", "str", None, Option("The function that makes the game.", hint='"my_game:create_game"')
)
_PATH = Setting("path", "str", None, Option("The directory that the game's module is in.", hint='"games"'))
_FUNCTION = Setting(
    "observation_function",
    "str",
    None,
    Option("The function that says what the learner sees.", hint='"my_game:get_observation"'),
)
_BOARD = Setting("board", "bool", True, Option("Whether the learner sees the board at all."))
_EGOCENTRIC = Setting(
    "egocentric", "bool", True, Option("Whether the board is seen from the player's own place.")
)
_SPATIAL = Setting("spatial", "bool", True, Option("Whether it matters what is next to what on the board."))
_N_LAYERS = Setting("n_layers", "int", 2, Option("How many hidden layers the network has.", low=1, high=100))
_LAYER_SIZE = Setting("layer_size", "int", 128, Option("How many neurons each hidden layer has.", low=1))
_PRIORITIZE = Setting(
    "prioritize_experiences",
    "bool",
    True,
    Option("Whether turns that the learner guessed badly are learned from more often."),
)

_DESCRIPTION_KEYS = ("actions", "reward", "board_size", "character_set", "spatial", "observe_state")
_MODEL_KEYS = ("hidden_sizes", "n_layers", "layer_size")


def translate_older_spellings(sections: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The same settings in the current spelling, and a sentence for each thing that was translated.

    ``sections`` is left as it is.

    Raises:
        ConfigurationError: an older setting has a value that means nothing, or contradicts the
            current one beside it.
    """
    translation = translate(sections)
    if translation.problems:
        raise ConfigurationError("Some older settings cannot be understood:", translation.problems)
    return translation.sections, translation.sentences


def translate(sections: Mapping[str, Any], *, file: str = "config.toml") -> Translation:
    """As ``translate_older_spellings``, keeping problems beside what could be understood."""
    translation = Translation({name: _copied(content) for name, content in sections.items()}, file)
    if "config_version" not in sections:
        translation.sections = {"config_version": CONFIG_VERSION, **translation.sections}
        translation.sentences.append(f"config_version is missing and taken to be {CONFIG_VERSION}")
    _split_hyperparameters(translation)
    translation.move("game", _DESCRIPTION_KEYS, to="metadata")
    _name_the_game(translation)
    _choose_encoder(translation)
    _choose_network(translation)
    _choose_learner_and_memory(translation)
    return translation


def _split_hyperparameters(translation: Translation) -> None:
    translation.move("hyperparameters", _MODEL_KEYS, to="model")
    translation.move("hyperparameters", list(translation.table("hyperparameters")), to="training")
    if translation.sections.get("hyperparameters") == {}:
        del translation.sections["hyperparameters"]


def _name_the_game(translation: Translation) -> None:
    path, module, factory = (translation.take("game", option) for option in (_PATH, _MODULE, _FACTORY))
    named_by = factory or module
    if not named_by:
        return
    name = named_by[0].value
    if path:
        module_name, colon, function = name.partition(":")
        place = Path(path[0].value, *module_name.split("."))
        name = f"{place.as_posix()}{'' if place.is_dir() else '.py'}{colon}{function}"
    translation.put("game", "name", name, (*path, *module, *factory))


def _choose_encoder(translation: Translation) -> None:
    # With an encoder named, the description's own function is a fact about the game and stays there.
    named = "encoder" in translation.table("preprocessing")
    function = () if named else translation.take("metadata", _FUNCTION)
    board = translation.take("preprocessing", _BOARD)
    egocentric = translation.take("preprocessing", _EGOCENTRIC)
    if function:
        translation.put("preprocessing", "encoder", function[0].value, function)
    elif board and not board[0].value:
        translation.put("preprocessing", "encoder", "state_only", board)
    elif egocentric and egocentric[0].value:
        translation.put("preprocessing", "encoder", "egocentric", egocentric)
        _move_egocentric_options(translation)
    for key in ("egocentric_player", "egocentric_radius"):
        translation.drop("preprocessing", key, "the board is not seen from the player's place")
    translation.drop("preprocessing", "observe_state_sizes", "it is found out from the game")
    translation.drop("metadata", "extras_size", "it is found out from the game")


def _move_egocentric_options(translation: Translation) -> None:
    preprocessing = translation.table("preprocessing")
    for key in ("player", "radius"):
        older = f"egocentric_{key}"
        if older in preprocessing:
            value = preprocessing.pop(older)
            translation.put("preprocessing", key, value, (Spelling("preprocessing", older, value),))
    radius = preprocessing.get("radius")
    if isinstance(radius, int) and translation.table("metadata").get("board_size") == [2 * radius + 1] * 2:
        translation.drop("metadata", "board_size", "it is the size of the learner's view, not of the board")


def _choose_network(translation: Translation) -> None:
    spatial = translation.take("preprocessing", _SPATIAL)
    if spatial:
        translation.put("metadata", "spatial", spatial[0].value, spatial)
        if "network" not in translation.table("model"):
            translation.put("model", "network", "cnn" if spatial[0].value else "mlp", spatial)
    n_layers, layer_size = (translation.take("model", option) for option in (_N_LAYERS, _LAYER_SIZE))
    if n_layers or layer_size:
        count = n_layers[0].value if n_layers else _N_LAYERS.default
        size = layer_size[0].value if layer_size else _LAYER_SIZE.default
        translation.put("model", "hidden_sizes", [size] * count, (*n_layers, *layer_size))


def _choose_learner_and_memory(translation: Translation) -> None:
    training = translation.table("training")
    if "lr_decay" in training:
        value = training.pop("lr_decay")
        written = translation.as_written("training", "lr_decay", value)
        translation.put("training", "learning_rate_decay", value, written)
    prioritize = translation.take("training", _PRIORITIZE)
    if prioritize:
        translation.put("training", "memory", "prioritized" if prioritize[0].value else "uniform", prioritize)


def _copied(content: Any) -> Any:
    """A table of its own, without the None that Python code may hand over for "not set"."""
    if not isinstance(content, Mapping):
        return content
    return {key: value for key, value in content.items() if value is not None}
