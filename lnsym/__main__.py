"""The entry of the `lnsym` command, and of `python -m lnsym`.

What goes wrong before the command line is there, a package that is missing say, would end Python with exit code 1, which means refuted.
"""

from __future__ import annotations

import sys


def run() -> None:
    """Import the command line and run it; exit code 70 where it cannot be imported."""
    try:
        from lnsym.cli import main
    except KeyboardInterrupt:
        sys.exit(130)
    except BaseException as error:
        what = " ".join(f"{type(error).__name__}: {error}".split())
        print(f"lnsym: no verdict: lnsym cannot be loaded: {what}; install it again", file=sys.stderr)
        sys.exit(70)
    main()


if __name__ == "__main__":
    run()
