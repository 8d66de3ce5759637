# SPDX-License-Identifier: Apache-2.0
"""The environment of programs whose context a test decides about."""

import os


def plain_environment(**variables):
    """This process's, without a context and without lists of formats, and with these variables."""
    names = ("TRACEPARENT", "TRACESTATE", "BAGGAGE")
    plain = {name: value for name, value in os.environ.items() if name not in names and "PROPAGATORS" not in name}
    return plain | variables
