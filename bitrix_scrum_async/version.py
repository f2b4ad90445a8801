"""The version, and the name under which the library introduces itself to portals."""

__version__ = "0.1.0"

USER_AGENT = f"bitrix-scrum-async/{__version__}"
