# SPDX-License-Identifier: Apache-2.0
"""Prints the C++ of a Markdown file, so that it is compiled: the code of a guide must work.

usage: blocks.py FILE
"""

import re
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    blocks = re.findall(r"^```cpp\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
if not blocks:
    sys.exit(f"{sys.argv[1]}: no C++ in it")
print("\n".join(blocks))
