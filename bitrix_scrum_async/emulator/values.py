"""What PHP makes of values: casts, numbers in text, dates."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

_NUMERIC = re.compile(r"[ \t\n\r\v\f]*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?[ \t\n\r\v\f]*", re.A)
_LEADING = re.compile(r"[ \t\n\r\v\f]*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)", re.A)
_WHOLE = re.compile(r"[+-]?\d+", re.A)
_MAX_INT = 2**63 - 1


def is_numeric(value: Any) -> bool:
    """PHP's `is_numeric`: a number, or a text that is one and nothing else."""
    if isinstance(value, str):
        return _NUMERIC.fullmatch(value) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def to_int(value: Any) -> int:
    """PHP's `(int)`: leading digits of a text, 1 for any array that is not empty."""
    if isinstance(value, str):
        number = _LEADING.match(value)
        if number is None:
            return 0
        text = number[1]
        if _WHOLE.fullmatch(text):
            return max(-_MAX_INT - 1, min(_MAX_INT, int(text)))
        value = float(text)
    if isinstance(value, float):
        return int(value) if abs(value) < _MAX_INT else 0
    if isinstance(value, int):
        return int(value)
    return 1 if value else 0


def to_str(value: Any) -> str:
    """PHP's `(string)`."""
    if isinstance(value, str):
        return value
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, (dict, list)):
        return "Array"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def is_empty(value: Any) -> bool:
    """PHP's `empty`: the text `"0"` is empty, too."""
    return not value or value == "0"


def to_map(value: Any) -> dict[str, Any]:
    """A PHP array as a dict; a list has the keys `"0"`, `"1"`, ..."""
    if isinstance(value, dict):
        return value  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return {str(place): member for place, member in enumerate(value)}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return {}


def to_list(value: Any) -> list[Any]:
    """The members of a PHP array; a scalar is its own only member, null has none."""
    if isinstance(value, dict):
        return list(value.values())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list):
        return value  # pyright: ignore[reportUnknownVariableType]
    return [] if value is None else [value]


def to_ids(value: Any) -> list[int]:
    """The positive ids in an array or scalar, each once."""
    return list(dict.fromkeys(number for one in to_list(value) if (number := to_int(one)) > 0))


# Dates

_MONTHS: tuple[str, ...] = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_MONTH = r"(?P<month_name>[A-Za-z]{3,9})\.?"
_TIME = (
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{1,2})?)"
)
_DATES = (
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
    r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})",
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    r"(?P<day>\d{1,2})[.-](?P<month>\d{1,2})[.-](?P<year>\d{4})",
    r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})",
    rf"(?:[A-Za-z]{{3,9}},?\s+)?(?P<day>\d{{1,2}})[\s-]{_MONTH}[\s-](?P<year>\d{{4}})",
    rf"{_MONTH}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})",
)
_ABSOLUTE = tuple(
    re.compile(rf"{date}(?:(?:T|\s+|T\s+){_TIME})?", re.A | re.IGNORECASE) for date in _DATES
)
_TIME_ONLY = re.compile(_TIME, re.A | re.IGNORECASE)
_RELATIVE = re.compile(
    r"(?P<number>[+-]?\s*\d+)\s*(?P<unit>sec|second|min|minute|hour|day|week|fortnight)s?"
    r"(?P<ago>\s+ago)?",
    re.A | re.IGNORECASE,
)
_UNITS = {
    "sec": 1,
    "second": 1,
    "min": 60,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "week": 604800,
    "fortnight": 1209600,
}
_DAYS = {"today": 0, "midnight": 0, "tomorrow": 1, "yesterday": -1}


@lru_cache(maxsize=64)
def zone_of(offset: str) -> timezone:
    """The time zone of an offset such as `+03:00`."""
    sign = -1 if offset[0] == "-" else 1
    digits = offset[1:].replace(":", "")
    hours, minutes = (int(digits[:2]), int(digits[2:] or 0))
    return timezone(sign * timedelta(hours=hours, minutes=minutes))


def to_time(text: str, now: float, offset: str) -> int | None:
    """PHP's `strtotime` in the server's zone: unix seconds, or `None` for what it cannot read.

    Args:
        text: The common absolute forms, `now`, `today` and the like, and `+1 week`.
        now: Unix seconds, for the relative forms.
        offset: The server's zone.
    """
    text = text.strip()
    if not text:
        return None
    is_absolute, time = _written_out(text, offset)
    if is_absolute:
        return time
    if text[0] == "@" and _WHOLE.fullmatch(text[1:]):
        return int(text[1:])
    word = text.lower()
    if word == "now":
        return int(now)
    today = datetime.fromtimestamp(now, zone_of(offset)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    if word in _DAYS:
        return int((today + timedelta(days=_DAYS[word])).timestamp())
    if (found := _TIME_ONLY.fullmatch(text)) is not None:
        return _clock(found, today, offset)
    if (found := _RELATIVE.fullmatch(text)) is not None:
        seconds = int(found["number"].replace(" ", "")) * _UNITS[found["unit"].lower()]
        return int(now) + (-seconds if found["ago"] else seconds)
    return None


@lru_cache(maxsize=4096)  # an import writes the same few dates all the time
def _written_out(text: str, offset: str) -> tuple[bool, int | None]:
    """Whether a text has one of the absolute forms, and the time it means."""
    for form in _ABSOLUTE:
        found = form.fullmatch(text)
        if found is not None:
            return True, _absolute(found, offset)
    return False, None


def _absolute(found: re.Match[str], offset: str) -> int | None:
    groups = found.groupdict()
    name: str | None = groups.get("month_name")
    if name is None:
        month = int(groups["month"])
    elif name[:3].lower() in _MONTHS:
        month = _MONTHS.index(name[:3].lower()) + 1
    else:
        return None
    day = int(groups["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    # PHP lets the 31st of a short month run over into the next one.
    start = datetime(int(groups["year"]) or 1, month, 1, tzinfo=zone_of(offset))
    return _clock(found, start + timedelta(days=day - 1), offset)


def _clock(found: re.Match[str], day: datetime, offset: str) -> int | None:
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    if hour > 24 or minute > 59 or second > 60:
        return None
    zone = found["zone"]
    if zone is not None:
        day = day.replace(tzinfo=UTC if zone[0].isalpha() else zone_of(_padded(zone)))
    moment = day + timedelta(hours=hour, minutes=minute, seconds=second)
    return int(moment.timestamp())


def _padded(zone: str) -> str:
    return zone if len(zone) > 2 else f"{zone[0]}0{zone[1]}"


def read_date(value: Any, now: float, offset: str) -> int:
    """A date of a sprint: unix seconds, or text; what cannot be read is the year 1970."""
    if is_numeric(value):
        return to_int(value)
    return (to_time(value, now, offset) or 0) if isinstance(value, str) else 0


@lru_cache(maxsize=4096)
def iso_date(time: int | None, offset: str) -> str:
    """A date in ISO 8601 with the server's zone; none is an empty text."""
    if time is None:
        return ""
    try:
        return datetime.fromtimestamp(time, zone_of(offset)).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):
        # Numbers beyond the calendar of Python: the database of a portal cannot hold them either.
        return ""
