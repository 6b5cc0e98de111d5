"""A run in words, tables and one small curve."""

from __future__ import annotations

from collections.abc import Sequence

from retro_gamer_core.cli.printing import say, say_lines, size_in_words, table
from retro_gamer_core.cli.run_summary import RunSummary, SavedFile
from retro_gamer_core.cli.sparkline import sparkline
from retro_gamer_core.configuration.own_files import in_a_sentence
from retro_gamer_core.runs.training_log_format import CheckpointLine, EpisodeLine, format_duration
from retro_gamer_core.toml_text import toml_value

_ROWS = 8
_LEGEND = (
    "turns: how long an episode lasted on average; epsilon: the share of random actions; loss: how wrong the "
    "guesses of the network were"
)


def print_report(summary: RunSummary, directory: str) -> None:
    """Print everything that is known about the run in ``directory``; sections without content are left out."""
    say(f"{directory}: {_state(summary)}", bold=True)
    if summary.in_use:
        say("A process is training it just now, or was killed while it did: training.pid is there.")
    if summary.own_code:
        say(in_a_sentence(summary.own_code))
    for problem in summary.problems:
        say(f"\nTo be put right: {problem}")
    _print_game(summary)
    _print_choices(summary)
    _print_changed_settings(summary)
    _print_training(summary)
    _print_evaluations(summary)
    _print_alarms(summary)
    _print_saved(summary)
    _print_parts(summary)


def _state(summary: RunSummary) -> str:
    game = summary.game or "no game can be read from its config.toml"
    if not summary.episodes:
        return f"{game}, not trained yet"
    limit = summary.config.training.training_episodes if summary.config else 0
    of_all = f" of {limit:,}" if summary.episodes <= limit else ""  # more of them with `train --for`
    times = [checkpoint.total_seconds for checkpoint in summary.log.checkpoints[-1:]]
    took = "".join(f" in {format_duration(seconds)}" for seconds in times)
    return f"{game}, {summary.episodes:,}{of_all} episodes played{took}"


def _print_game(summary: RunSummary) -> None:
    if summary.config is None:
        return
    metadata = summary.config.metadata
    size, characters = metadata.board_size, metadata.character_set
    facts = {
        "board": f"{size[0]} by {size[1]} cells" if size else "as large as the game makes it",
        "keys": f"{' '.join(metadata.actions)}, or none",
        "reward": f'how much state["{metadata.reward}"] changes in a turn',
        "characters": " ".join(characters) if characters else "found out when training starts",
        "also seen": " ".join(metadata.observe_state),
    }
    _heading("The game")
    for name, fact in facts.items():
        if fact:
            say_lines(f"  {name:<12}", fact)


def _print_choices(summary: RunSummary) -> None:
    _heading("What was chosen, and why")
    for choice in summary.log.choices:
        say_lines("  - ", choice)
    if not summary.log.choices:
        say("  The reasons stand beside the settings in config.toml; there are more once training has begun.")


def _print_changed_settings(summary: RunSummary) -> None:
    if not summary.changed:
        return
    _heading("Settings that differ from the defaults")
    rows = [
        (f"[{setting.section}] {setting.key}", toml_value(setting.value), toml_value(setting.default))
        for setting in summary.changed
    ]
    table(("setting", "here", "default"), rows, indent="  ")


def _print_training(summary: RunSummary) -> None:
    checkpoints = summary.log.checkpoints
    if not summary.log.episodes and not checkpoints:
        return
    _heading("How training went")
    if checkpoints:
        _print_checkpoints(checkpoints)
    since = [e for e in summary.log.episodes if e.number > (checkpoints[-1].episode if checkpoints else 0)]
    if since:
        say(f"  {_since(since)}{' since the last checkpoint' if checkpoints else ' so far'}")


def _print_checkpoints(checkpoints: Sequence[CheckpointLine]) -> None:
    shown = checkpoints[-_ROWS:]
    rows = [
        (
            f"{line.first_episode}-{line.episode}",
            _signed(line.average_reward),
            f"{line.average_turns:,.0f}",
            f"{line.epsilon:.3f}",
            "-" if line.average_loss is None else f"{line.average_loss:.3g}",
            format_duration(line.seconds),
        )
        for line in shown
    ]
    headings = ("episodes", "average reward", "turns", "epsilon", "loss", "time")
    table(headings, rows, right=headings, indent="  ")
    if len(shown) < len(checkpoints):
        say(f"  (the last {len(shown)} of {len(checkpoints)} checkpoints)")
    say_lines("  ", _LEGEND)
    rewards = [line.average_reward for line in checkpoints]
    if len(rewards) > 1:
        best = max(checkpoints, key=lambda line: line.average_reward)
        say(f"  average reward, from first to last: {sparkline(rewards)}")
        say(
            f"  lowest {_signed(min(rewards))}, highest {_signed(best.average_reward)} at ep_{best.episode:04d}"
        )


def _since(episodes: Sequence[EpisodeLine]) -> str:
    average = sum(episode.total_reward for episode in episodes) / len(episodes)
    return f"{len(episodes)} episode{'s' * (len(episodes) > 1)} with an average reward of {_signed(average)}"


def _print_evaluations(summary: RunSummary) -> None:
    """How good it is without random keys, and was at its best."""
    evaluations = summary.log.evaluations
    if not evaluations:
        return
    _heading("How good it is without random keys")
    last = evaluations[-1]
    if len(evaluations) > 1:
        means = sparkline([line.reached for line in evaluations])
        say(f"  mean {last.compared}, from first to last: {means}")
    say(
        f"  last {last.reached:,.1f} after {last.total_turns:,} turns; random play {last.random_reached:,.1f}"
    )
    best = next((line for line in reversed(evaluations) if line.is_best), None)
    if best:
        say(f"  best {best.reached:,.1f} after {best.total_turns:,} turns, kept as best.pt")


def _print_alarms(summary: RunSummary) -> None:
    if not summary.log.alarms:
        return
    _heading("What to look at")
    for code, line in summary.log.alarms.items():
        say_lines("  - ", f"{line} ({code})")


def _print_saved(summary: RunSummary) -> None:
    if not summary.checkpoints and not summary.states:
        return
    _heading("What is saved")
    if summary.checkpoints:
        say(f"  checkpoints: {_in_short(summary.checkpoints)}")
    if summary.states:
        newest = summary.states[0]
        turn = int(newest.name.removeprefix("turns_"))
        say(
            f"  training state: after {turn:,} turns, {size_in_words(newest.size)}; training goes on from there"
        )


def _in_short(files: Sequence[SavedFile]) -> str:
    names = dict.fromkeys([files[0].name, files[-1].name])
    size = size_in_words(sum(file.size for file in files))
    return f"{len(files)}, {size} in all: {' … '.join(names)}"


def _print_parts(summary: RunSummary) -> None:
    if not summary.parts:
        return
    _heading("What it is made of")
    rows = [
        (
            part.kind,
            part.name,
            part.plugin,
            f"{part.distribution} {part.version}" if part.distribution else "your own file",
        )
        for part in summary.parts
    ]
    table(("kind", "name", "from plugin", "package"), rows, indent="  ")
    for difference in summary.differences:
        say(f"\n{'Important' if difference.serious else 'Note'}: {difference.problem}")


def _heading(text: str) -> None:
    say()
    say(text, bold=True)


def _signed(number: float) -> str:
    """Two decimals, except where they would make a small number look like zero."""
    return f"{number:+.1e}" if 0 < abs(number) < 0.005 else f"{number:+,.2f}"
