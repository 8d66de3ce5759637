# SPDX-License-Identifier: Apache-2.0
"""Reads the texts of the vectors, as README.md describes them."""


def expand(text):
    """The bytes of a text."""
    if isinstance(text, str):
        return text.encode()
    if isinstance(text, list):
        return b"".join(map(expand, text))
    if "hex" in text:
        return bytes.fromhex(text["hex"])
    first = text.get("from", 0)
    return expand(text.get("join", "")).join(
        expand(text["repeat"]).replace(b"{n}", str(n).encode())
        for n in range(first, first + text["times"]))
