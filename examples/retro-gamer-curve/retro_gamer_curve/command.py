import json
import shutil
from pathlib import Path
from statistics import mean

import click
from retro_gamer_core import RetroGamerError


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--height", type=click.IntRange(2), default=12, show_default=True, help="Lines of the picture.")
@click.option("--width", type=click.IntRange(10), help="Columns; as many as fit when left out.")
def curve(run, height, width):
    """Draw the learning curve of RUN: the average reward of its episodes, from the first to the last."""
    rewards = rewards_of(run)
    width = width or max(10, shutil.get_terminal_size().columns - 12)
    for line in picture(averages(rewards, width), height):
        click.echo(line)
    click.echo(f"{'':10} episodes 1 to {len(rewards)}")


def rewards_of(run):
    """The reward of each episode, as the logger `json_lines` wrote it."""
    log = run / "training.jsonl"
    if not log.is_file():
        raise RetroGamerError(
            f"there is no learning curve in {run}",
            where=str(log),
            why="it is drawn from this file, which the logger json_lines writes while training",
            hint=f"retro-gamer train {run}",
        )
    lines = log.read_text(encoding="utf-8").splitlines()
    rewards = [event["total_reward"] for event in map(json.loads, lines) if event["event"] == "episode"]
    if not rewards:
        raise RetroGamerError("no episode has ended yet", where=str(log), hint=f"retro-gamer train {run}")
    return rewards


def averages(values, n):
    """At most `n` averages over neighbours, as many values in each as can be."""
    n = min(n, len(values))
    return [mean(values[i * len(values) // n : (i + 1) * len(values) // n]) for i in range(n)]


def picture(values, height):
    """Lines of text, the highest first."""
    low, high = min(values), max(values)
    step = (high - low) / (height - 1) or 1
    for line in reversed(range(height)):
        marks = "".join("*" if round((value - low) / step) == line else " " for value in values)
        yield f"{low + line * step:10.1f} |{marks}".rstrip()
