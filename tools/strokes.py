"""Digits drawn by a program: a few ways to write each, bent, slanted and shifted at random, with pens of many widths.

A stroke is a list of points in a square, x to the right and y down, from 0 to 100. Between two strokes stands a bar; a
point where two of them meet stays common to both.
"""

import numpy as np

WAYS = {
    0: ["50 5 20 30 20 70 50 95 80 70 80 30 50 5", "60 8 30 20 22 60 45 94 75 75 78 30 55 6 40 10"],
    1: ["50 5 50 50 50 95", "30 30 52 6|52 6 52 50 50 95", "60 5 50 50 40 95", "35 25 50 8|50 8 50 95|30 95 70 95"],
    2: [
        "22 25 40 6 70 12 72 38 45 68 20 93|20 93 80 93",
        "20 30 45 5 75 25 60 55 22 90|22 90 50 85 82 94",
        "25 15 60 8 70 35 35 75 20 88 35 80 55 92 82 88",
    ],
    3: [
        "22 12 55 5 74 25 45 45|45 45 78 60 70 88 40 96 20 85",
        "20 8 78 8|78 8 45 40|45 40 78 55 75 85 45 96 20 86",
        "25 10 60 5 70 28 40 46 72 58 74 85 40 95 22 88",
    ],
    4: [
        "62 5 40 35 15 65|15 65 85 65|62 35 62 95",
        "25 5 20 50|20 50 80 50|72 5 70 50 66 95",
        "65 95 65 5|65 5 15 68|15 68 88 68",
        "30 8 25 40 45 52 72 45|75 6 70 45 62 95",
    ],
    5: [
        "76 7 30 7|30 7 26 45|26 45 60 38 78 65 60 92 22 90",
        "72 5 32 8|32 8 30 42|30 42 65 42 74 72 50 95 25 88",
        "80 8 35 8 28 42 62 45 72 75 45 95 18 90",
    ],
    6: [
        "66 5 35 30 22 70 50 96 76 78 62 55 35 60 25 75",
        "55 5 30 40 26 80 55 94 72 75 55 55 30 68",
        "70 10 40 20 22 60 35 92 70 88 74 62 45 52 25 68",
    ],
    7: [
        "18 8 80 8|80 8 60 40 45 95",
        "20 10 80 10|80 10 40 95|32 50 72 50",
        "20 22 22 8|22 8 82 8|82 8 55 50 48 95",
        "18 12 50 8 82 10 62 45 38 92",
    ],
    8: [
        "70 18 45 5 28 22 50 46 74 72 50 95 26 74 50 46 70 18",
        "50 46 25 25 50 5 75 25 50 46|50 46 22 70 50 96 78 72 50 46",
        "72 12 35 10 38 38 68 62 60 94 30 88 36 60 66 38 72 12",
    ],
    9: [
        "74 25 50 5 26 25 45 46 72 30|72 30 70 60 60 95",
        "72 22 45 6 28 30 50 48 72 25|72 25 72 95",
        "76 15 45 8 28 32 55 46 74 20|74 20 74 65 50 95 25 88",
    ],
}


def strokes(way):
    """Return the strokes of a way to write a digit, each an array of points in the unit square."""
    return [np.array(stroke.split(), float).reshape(-1, 2) / 100 for stroke in way.split("|")]


def smooth(points, steps=6):
    """Return a curve through the points, by the spline of Catmull and Rom."""
    if len(points) == 2:
        return points
    around = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = [
        b + t * (c - a) / 2 + t**2 * (2 * a - 5 * b + 4 * c - d) / 2 + t**3 * (3 * b - a - 3 * c + d) / 2
        for a, b, c, d in zip(around, around[1:], around[2:], around[3:], strict=False)
    ]
    return np.vstack([*parts, points[-1:]])


def ink(lines, width):
    """Return the 64 pixels, -1 to 1, of lines in the unit square drawn by a round pen.

    As in the data, a pixel counts the points of a 32 × 32 bitmap that are black in its 4 × 4 block.
    """
    middles = (np.arange(32) + 0.5) / 32
    points = np.stack(np.meshgrid(middles, middles)).reshape(2, -1, 1)
    start = np.vstack([line[:-1] for line in lines]).T[:, None]
    dx, dy = np.vstack([line[1:] for line in lines]).T[:, None] - start
    x, y = points - start
    part = np.clip((x * dx + y * dy) / np.maximum(dx**2 + dy**2, 1e-12), 0, 1)  # of a line, where a point is nearest
    black = ((x - part * dx) ** 2 + (y - part * dy) ** 2).min(axis=1) <= width**2 / 4
    return black.reshape(8, 4, 8, 4).sum(axis=(1, 3)).ravel() / 8 - 1


def draw(rng, digit):
    """Return the pixels of a digit in a way, slant, size, place and width of the pen that chance chooses."""
    turn, slant = rng.uniform(-0.15, 0.15), rng.uniform(-0.15, 0.35)
    across, down = rng.uniform(0.7, 1.05), rng.uniform(0.75, 1.03)
    place = 0.5 + rng.uniform(-0.07, 0.07, 2)
    cos, sin = np.cos(turn), np.sin(turn)
    move = np.array([[across * cos, -across * sin - slant], [down * sin, down * cos]])
    ways = WAYS[digit]
    moved = {}  # a point that two strokes share moves only once
    lines = []
    for stroke in strokes(ways[rng.integers(len(ways))]):
        bent = [moved.setdefault(tuple(point), point + rng.normal(0, 0.045, 2)) for point in stroke]
        lines.append(smooth(place + (np.array(bent) - 0.5) @ move.T))
    return ink(lines, rng.uniform(0.05, 0.17))


def draw_many(rng, n):
    """Return n drawn digits, as images of shape (n, 64), and their labels."""
    labels = rng.integers(0, 10, n)
    return np.array([draw(rng, digit) for digit in labels]), labels
