# SPDX-License-Identifier: Apache-2.0
"""Prints the code of a Markdown file, so that it is compiled: the code of a guide must work.

usage: blocks.py FILE [LANGUAGE]
"""

import re
import sys

language = sys.argv[2] if len(sys.argv) > 2 else "cpp"
with open(sys.argv[1], encoding="utf-8") as file:
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
if not blocks:
    sys.exit(f"{sys.argv[1]}: no {language} in it")
print("\n".join(blocks))
