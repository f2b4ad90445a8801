"""Ways in which a portal fails a request or a command."""

from typing import Any

from bitrix_scrum_async.batch.parcels import Parcel
from bitrix_scrum_async.errors import OutcomeUnknown
from bitrix_scrum_async.transport.envelope import Answer
from tests.batch.playing import Portal

LOST = OutcomeUnknown("lost")
ERROR: dict[str, Any] = {
    "error": "INTERNAL_SERVER_ERROR",
    "error_description": "Internal server error",
}


class Denying(Portal):
    """Executes what it is sent, and answers `false` to each."""

    def answer(self, parcel: Parcel) -> Answer:
        super().answer(parcel)
        keys = parcel.request.params.get("cmd", {})
        return Answer(result={"result": dict.fromkeys(keys, False)} if keys else False)
