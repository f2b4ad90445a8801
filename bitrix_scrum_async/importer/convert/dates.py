"""Days as Jira writes them."""

import re
from datetime import date

_MONTHS = {
    name: number
    for number, known in enumerate(
        (
            "jan янв",
            "feb фев",
            "mar мар",
            "apr апр",
            "may май мая",
            "jun июн",
            "jul июл",
            "aug авг",
            "sep сен",
            "oct окт",
            "nov ноя",
            "dec дек",
        ),
        start=1,
    )
    for name in known.split()
}


_YEAR = r"(?P<year>\d{4}|\d\d)(?!\d)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?P<year>\d{4})(?P<mark>[-/])(?P<month>\d\d?)(?P=mark)(?P<day>\d\d?)(?!\d)",
        rf"(?P<day>\d\d?)[/ .-](?P<word>[^\W\d_]{{3,}})\.?[/ .-]{_YEAR}",
        rf"(?P<day>\d\d?)\.(?P<month>\d\d?)\.{_YEAR}",
        rf"(?P<first>\d\d?)/(?P<second>\d\d?)/{_YEAR}",
    )
)


def day_of(text: str) -> date | None:
    """Return the day of a date with or without a time, or ``None`` where it is not sure.

    ``05/Jan/26 9:12 AM``, ``2026-01-05 09:12``, ``05.01.2026``, ``21/06/2026`` and the same with
    Russian months are known. ``05/06/2026`` is not: it means two days.
    """
    for form in _FORMS:
        if found := form.match(text.strip()):
            try:
                return _day(found.groupdict())
            except ValueError:
                return None
    return None


def _day(parts: dict[str, str]) -> date:
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    if "first" in parts:
        first, second = int(parts["first"]), int(parts["second"])
        if first <= 12 and second <= 12 and first != second:
            raise ValueError("either may be the month")
        return date(year, min(first, second), max(first, second))
    month = _MONTHS.get(parts["word"][:3].lower(), 0) if "word" in parts else int(parts["month"])
    return date(year, month, int(parts["day"]))
