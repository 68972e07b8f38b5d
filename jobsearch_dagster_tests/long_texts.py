"""Texts that a careless pattern reads in hours: each is read in a process that must end.

No ratio of two times is asserted, because a shared machine gives any; what grows with the square of a megabyte takes
hours, what grows in proportion a second.
"""

import json
import subprocess
import sys
from collections.abc import Iterable

SECONDS = 300
"""What a fresh interpreter may take for all texts; 6 to 20 s on two cores."""


def assert_ends(reader: str, units: Iterable[str], length: int = 1_000_000) -> None:
    """Assert that each unit, repeated to `length` characters, is read.

    Args:
        reader: Statements that define `read(text)`.
        units: What is repeated.
        length: Characters.
    """
    loop = "for unit in json.loads(sys.argv[1]):\n    print(repr(unit), flush=True)\n"
    code = f"import json, sys\n{reader}\n{loop}    read((unit * ({length} // len(unit) + 1))[:{length}])"
    subprocess.run([sys.executable, "-c", code, json.dumps([*units])], check=True, timeout=SECONDS)
