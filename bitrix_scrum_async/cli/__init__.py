"""The command `bitrix-scrum`."""

import sys

_NEEDED = ("click", "rich")


def main() -> None:
    """Run the command line; say what to install where it cannot run."""
    try:
        from .commands import run
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in _NEEDED:
            raise
        sys.stderr.write(f"bitrix-scrum needs {package}: pip install 'bitrix-scrum-async[cli]'\n")
        sys.exit(2)
    sys.exit(run())
