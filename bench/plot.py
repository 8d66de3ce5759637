# SPDX-License-Identifier: Apache-2.0
"""Draws what bench/growth has measured: one small plot beside the other, for docs/performance.md.

usage: plot.py GROWTH.json PAGE.svg

Readable on a white and on a dark page.
"""

import collections
import json
import math
import statistics
import sys
from xml.sax.saxutils import escape

# The plots in their order: what it is of, and what its x axis counts.
PLOTS = {
    "tracestate": ("traceparent and a tracestate", "members"),
    "baggage": ("traceparent and baggage", "members"),
    "fields": ("extract all three, by carrier", "fields of the request"),
    "fields, nothing there": ("extract, nothing there, by carrier", "fields of the request"),
    "kafka": ("Kafka's headers", "headers of the application"),
    "formats": ("extract, by formats of the chain", "formats"),
    "threads": ("time of each thread", "threads"),
}
COLUMNS = 2
WIDTH, HEIGHT = 430, 236  # of a plot with its labels
LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT = 46, 34, 252, 152
LABEL_HEIGHT = 13

LIGHT = ("#1f6feb", "#bc4c00", "#1a7f37", "#cf222e", "#8250df", "#57606a")
DARK = ("#58a6ff", "#f0883e", "#3fb950", "#ff7b72", "#d2a8ff", "#b1bac4")


def times_of(path):
    """Nanoseconds by plot, curve and x."""
    plots = collections.defaultdict(lambda: collections.defaultdict(dict))
    with open(path, encoding="ascii") as file:
        for run in json.load(file)["benchmarks"]:
            if run["run_type"] != "iteration":
                continue
            plot, curve, x = run["run_name"].removesuffix(f"/threads:{run['threads']}").split("/")
            plots[plot][curve].setdefault(int(x), []).append(run["cpu_time"])
    for plot, curves in plots.items():
        # Other load only adds, so the least is the most accurate; but where threads disturb each
        # other, the least is of those that happened not to.
        best = statistics.median if plot == "threads" else min
        for points in curves.values():
            points.update({x: best(times) for x, times in points.items()})
    return plots


def ticks(largest):
    """Round numbers from 0 on, four to six of them, of which the last is not below the largest."""
    magnitude = 10 ** math.floor(math.log10(largest / 4))
    step = next(magnitude * each for each in (1, 2, 2.5, 5, 10) if magnitude * each * 5 >= largest)
    return [step * i for i in range(math.ceil(largest / step) + 1)]


def text(x, y, content, kind="", anchor="start"):
    return (f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"'
            f'{f" class={chr(34)}{kind}{chr(34)}" if kind else ""}>{escape(content)}</text>')


def spread(wanted, least):
    """The positions, moved apart as far as labels need."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    placed = dict.fromkeys(order, 0.0)
    below = -math.inf
    for i in order:
        placed[i] = below = max(wanted[i], below + least)
    above = TOP + PLOT_HEIGHT + 4 + least
    for i in reversed(order):
        placed[i] = above = min(placed[i], above - least)
    return [placed[i] for i in range(len(wanted))]


def plot(name, curves):
    title, x_title = PLOTS[name]
    points = {curve: sorted(curves[curve].items()) for curve in sorted(curves)}
    xs = sorted({x for times in points.values() for x, _ in times})
    y_ticks = ticks(max(y for times in points.values() for _, y in times))
    x_ticks = xs if len(xs) <= 2 else [x for x in ticks(xs[-1]) if xs[0] <= x <= xs[-1]]

    def to_x(x):
        return LEFT + PLOT_WIDTH * (x - xs[0]) / (xs[-1] - xs[0])

    def to_y(y):
        return TOP + PLOT_HEIGHT * (1 - y / y_ticks[-1])

    parts = [text(LEFT, 16, title, "title")]
    for y in y_ticks:
        parts.append(f'<path class="grid" d="M{LEFT} {to_y(y):.1f}h{PLOT_WIDTH}"/>')
        parts.append(text(LEFT - 5, to_y(y) + 4, f"{y:g}", anchor="end"))
    for x in x_ticks:
        parts.append(text(to_x(x), TOP + PLOT_HEIGHT + 15, f"{x:g}", anchor="middle"))
    parts.append(text(LEFT + PLOT_WIDTH / 2, TOP + PLOT_HEIGHT + 31, x_title, anchor="middle"))
    labels = spread([to_y(times[-1][1]) + 4 for times in points.values()], LABEL_HEIGHT)
    for i, ((curve, times), label) in enumerate(zip(points.items(), labels)):
        line = " ".join(f"{to_x(x):.0f},{to_y(y):.1f}" for x, y in times)
        parts.append(f'<polyline class="c{i}" points="{line}"/>')
        parts.append(text(LEFT + PLOT_WIDTH + 6, label, curve, f"t{i}"))
    return parts


def style():
    def colors(of):
        return "".join(f".c{i}{{stroke:{color}}}.t{i}{{fill:{color}}}" for i, color in enumerate(of))

    return ("<style>text{font:11px sans-serif;fill:#57606a}.title{font-weight:bold;fill:#1f2328}"
            "polyline{fill:none;stroke-width:1.8}.grid{stroke:#8b949e;stroke-opacity:.35}"
            f"{colors(LIGHT)}@media(prefers-color-scheme:dark){{text{{fill:#9198a1}}"
            f".title{{fill:#f0f6fc}}{colors(DARK)}}}</style>")


def page(plots):
    rows = math.ceil(len(PLOTS) / COLUMNS)
    size = f"{COLUMNS * WIDTH} {rows * HEIGHT}"
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" '
           f'width="{COLUMNS * WIDTH}" height="{rows * HEIGHT}">')
    yield "<title>Nanoseconds of one operation, as what it works on grows</title>"
    yield style()
    for i, name in enumerate(PLOTS):
        yield f'<g transform="translate({i % COLUMNS * WIDTH} {i // COLUMNS * HEIGHT})">'
        yield from plot(name, plots[name])
        yield "</g>"
    yield "</svg>"


def main():
    _, source, target = sys.argv
    with open(target, "w", encoding="ascii") as file:
        file.writelines(line + "\n" for line in page(times_of(source)))


if __name__ == "__main__":
    main()
