"""What (status, body) means."""

import pytest

from bitrix_scrum_async.errors import (
    BitrixScrumError,
    InvalidCredentials,
    OutcomeUnknown,
    PortalError,
    PortalMoved,
    QueryLimitExceeded,
    SprintNotFound,
    UnexpectedAnswer,
)
from bitrix_scrum_async.transport.envelope import read_answer


def test_a_success_has_result_and_time() -> None:
    body = b'{"result": [1], "total": 137, "next": 50, "time": {"operating": 0.12}}'
    answer = read_answer(200, body, method="m")
    assert answer.result == [1]
    assert answer.time == {"operating": 0.12}


@pytest.mark.parametrize("time", [b"", b', "time": []', b', "time": null'])
def test_the_portal_need_not_account_for_its_time(time: bytes) -> None:
    assert read_answer(200, b'{"result": 1' + time + b"}", method="m").time == {}


@pytest.mark.parametrize("result", [b"null", b"[]", b"false", b"0", b'""'])
def test_an_empty_result_is_a_result(result: bytes) -> None:
    assert not read_answer(200, b'{"result": ' + result + b"}", method="m").result


@pytest.mark.parametrize("code", [b"0", b'"0"', b'""', b"null"])
def test_the_key_tells_an_error_whatever_its_code(code: bytes) -> None:
    body = b'{"error": ' + code + b', "error_description": "Sprint not found"}'
    with pytest.raises(SprintNotFound) as caught:
        read_answer(400, body, method="tasks.api.scrum.sprint.get")
    assert caught.value.status == 400
    assert caught.value.method == "tasks.api.scrum.sprint.get"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, b'{"error": "QUERY_LIMIT_EXCEEDED"}', QueryLimitExceeded),
        (401, b'{"error": "INVALID_CREDENTIALS"}', InvalidCredentials),
        (500, b'{"error": "ERROR_UNEXPECTED_ANSWER"}', UnexpectedAnswer),
        (200, b'{"error": "SOMETHING_NEW", "error_description": "?"}', PortalError),
        # A page of the web server in front with a 4xx: the portal never saw the call.
        (413, b"<html>Request Entity Too Large</html>", PortalError),
        (404, b"<html>nginx</html>", PortalError),
        # Everything else that is not the portal's JSON may come after executing.
        (200, b"<html>busy</html>", OutcomeUnknown),
        (502, b"<html>Bad Gateway</html>", OutcomeUnknown),
        (504, b"<html>Gateway Time-out</html>", OutcomeUnknown),
        (200, b"", OutcomeUnknown),
        (200, b'{"result": [1, 2', OutcomeUnknown),
        (400, b'{"error": 0, "error_descr', OutcomeUnknown),
        (200, b"[]", OutcomeUnknown),
        (200, b"{}", OutcomeUnknown),
        (200, b"\xff\xfe", OutcomeUnknown),
    ],
)
def test_other_answers_are_errors(status: int, body: bytes, error: type[BitrixScrumError]) -> None:
    with pytest.raises(error):
        read_answer(status, body, method="m")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_says_where_the_portal_went(status: int) -> None:
    with pytest.raises(PortalMoved) as caught:
        read_answer(status, b"", method="m", location="https://new.example")
    assert caught.value.location == "https://new.example"
