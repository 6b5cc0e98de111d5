"""``retro-gamer info``: a run at a glance, for the student whose run it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from retro_gamer_core.cli.arguments import AS_JSON, open_run, training_command
from retro_gamer_core.cli.run_summary import RunSummary, settings_with_reasons
from retro_gamer_core.configuration.own_files import in_a_sentence
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.training_log import format_duration
from retro_gamer_core.terminal.printing import (
    command,
    heading,
    next_step,
    percent,
    say,
    say_json,
    size_in_words,
    sparkline,
    table,
)
from retro_gamer_core.toml_text import toml_value

_ROWS = 4
_EPISODES_FOR_PROGRAMS = 20


@click.command("info")
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--why", is_flag=True, help="What was chosen, and why.")
@click.option("--settings", is_flag=True, help="The settings that differ from the defaults.")
@click.option("--parts", is_flag=True, help="The game and the parts that it is made of.")
@AS_JSON
def info(directory: Path, why: bool, settings: bool, parts: bool, as_json: bool) -> None:
    """Show a run: how it went, what is saved, and what it is made of.

    RUN is the directory of the run. Nothing in it is changed, so look as often as you like while it trains.
    """
    run = open_run(directory)
    summary = RunSummary(run, installed_plugins())
    if as_json:
        say_json(_for_programs(directory, summary))
        return
    say(f"{directory}: {_state(summary)}", bold=True)
    if summary.in_use:
        say("A process is training it just now, or was killed while it did: training.pid is there.")
    if summary.own_code:
        say(in_a_sentence(summary.own_code))
    for problem in summary.problems:
        say(f"\nTo be put right: {problem}")
    at_a_glance = not (why or settings or parts)
    if parts or (at_a_glance and not summary.episodes):
        _print_game(summary)
    if why:
        _print_choices(summary, run.config)
    if settings:
        heading("Settings that differ from the defaults")
        table(
            {
                "setting": f"[{each.section}] {each.key}",
                "here": toml_value(each.value),
                "default": toml_value(each.default),
            }
            for each in summary.changed
        )
    if parts:
        heading("What it is made of")
        table(
            {
                "kind": each.kind,
                "name": each.name,
                "from plugin": each.plugin,
                "package": f"{each.distribution} {each.version}" if each.distribution else "your own file",
            }
            for each in summary.parts
        )
    if at_a_glance:
        _print_training(summary)
        _print_evaluations(summary)
        _print_alarms(summary)
        _print_saved(summary)
    for difference in summary.differences:
        say(f"\n{'Important' if difference.serious else 'Note'}: {difference.problem}")
    if at_a_glance:
        say("more: info --why, --settings, --parts")
    train = training_command(directory, summary.config.training.training_episodes if summary.config else 0)
    if summary.config is None:
        next_step(f"put config.toml right, then: {command('info', directory)}")
    elif not summary.checkpoints:
        next_step(train)
    else:
        goes_on = () if summary.finished else (f"{train}   (goes on from here)",)
        next_step(command("play", directory), *goes_on)


def _state(summary: RunSummary) -> str:
    game = summary.game or "no game can be read from its config.toml"
    if not summary.episodes:
        return f"{game}, not trained yet"
    limit = summary.config.training.training_episodes if summary.config else 0
    counted = summary.episodes <= limit and not summary.trained_for_some_time
    told = f"{game}, {summary.episodes:,}{f' of {limit:,}' if counted else ''} episodes played"
    for last in summary.log.checkpoints[-1:]:
        which = "" if last.episode == summary.episodes else f", the first {last.episode:,}"
        told += f"{which} in {format_duration(last.total_seconds)}"
    return told


def _print_game(summary: RunSummary) -> None:
    if summary.config is None:
        return
    metadata = summary.config.metadata
    size = metadata.board_size
    heading("The game")
    for name, fact in {
        "board": f"{size[0]} by {size[1]} cells" if size else "as large as the game makes it",
        "keys": f"{' '.join(metadata.actions)}, or none",
        "reward": f'how much state["{metadata.reward}"] changes in a turn',
        "characters": " ".join(metadata.character_set or ["found out when training starts"]),
        "also seen": " ".join(metadata.observe_state) or "nothing",
    }.items():
        say(f"  {name:<12}{fact}", hang=14)


def _print_choices(summary: RunSummary, config: Path) -> None:
    heading(f"The settings in {config.name}, each with the reason that stands beside it")
    for section, key, value, reason in settings_with_reasons(config):
        say(f"  [{section}] {key} = {value} — {reason}", hang=4)
    heading("What came of them")
    for choice in summary.log.choices or ("There is more to tell once training has begun.",):
        say(f"  - {choice}")
    for code, line in summary.log.alarms.items():
        say(f"  - {line} ({code})")


def _print_training(summary: RunSummary) -> None:
    checkpoints = summary.log.checkpoints
    since = [e for e in summary.log.episodes if not checkpoints or e.number > checkpoints[-1].episode]
    if since or checkpoints:
        some = f" (the last {_ROWS} of {len(checkpoints)} checkpoints)" if len(checkpoints) > _ROWS else ""
        heading(f"How training went{some}")
    table(
        {
            "episodes": f"{line.first_episode}-{line.episode}",
            "average reward": _signed(line.average_reward),
            "turns a game": f"{line.average_turns:,.0f}",
            "random keys": percent(line.epsilon),
            "loss": "-" if line.average_loss is None else f"{line.average_loss:.3g}",
            "time": format_duration(line.seconds),
        }
        for line in checkpoints[-_ROWS:]
    )
    if since:
        average = _signed(sum(episode.total_reward for episode in since) / len(since))
        when = "since the last checkpoint" if checkpoints else "so far"
        say(f"  {len(since)} episode{'s' * (len(since) > 1)} with an average reward of {average} {when}")
    if len(checkpoints) > 1:
        rewards = [line.average_reward for line in checkpoints]
        best = max(checkpoints, key=lambda line: line.average_reward)
        lowest, highest = _signed(min(rewards)), _signed(best.average_reward)
        curve = sparkline(rewards, width=20)
        say(f"  from first to last: {curve}  lowest {lowest}, highest {highest} at ep_{best.episode:04d}")


def _print_evaluations(summary: RunSummary) -> None:
    """How good it is without random keys, and was at its best."""
    evaluations = summary.log.evaluations
    if not evaluations:
        return
    heading("How good it is without random keys")
    last = evaluations[-1]
    if len(evaluations) > 1:
        means = sparkline([line.reached for line in evaluations], width=40)
        say(f"  mean {last.compared}, from first to last: {means}")
    random = f"{last.random_reached:,.1f}"
    say(f"  last {last.reached:,.1f} after {last.total_turns:,} turns; random play {random}")
    for best in [line for line in evaluations if line.is_best][-1:]:
        above = "" if best.reached > best.random_reached else "; no better than random play"
        say(f"  best {best.reached:,.1f} after {best.total_turns:,} turns, kept as best.pt{above}")


def _print_alarms(summary: RunSummary) -> None:
    if summary.log.alarms:
        heading("What to look at")
    for code, line in summary.log.alarms.items():
        what, _, cure = line.partition(" | try: ")
        say(f"  - {what} ({code})")
        if cure:
            say(f"    try: {cure}")


def _print_saved(summary: RunSummary) -> None:
    if files := summary.checkpoints:
        names = " … ".join(dict.fromkeys([files[0].path.stem, files[-1].path.stem]))
        say(f"\ncheckpoints: {len(files)}, {size_in_words(sum(file.size for file in files))} in all: {names}")
    for newest in summary.states[:1]:
        turn = int(newest.path.stem.removeprefix("turns_"))
        say(
            f"training state: after {turn:,} turns, {size_in_words(newest.size)}; training goes on from there"
        )


def _signed(number: float) -> str:
    """Two decimals, except where they would make a small number look like zero."""
    return f"{number:+.1e}" if 0 < abs(number) < 0.005 else f"{number:+,.2f}"


def _for_programs(directory: Path, summary: RunSummary) -> dict[str, Any]:
    log, config = summary.log, summary.config
    return {
        "run": directory,
        "game": summary.game,
        "metadata": config and config.metadata.to_dict(),
        "in_use": summary.in_use,
        "finished": summary.finished,
        "choices": log.choices,
        "changed_settings": summary.changed,
        "training": {
            "episodes": summary.episodes,
            "of_episodes": config and config.training.training_episodes,
            "checkpoints": log.checkpoints,
            "alarms": log.alarms,
            "evaluations": log.evaluations,
            "last_episodes": log.episodes[-_EPISODES_FOR_PROGRAMS:],
        },
        "checkpoints": summary.checkpoints,
        "states": summary.states,
        "parts": summary.parts,
        "differences": summary.differences,
        "own_code": summary.own_code,
        "problems": summary.problems,
    }
