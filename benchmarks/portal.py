"""The emulator in a process of its own, so that what is measured is the client."""

import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def running_emulator(limits: str = "off") -> Generator[str]:
    """Run the emulator in another process; give its webhook."""
    program = "from bitrix_scrum_async.cli import main; main()"
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", program, "emulator", "--port", "0", "--limits", limits],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as served:
        assert served.stdout is not None
        said = ""
        while not (found := re.search(r"BITRIX24_WEBHOOK=(\S+)", said)):
            line = served.stdout.readline()
            assert line, f"the emulator ended: {said}"
            said += line
        try:
            yield found[1]
        finally:
            served.terminate()
