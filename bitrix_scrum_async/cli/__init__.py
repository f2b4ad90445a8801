"""The command `bitrix-scrum`.

Nothing is imported here that takes time: Ctrl-C while it is imported would end in a traceback.
"""

import os
import sys

_NEEDED = ("click", "rich")
_EXTRA = "the command line needs the extra 'cli' of this package: pip install click rich PyYAML"


def main() -> None:
    """Run the command line; say what to install where it cannot run."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            # Closed by the shell. The next file to be opened would get its number otherwise.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    try:
        from .commands import run

        code = run()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        code = 130
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in _NEEDED:
            raise
        sys.stderr.write(f"bitrix-scrum needs {package}: {_EXTRA}\n")
        code = 2
    sys.exit(code)
