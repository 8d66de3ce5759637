# SPDX-License-Identifier: Apache-2.0
"""What the backends have in common: a server on loopback, and an API that answers in JSON."""

import json
import pathlib
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "support"))
from servers import Server

from tree import Tree


class Backend(Server):
    """`url` is its address; `variables` make an exporter send spans to it."""

    def get(self, path):
        """The answer of its API; None if it does not know that."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return None

    def tree(self, trace_id, at_least=1):
        """The tree of a trace, once it has so many spans or after ten seconds."""
        for _ in range(100):
            tree = Tree(self.spans(trace_id))
            if len(tree.spans) >= at_least:
                break
            time.sleep(0.1)
        return tree
