"""The end of a command: what it could not do, in one line, and what it leaves with."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import click

from lnsym import faults
from lnsym.errors import LnsymError
from lnsym.show import exit_codes
from lnsym.show.exit_codes import exit_code_of


def ended(command: Callable[[], Any]) -> int:
    """Run a command and say in one line what it could not do; the exit code, its own where it gives one."""
    try:
        code = command()
        sys.stdout.flush()
    except LnsymError as error:
        _say(str(error))
        code = exit_code_of(error)
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        code = exit_codes.INPUT
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        code = exit_codes.INTERRUPTED
    except BrokenPipeError:  # `| head`: leave quietly, and keep the interpreter from complaining at its exit
        _silence(sys.stdout)
        code = exit_codes.CLOSED_PIPE
    except Exception as error:  # whatever it is, it is no verdict
        code = _fault(error)
    return code if isinstance(code, int) else exit_codes.DONE


def _fault(error: Exception) -> int:
    """Say in one line what went wrong inside lnsym, or with its output; the exit code."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT):
        _silence(sys.stdout)
        _say(f"the output could not be written: {(error.strerror or str(error)).lower()}")
        _silence(sys.stderr)
        return exit_codes.UNWRITABLE
    fault = faults.recorded(error)
    _say(str(fault))
    return exit_code_of(fault)


def _say(text: str) -> None:
    """A line on stderr, if that can be written: there is nowhere else to say that it cannot."""
    with suppress(OSError, ValueError):
        print(f"lnsym: {text}", file=sys.stderr, flush=True)


def _silence(stream: Any) -> None:
    """Let nothing more be written, also not by the interpreter as it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
