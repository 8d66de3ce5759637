# SPDX-License-Identifier: Apache-2.0
"""The spans of a trace as a backend returns them, and the tree that they are."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Span:
    trace_id: str
    span_id: str
    parent_id: str  # empty: none
    service: str
    kind: str  # as OpenTelemetry names it, in lower case
    name: str
    start: int  # microseconds since 1970
    duration: int  # microseconds
    error: str = ""  # what it failed of
    tags: dict = dataclasses.field(default_factory=dict, compare=False)
    links: tuple = ()  # pairs of a trace's and a span's id

    def __str__(self):
        failed = f" failed: {self.error}" if self.error else ""
        linked = f" links: {len(self.links)}" if self.links else ""
        return f"{self.service} {self.kind} {self.name}{failed}{linked}"


class Tree:
    def __init__(self, spans):
        self.spans = sorted(spans, key=lambda span: span.start)
        self.by_id = {span.span_id: span for span in self.spans}

    @property
    def roots(self):
        return [span for span in self.spans if not span.parent_id]

    @property
    def orphans(self):
        """The spans whose parent the backend never got."""
        return [span for span in self.spans if span.parent_id and span.parent_id not in self.by_id]

    @property
    def services(self):
        return {span.service for span in self.spans}

    @property
    def duration(self):
        return max(span.start + span.duration for span in self.spans) - self.spans[0].start

    @property
    def is_below_a_caller(self):
        """Whether all is below one span, whose parent is missing: its caller exports nothing."""
        return not self.roots and len(self.orphans) == 1 and self.is_connected

    @property
    def is_whole(self):
        return len(self.roots) == 1 and not self.orphans and self.is_connected

    @property
    def is_connected(self):
        """Whether each span is there once, and is found from the top."""
        return (len(str(self).splitlines()) == len(self.by_id) == len(self.spans)
                and len({span.trace_id for span in self.spans}) == 1)

    def children(self, span_id):
        return [span for span in self.spans if span.parent_id == span_id]

    def lines(self, span_id="", depth=0):
        """A line for each span below the roots, indented by its depth: a child after its parent."""
        found = []
        for span in self.children(span_id):
            found.append("  " * depth + str(span))
            found += self.lines(span.span_id, depth + 1)
        return found

    def __str__(self):
        lines = self.lines()
        for span in self.orphans:
            lines += [f"without its parent: {span}", *self.lines(span.span_id, 1)]
        return "\n".join(lines)

    def summary(self):
        what = ("one tree" if self.is_whole else
                "one tree, below a caller that exports nothing" if self.is_below_a_caller else
                "NOT one tree")
        return (f"{what}: {len(self.spans)} spans of {len(self.services)} services, "
                f"{len(self.roots)} root, {len(self.orphans)} orphans")
