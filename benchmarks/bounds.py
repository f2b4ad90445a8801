"""What the figures must reach. Programs and judge both look here."""

from typing import Final

TIMES_FLOOR: Final = 2.5  # CPU of a command
TIMES_IDEAL: Final = {"b": 1.2, "c": 1.03}  # time, by workload
LIST_REQUESTS: Final = 8  # for 5,000 rows
IMPORT_REQUESTS: Final = 1.05  # times the full batches
IMPORT_GROUPS: Final = 200  # a smaller import has no full batches to speak of
IMPORT_MB: Final = 150.0
STREAM_MB: Final = 100.0
IMPORT_MS: Final = 40.0  # above aiohttp
GROWTH: Final = 1.1  # of the cost of a call, whatever their number
