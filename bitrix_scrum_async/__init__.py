"""An asyncio client for Bitrix24 Scrum."""

__version__ = "0.1.0"
