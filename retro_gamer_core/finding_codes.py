"""The code of everything that a check or an alarm can say, once. docs/reference/checks.md and alarms.md are made of it.

To add one: a row here, and in a module of ``retro_gamer_core.checks`` or in ``training.alarms`` the function
that finds it. A code is for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from retro_gamer_core.distributions import WITH_TORCH, WITHOUT_TORCH

Level = Literal["problem", "warning", "note"]

#: From the worst to the mildest.
LEVELS: tuple[Level, ...] = ("problem", "warning", "note")


@dataclass(frozen=True)
class Code:
    """What one code stands for.

    Args:
        code: words with dashes.
        about: what was looked at: ``"game"``, ``"run"``, ``"part"``, ``"plugin"``; ``"training"`` is what only
            a run in training shows.
        level: as a rule.
        number: what the number of a finding is; empty where it has none.
        why: why it matters.
        hint: what to try, where a finding knows nothing better.
        alarm: what the number of an alarm of this code is, and when it is told; empty where none has it.
    """

    code: str
    about: Literal["game", "run", "part", "plugin", "training"]
    level: Level
    number: str
    why: str
    hint: str
    alarm: str = ""


_MOSTLY_RANDOM = "the share of random actions when the run ends, half or more"
_NO_KEY = "the learner must find out by itself that it might as well press nothing"
_EVERY_COMMAND = "every command loads every plugin, also those that only print a list"
_MOMENTS = "moments in which the key was tried: with it and without it, the game went on alike for four turns"

_ROWS = (
    Code("factory-fails", "game", "problem", "",
         "the function that makes a game raises, returns something else, or the same game twice",
         "correct the line that is named"),
    Code("description-missing", "game", "problem", "",
         "a learner must know which keys it may press, and what counts as a reward",
         "write a table [tool.retro-gamer] with actions and reward into a pyproject.toml beside the game"),
    Code("description-misfit", "game", "problem", "",
         "the description names something that a fresh game does not have", "the nearest name, which is told"),
    Code("game-raises", "game", "problem", "games that ended with an error",
         "such a game ends there and then, and a run stops when too many of them do",
         "correct the line that is named; the same seed fails again"),
    Code("game-never-ends", "game", "warning", "turns after which every game was cut short",
         "training cuts each of them short there, and nobody ever sees a game won or lost",
         "call game.end() when the game is won or lost; if it takes long, raise max_turns_per_episode"),
    Code("game-not-fresh", "game", "problem",
         "characters that two games share, or turns of another game after which one begins differently",
         "what happens in one game goes on in the next, and games played side by side disturb each other",
         "make the characters and the state inside the function that makes the game, not above it"),
    Code("same-seed-different-game", "game", "warning",
         "the turn in which two games with one seed and the same keys part",
         "a run cannot be repeated, a game not be shown again, and training that was stopped does not go on "
         "exactly where it was",
         "draw all chance from Python's random or from numpy.random, without a generator or a clock of your own"),
    Code("every-game-the-same", "game", "warning", "",
         "what is learned fits that one game alone, and many games say no more than one",
         "take random.seed(…) out of the game: whoever plays it sets the seed"),
    Code("state-keys-change", "game", "problem",
         "looks at which it was missing; a note where the value is neither the reward nor observed",
         "the learner is given this value in every turn, and training stops where it is not there",
         "keep it in the state from the first turn to the last, always of one kind"),
    Code("observation-constant", "game", "problem", "turns in which nothing changed that could be seen",
         "where every moment looks the same, there is no reason to choose one key here and another there",
         "let something move on the board, put its character into character_set, or name numbers of the state in "
         "observe_state"),
    Code("character-not-described", "game", "warning",
         "turns in which it was on the board; a note where that is only when the game is over",
         "a learner sees an empty cell where it stands", "add it to character_set"),
    Code("character-never-seen", "game", "note", "such characters; told after 10,000 turns, for some come late",
         "the network has weights for it that are never used; or something is spelt differently in the game",
         "take it out, unless it comes when somebody plays better than at random"),
    Code("board-too-large", "game", "note", "cells",
         "it does not fit the screen of the retro arcade, 80×24 with the state below the board",
         "a smaller board, or fewer lines of state"),
    Code("reward-never-seen", "game", "problem", "turns without any reward; fewer than 20,000 make it a warning",
         "without a single reward, no action looks better than another, and nothing can be learned",
         "play the game yourself and see when that number changes; another reward, or a little for steps on the way",
         "turns without any reward: 20,000, or 10 times `max_turns_per_episode` if that is more"),
    Code("reward-always-same", "game", "warning", "what each turn, or each game, brings",
         "the reward is the same whatever is done, so no action looks better than another",
         "reward = a number in the game's state that goes up when something good is done",
         "the total reward of every game, all of them equally long; after as many turns, and 100 games unless each "
         "turn brought the same"),
    Code("reward-rare", "game", "warning", "turns with a reward, fewer than one in 200",
         "a learner must find each reward by chance many times before it can learn the way there",
         "another number of the state as reward, or a little for steps on the way"),
    Code("reward-hardly-ever-positive", "game", "warning",
         "turns with a good reward, fewer than one in 200 and fewer than those with a punishment",
         "the learner finds out what to avoid, and hardly ever what there is to gain",
         "give a little for steps in the right direction, or expect to train for long"),
    Code("reward-for-nothing", "game", "note",
         "what a game brings in which nothing is pressed: about what random keys bring, or more",
         "the first thing that can be learned is to sit still; that is fine where staying alive is the aim",
         "compare what was learned with that figure, or let the reward fall a little in each turn"),
    Code("action-without-effect", "game", "warning", _MOMENTS, _NO_KEY,
         "look into handle_keystroke, or take the key out of actions; if it only helps now and then, leave it"),
    Code("action-not-handled", "game", "warning", f"{_MOMENTS}; and no character's code speaks of that key", _NO_KEY,
         "take it out of actions, or handle it in the game"),
    Code("actions-alike", "game", "warning", "moments in which two keys came to the same",
         "the learner has one choice more to try out, for nothing",
         "take one of them out of actions, or look into handle_keystroke"),
    Code("key-not-described", "game", "note", "keys that the game's code speaks of, and actions does not",
         "the learner can never press them", "add them to actions, unless they are for people only"),

    Code("symmetry-contradicted", "game", "problem", "turns, or moves, that come out otherwise in the mirror",
         "each turn is learned from in the mirror, too, where this is not what happens",
         "take it out of symmetries; or say in directions what points where"),
    Code("setting-wrong", "run", "problem", "", "a setting that cannot be right", "the value that is told"),
    Code("own-code", "run", "problem", "",
         "only installed packages may run here (`--installed-only`), so nothing more of the run was looked at",
         "read that code before you let it run; docs/how-to/share-an-agent.md says how"),
    Code("part-changed", "run", "problem", "",
         "a part is not what the run was trained with; another version of it is a warning",
         "bring it back, or start a new run"),
    Code("learning-never-starts", "run", "warning", "turns the run will have, far fewer than learning_starts",
         "not one update of the network will have been made, so it will play as it did before training",
         "more training_episodes, or a smaller learning_starts",
         "turns the run will have, far fewer than `learning_starts`; told half-way, in episodes or in time"),
    Code("exploration-outlasts-run", "run", "warning", _MOSTLY_RANDOM,
         "epsilon, the share of random actions, falls too slowly for so few episodes, so what is learned is hardly "
         "ever tried in earnest",
         "more training_episodes, or a smaller epsilon_turns or epsilon_decay",
         _MOSTLY_RANDOM),

    Code("cannot-be-built", "part", "problem", "", "nothing can be trained with it",
         "see what retro_gamer_core.contracts asks for"),
    Code("part-raises", "part", "problem", "", "using it ended with an error; training would end there",
         "correct the line that is named"),
    Code("wrong-shape", "part", "problem", "", "whoever takes it next goes by its shape",
         "see what retro_gamer_core.contracts says of it"),
    Code("wrong-type", "part", "problem", "", "other numbers are rounded, or take several times the room",
         "convert it: array.astype(…)"),
    Code("out-of-range", "part", "problem", "",
         "no network has a place for such a code, no key is pressed by such an action, and one number that is none "
         "spoils every weight",
         "look for a division by zero, or a number off by one"),
    Code("not-all-written", "part", "problem", "the turn",
         "the arrays hold an older observation, so something long gone is seen",
         "write every cell and every feature in each call: cells[:] = … and features[:] = …"),
    Code("changes-its-input", "part", "problem", "", "it is not the part's own: others look at it, too",
         "work on a copy: array.copy()"),
    Code("input-not-copied", "part", "problem", "",
         "the loop uses the same arrays for every turn, so all memories would become the last one",
         "copy what add is given into arrays of your own"),
    Code("not-deterministic", "part", "problem", "",
         "a run could not be repeated, nor go on exactly where it stopped",
         "draw all chance from the generator that you are given, or begin your own at the seed"),
    Code("mixes-observations", "part", "problem",
         "by how much the answer to an observation changes with the others in the batch",
         "in play there is one at a time, and it would be judged differently there",
         "normalise each observation by itself (LayerNorm, not BatchNorm)"),
    Code("memory-draws-wrong", "part", "problem", "turns it holds, or the turn it draws",
         "the learner would learn from something that did not happen, or happened too long ago",
         "try add and sample by hand, with three turns and a capacity of two"),
    Code("state-lost", "part", "problem", "", "training that was stopped would not go on where it was",
         "put everything that changes into state_dict, and take all of it back in load_state_dict"),
    Code("slower-than-usual", "part", "warning",
         "how many times as long it takes as the usual part: more than 10, and enough to be felt in training",
         "it is done again and again",
         "work on whole arrays, without loops over cells; make once what stays the same"),
    Code("no-better-than-random", "part", "warning", "what 40 games bring after the short training",
         "with the parts that create chooses, as many turns are enough to play far better than random keys",
         "look at what it sees or gives in a few turns; or train a run with it for longer, before you give it up"),

    Code("plugin-broken", "plugin", "problem", "", "nothing of it is used", "the fix that is told"),
    Code("plugin-partly-used", "plugin", "warning", "",
         "a name that it offers is taken; all the rest of it is used", "the fix that is told"),
    Code("installed-twice", "plugin", "warning", "",
         "the two may be of different versions, and removing one of them removes files of the other",
         f"pip uninstall {WITH_TORCH} {WITHOUT_TORCH}, then install one of them again"),
    Code("plugin-unknown", "plugin", "note", "", "it was to be blocked or let in, and is not installed",
         "look at RETRO_GAMER_PLUGINS and RETRO_GAMER_NO_PLUGIN, and at --no-plugin"),
    Code("heavy-import", "plugin", "warning", "milliseconds in which it imports torch, numpy or the like",
         _EVERY_COMMAND,
         "name the code by an import string in a module of its own, which is imported when it is needed"),
    Code("slow-import", "plugin", "warning", "milliseconds, more than 500", _EVERY_COMMAND,
         "see what takes so long: python -X importtime -c 'import …'"),
    Code("game-unusable", "plugin", "problem", "", "an installed game cannot be trained on",
         "install its package again, or tell those who wrote it"),

    Code("values-impossible", "training", "warning", "",
         "its guesses feed on each other and grow by themselves, so what it does follows from them and not from the "
         "game",
         "double = true, a lower learning_rate, or a larger target_update_freq",
         "the largest guess, three looks in a row more than twice what any game can bring"),
    Code("greedy-below-random", "training", "warning", "",
         "three evaluations in a row, late in the run: what was learned so far does harm",
         "see what it does: `retro-gamer play`; then a lower learning_rate, or another way of seeing (encoder), or a "
         "reward that comes more often",
         "what was reached without exploring, three times in a row a tenth below random keys, late in the run"),
    Code("one-action-only", "training", "warning", "",
         "the guesses for the actions do not depend on what is seen, or one of them drowns all others",
         "slower exploration (a larger epsilon_turns or epsilon_decay), a lower learning_rate, or an encoder that "
         "shows what the choice depends on",
         "the share of turns with the same key, three times in a row 98 % or more and no better than random keys, "
         "late in the run"),
)  # fmt: skip

CODES = {row.code: row for row in _ROWS}
