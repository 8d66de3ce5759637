# SPDX-License-Identifier: Apache-2.0
"""Writes a source with all its mutants in it: which of them runs is decided when it runs.

`a > b` becomes `(on<17>() ? (a >= b) : (a > b))`. No line is added, so that compilers name lines of
the original.
"""


def on(mutant):
    return f"::baton_mutation::on<{mutant.number}>()"


class Place:
    """An extent of the source, its mutants, and the places within."""

    def __init__(self, start, end):
        self.start = start
        self.end = end
        self.mutants = []
        self.inner = []


def nested(mutants):
    """Places as a forest; extents of a syntax tree never overlap in part."""
    places = {}
    for mutant in mutants:
        places.setdefault((mutant.start, mutant.end), Place(mutant.start, mutant.end)).mutants.append(mutant)
    roots, open_places = [], []
    for _, place in sorted(places.items(), key=lambda item: (item[0][0], -item[0][1])):
        while open_places and open_places[-1].end <= place.start:
            open_places.pop()
        (open_places[-1].inner if open_places else roots).append(place)
        open_places.append(place)
    return roots


def written(text, place):
    body = between(text, place.start, place.end, place.inner)
    values = [mutant for mutant in place.mutants if mutant.how in ("value", "truth")]
    if values:
        is_truth = any(mutant.how == "truth" for mutant in values)
        body = f"!!({body})" if is_truth else f"({body})"
        for mutant in reversed(values):
            other = f"!!({mutant.replacement})" if is_truth else f"({mutant.replacement})"
            body = f"{on(mutant)} ? {other} : {body}"
        body = f"({body})"
    for mutant in place.mutants:
        if mutant.how == "remove":
            body = f"{{ if (!{on(mutant)}) {{ {body}; }} }}"
        elif mutant.how == "default":
            body = f"{{ if ({on(mutant)}) {{ return {{}}; }} {body}; }}"
    return body


def between(text, start, end, places):
    parts = []
    for place in places:
        parts += [text[start : place.start], written(text, place)]
        start = place.end
        # The statement got its semicolon, and a second one must not end the `if` around it.
        if any(mutant.how in ("remove", "default") for mutant in place.mutants):
            start = text.index(";", start) + 1
    return "".join([*parts, text[start:end]])


def rewrite(text, mutants):
    return between(text, 0, len(text), nested(mutants))
