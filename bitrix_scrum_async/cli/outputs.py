"""Files that a command writes: looked at before the work begins, and written whole."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click

from ..importer.files import refusal
from ..importer.problems import PlanError
from .exits import one_line


def check_output(path: Path, *, overwrite: bool, inputs: tuple[Path, ...] = ()) -> None:
    """Refuse a file that could not be written in the end.

    Args:
        path: The file.
        overwrite: Whether one that is there may be replaced.
        inputs: Files that it must not be.

    Raises:
        PlanError: It cannot be written.
    """
    if path.is_dir():
        raise refusal(path, "cannot be written: it is a folder")
    if not path.parent.is_dir():
        raise refusal(path, f"cannot be written: there is no folder {path.parent}")
    if any(path.resolve() == each.resolve() for each in inputs):
        raise refusal(path, "is read by this command: name another file")
    if path.exists() and not overwrite:
        raise refusal(
            path, "is there already: pass --force to write it anew, or name another with -o"
        )
    if not os.access(path.parent, os.W_OK):
        raise refusal(path, f"cannot be written: the folder {path.parent} takes no files")


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that it is there whole or as it was.

    Raises:
        PlanError: It cannot be written.
    """
    draft = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        write(draft)
        draft.replace(path)
    except OSError as error:
        raise refusal(path, f"cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def wrote_whole(path: Path, write: Callable[[Path], object]) -> bool:
    """Write a file as `write_whole` does, after work that cannot be taken back.

    Returns:
        Whether it was written; if not, the reason was said.
    """
    try:
        write_whole(path, write)
    except PlanError as error:
        click.echo(one_line(error), err=True)
        return False
    return True
