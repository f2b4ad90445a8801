"""One request to the portal and its answer."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand

if TYPE_CHECKING:
    from .events import OnEvent
    from .oauth import OAuth
    from .stats import Stats

__all__ = ["OAuth", "OnEvent", "Stats"]

# What a session names, and most programs never use: they do not pay for it.
if not TYPE_CHECKING:
    __getattr__ = on_demand(__name__, {"OAuth": "oauth", "OnEvent": "events", "Stats": "stats"})

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
