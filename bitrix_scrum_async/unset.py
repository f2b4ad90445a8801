"""`UNSET`: an argument that was not given, which is something else than ``None``."""

import enum
from typing import Final


class Unset(enum.Enum):
    """The type of `UNSET`."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""An argument that was not given: the portal leaves the field as it is."""
