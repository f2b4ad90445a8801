"""An asyncio client for Bitrix24 Scrum."""

from .version import __version__

__all__ = ["__version__"]
