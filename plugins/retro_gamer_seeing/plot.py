"""``retro-gamer plot``: learning curves in the terminal, or as a picture."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from math import floor, log10
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, get_args

import click

from retro_gamer_core.cli.arguments import AS_JSON, open_run, refuse_to_replace
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.runs.atomic_files import replace_file
from retro_gamer_core.terminal.printing import (
    command,
    next_step,
    say,
    say_json,
    say_unbroken,
    sparkline,
    table,
)
from retro_gamer_seeing.curves import Over, Setting, curve_of, curves_by_setting, place_on
from retro_gamer_seeing.run_events import EventFile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PICTURES = (".svg", ".png", ".pdf")
_HEIGHT = 11  # rows of the chart: with axis, table and what to type next it fits a screen of 24
_MARKERS = "abcdefghijklmnopqrstuvwxyz"


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Draw a picture: .svg, .png or .pdf.")
@click.option(
    "--over", type=click.Choice(get_args(Over)), help="What goes from left to right; minutes if known."
)
@click.option("--force", is_flag=True, help="Draw over a picture that is there already.")
@AS_JSON
def plot(runs: tuple[str, ...], output: Path | None, over: Over | None, force: bool, as_json: bool) -> None:
    """Draw how well runs play without random keys, the more they have trained.

    Runs that differ only in their seed become one line with a band: from the lowest to the highest of them.
    """
    opened = [open_run(run) for run in dict.fromkeys(runs)]
    if output is not None:
        _refuse_picture(output, force)
    curves = {str(run.path): curve_of(EventFile(run.events).read(), None) for run in opened}
    timed = all(point["seconds"] is not None for curve in curves.values() for point in curve["evaluations"])
    axis: Over = over or ("minutes" if timed else "turns")
    if axis == "minutes" and not timed:
        raise RetroGamerError(
            "not every run says when it was evaluated",
            why="that stands in training.jsonl, which the logger json_lines writes",
            hint="--over turns",
        )
    settings = curves_by_setting(opened, list(curves.values()))
    if as_json:
        say_json({"over": axis, "runs": [{"run": name, **curve} for name, curve in curves.items()]})
        return
    empty = [name for name, curve in curves.items() if not curve["evaluations"]]
    if len(empty) == len(curves):
        raise RetroGamerError(
            f"nothing to draw yet: {', '.join(empty)} has not been evaluated",
            why="a curve shows how well a run plays without random keys, measured every evaluate_every turns",
            hint=command("train", empty[0], **{"for": "2m"}),
        )
    if output is not None:
        _picture(settings, axis, output)
        say(f"{output}: {len(settings)} line{'s' * (len(settings) != 1)}")
    else:
        _chart(settings, axis)
        _summary(settings, axis)
    for name in empty:
        say(f"{name} is left out: it has not been evaluated yet")
    if output is None:
        next_step(
            command("plot", *runs, "-o", "curve.svg") + "      (a picture)",
            command("watch", opened[0].path),
        )


def _randoms(settings: Sequence[Setting]) -> list[float]:
    """What random play reached before each run; nothing where the runs are of several games."""
    if len({each.game for each in settings}) > 1:
        return []
    return [curve["random"] for each in settings for curve in each.curves if curve["random"] is not None]


def _chart(settings: Sequence[Setting], over: Over) -> None:
    if not _can_draw_dots():
        return  # the table below has the curves in ASCII
    import plotille

    figure = plotille.Figure()
    figure.with_colors = False
    beside = len("-----------|-|") + len(f"|-> ({over})")  # what plotille puts left and right of the curves
    figure.width = max(20, min(100, shutil.get_terminal_size().columns - beside) // 10 * 10)
    figure.height = _HEIGHT
    figure.register_label_formatter(float, _tick)
    figure.register_label_formatter(int, _tick)
    figure.x_label, figure.y_label = over, settings[0].curves[0]["measure"]
    points = [each.points(over) for each in settings]
    highest = max(high for line in points for *_, high in line)
    lowest = min([0.0, *(low for line in points for _, _, low, _ in line), *_randoms(settings)])
    step = _round_step((highest - lowest) / (_HEIGHT - 1))
    bottom = floor(lowest / step) * step
    figure.set_y_limits(min_=bottom, max_=bottom + _HEIGHT * step)
    right = max(x for line in points for x, *_ in line)
    figure.set_x_limits(min_=0.0, max_=_round_step(right * 10 / figure.width) * figure.width / 10)
    if randoms := _randoms(settings):
        figure.plot([0.0, right or 1.0], [fmean(randoms)] * 2)
    for marker, line in zip(_MARKERS * (1 + len(points) // 26), points, strict=False):
        xs, ys = [x for x, *_ in line], [mean for _, mean, *_ in line]
        figure.plot(xs, ys, marker=marker if len(points) > 1 else None)
    if len(points) == 1:
        for x, _, low, high in points[0]:
            if low < high:
                figure.scatter([x, x], [low, high], marker="-")
    lines = figure.show().split("\n")
    say_unbroken("\n".join(line.rstrip() for line in lines))


def _round_step(step: float) -> float:
    """The next larger one of 1, 2, 2.5 and 5 times a power of ten, so that an axis can be read."""
    power = 10.0 ** floor(log10(step)) if step > 0 else 1.0
    return next((power * each for each in (1, 2, 2.5, 5, 10) if power * each >= step * (1 - 1e-9)), power)


def _tick(value: float, chars: int, *_: object, **__: object) -> str:
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return text.rjust(chars)[-chars:] if len(text) <= chars else f"{value:.1e}".rjust(chars)


def _can_draw_dots() -> bool:
    try:
        "⠤⡇".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _summary(settings: Sequence[Setting], over: Over) -> None:
    measure = settings[0].curves[0]["measure"]
    several = len(settings) > 1
    rows = []
    for marker, each in zip(_MARKERS * (1 + len(settings) // 26), settings, strict=False):
        points = each.points(over)
        _, mean, low, high = points[-1]
        band = f"{mean:,.1f}" if low == high else f"{mean:,.1f} [{low:,.1f}, {high:,.1f}]"
        curve = sparkline([mean for _, mean, *_ in points], width=16)
        rows.append(
            {
                "": marker if several else "",
                "run": each.label,
                "curve": curve,
                f"last {measure} [low, high]": band,
            }
        )
    say()
    table(rows)
    if randoms := _randoms(settings):
        say(f"random play: {fmean(randoms):,.1f} (the level line)")
    if any(len(each.curves) > 1 for each in settings):
        say("low and high (-): the lowest and the highest seed")
    elif any(low < high for each in settings for _, _, low, high in each.points(over)):
        say("low and high (-): 95 of 100 repetitions would have their mean there")


def _picture(settings: Sequence[Setting], over: Over, output: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes: Axes = figure.subplots()
    styles = ["-", "--", "-.", ":"]
    for place, each in enumerate(settings):
        points = each.points(over)
        xs = [x for x, *_ in points]
        (line,) = axes.plot(
            xs, [mean for _, mean, *_ in points], styles[place % 4], marker=".", label=_plain(each.label)
        )
        axes.fill_between(
            xs,
            [low for _, _, low, _ in points],
            [high for *_, high in points],
            alpha=0.2,
            color=line.get_color(),
        )
    if len(settings) == 1 and len(settings[0].curves) == 1 and settings[0].curves[0]["measure"] == "return":
        told = [(place_on(each, over), each["mean"]) for each in settings[0].curves[0]["training"]]
        axes.plot(*zip(*told, strict=True), alpha=0.3, label="training, random keys included")
    if randoms := _randoms(settings):
        axes.axhline(fmean(randoms), color="grey", linestyle=(0, (1, 3)), label="random play")
    axes.set_xlim(left=0)
    axes.set_xlabel(over)
    axes.set_ylabel(f"{settings[0].curves[0]['measure']} without random keys")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    output.parent.mkdir(parents=True, exist_ok=True)
    kind = output.suffix.lower()[1:]
    replace_file(
        output,
        lambda new: figure.savefig(
            new, dpi=150, format=kind, metadata={"Date": None} if kind == "svg" else None
        ),
    )


def _plain(text: str) -> str:
    return text.replace("$", r"\$")  # matplotlib reads what stands between two of them as mathematics


def _refuse_picture(output: Path, force: bool) -> None:
    if output.suffix.lower() not in _PICTURES:
        raise RetroGamerError(
            f"{output.name} is no kind of picture that can be drawn here",
            hint=f"end the name with {', '.join(_PICTURES[:-1])} or {_PICTURES[-1]}",
        )
    refuse_to_replace(output, force)
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise RetroGamerError(
            "pictures need matplotlib, which is not installed",
            why="the curve in the terminal needs nothing more",
            hint='python -m pip install "retro-gamer[pictures]"',
        ) from None
