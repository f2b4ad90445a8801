"""Exports of other tools as plans: Jira's CSV of issues and Trello's JSON of a board."""

from .build import Conversion, build
from .conversion import Converted, convert, read_export
from .export import Export
from .mapping import Mapping

__all__ = ["Conversion", "Converted", "Export", "Mapping", "build", "convert", "read_export"]
