"""What a method gives back: an error, a page, or plain JSON."""

from typing import Any

import attrs


class RestError(Exception):
    """An error answer of a method.

    Args:
        code: The value of ``error``: an int, a word, or ``""`` for the group methods.
        description: The value of ``error_description``.
        status: The HTTP status of a direct call.
        extras: Further keys of the answer, such as ``argument``.
    """

    def __init__(self, code: int | str, description: str, status: int = 400, **extras: Any) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description
        self.status = status
        self.extras = extras


class LegacyError(RestError):
    """An error of the oldest layer, which stays set for the rest of the PHP process."""


@attrs.frozen
class Page:
    """A result whose ``total`` and ``next`` are lifted out into the envelope (classic lists)."""

    result: Any
    total: int | None = None
    next: int | None = None
