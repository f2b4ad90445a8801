"""b24pysdk, the vendor's own client, over https: what it gets from the emulator.

It speaks https only. It repeats a request after a 503, and after nothing else.
"""

from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bitrix_scrum_async.emulator import Emulator
from tests.peers.measuring import (
    GROUP,
    PYSDK,
    Note,
    created,
    names,
    sprint,
    statuses,
    stored_names,
    task,
)

pytestmark = pytest.mark.bitrix_portal(tls=True)

PEER = PYSDK
# Imported by name: where types are checked, it is not installed.
b24pysdk = import_module("b24pysdk")
errors = import_module("b24pysdk.errors")
credentials = import_module("b24pysdk.credentials")


@pytest.fixture
def stranger(bitrix_portal: Emulator, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client on a machine that does not know the certificate's authority."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    address = urlsplit(bitrix_portal.webhook)
    token = credentials.BitrixWebhook(
        domain=address.netloc, webhook_token=address.path.removeprefix("/rest/")
    )
    return b24pysdk.Client(token, initial_retry_delay=0.01, retry_delay_increment=0)


@pytest.fixture
def client(
    bitrix_portal: Emulator, stranger: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Any:
    """The client, and a group that it made."""
    authority = tmp_path / "authority.pem"
    authority.write_bytes(bitrix_portal.ca_pem)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    group = {"NAME": "Scrum", "SCRUM_MASTER_ID": 1}
    answer = stranger.get_token().call_method("sonet_group.create", group)
    assert answer["result"] == GROUP
    bitrix_portal.clear_requests()
    return stranger


def adds(client: Any, *sprints: str) -> list[Any]:
    """The calls that add these sprints."""
    return [client.tasks.api.scrum.sprint.add(fields=sprint(name)) for name in sprints]


def test_refuses_a_certificate_of_an_unknown_authority(
    bitrix_portal: Emulator, stranger: Any, note: Note
) -> None:
    with pytest.raises(errors.BitrixRequestError, match="CERTIFICATE_VERIFY_FAILED") as caught:
        _ = stranger.profile().result
    assert bitrix_portal.requests == ()
    note("an unknown certificate", f"raises {caught.typename}", table=None)


def test_adds_fifty_sprints_in_one_batch(bitrix_portal: Emulator, client: Any, note: Note) -> None:
    """It numbers the commands, so the maps of the answer come as lists."""
    rows = client.call_batch(adds(client, *names(50))).result.result
    assert [row["name"] for row in rows] == names(50)
    assert [len(request.commands) for request in bitrix_portal.requests] == [50]
    assert created(bitrix_portal) == dict.fromkeys(names(50), 1)
    note("50 adds", f"{len(rows)} rows")


@pytest.mark.parametrize("kind", ["as_list", "as_list_fast"])
def test_reads_a_list_of_tasks_by_pages(
    bitrix_portal: Emulator, client: Any, note: Note, kind: str
) -> None:
    """By offsets, or by references from each page to the last id of the page before."""
    _ = client.call_batches(
        [client.tasks.task.add(fields=task(title)) for title in names(120, "T")]
    ).result
    bitrix_portal.clear_requests()
    wanted = client.tasks.task.list(filter={"GROUP_ID": GROUP}, select=["ID", "TITLE"])
    rows = list(getattr(wanted, kind)().result)
    assert sorted(int(row["id"]) for row in rows) == list(range(1, 121))
    assert [request.method for request in bitrix_portal.requests] == [
        "tasks.task.list",
        "batch",
    ]
    case = "a list of 120 tasks" + ("" if kind == "as_list" else ", by references")
    note(case, f"{len(rows)} rows", table=None)


@pytest.mark.parametrize("kind", ["as_list", "as_list_fast"])
def test_reads_the_first_page_of_sprints_only(
    bitrix_portal: Emulator, client: Any, note: Note, kind: str
) -> None:
    """`sprint.list` tells no total, and knows no filter `>id` in lower case: it answers `[]`.

    Neither kind of list raises; the one without a total writes a warning to the log.
    """
    _ = client.call_batches(adds(client, *names(120))).result
    bitrix_portal.clear_requests()
    rows = list(getattr(client.tasks.api.scrum.sprint.list(), kind)().result)
    assert (len(rows), len(created(bitrix_portal))) == (50, 120)
    case = "a list of 120 sprints" + ("" if kind == "as_list" else ", by references")
    note(case, f"{len(rows)} rows", table=None)


def test_an_error_in_a_batch_stands_beside_the_other_answers(
    bitrix_portal: Emulator, client: Any, note: Note
) -> None:
    """A gap makes maps of the lists."""
    refused = client.tasks.api.scrum.sprint.add(fields=sprint("foreign", group_id=99))
    result = client.call_batch([*adds(client, "first"), refused, *adds(client, "last")]).result
    assert {key: row["name"] for key, row in result.result.items()} == {"0": "first", "2": "last"}
    assert result.result_error == {"1": {"error": 0, "error_description": "Access denied"}}
    assert created(bitrix_portal) == {"first": 1, "last": 1}
    note("3 adds, the second refused", f"{len(result.result)} rows and the error")


def test_an_error_of_a_direct_call_comes_with_its_text(
    bitrix_portal: Emulator, client: Any, note: Note
) -> None:
    with pytest.raises(errors.BitrixAPIBadRequest, match="Sprint not found") as caught:
        _ = client.tasks.api.scrum.sprint.get(sprint_id=999).result
    assert [(one.status, one.error) for one in bitrix_portal.requests] == [(400, 0)]
    note("a direct call refused", f"raises {caught.typename}: {caught.value}", table=None)


@pytest.mark.parametrize("fault", ["unavailable", "QUERY_LIMIT_EXCEEDED"])
def test_repeats_after_a_503(bitrix_portal: Emulator, client: Any, note: Note, fault: str) -> None:
    bitrix_portal.inject(fault)
    rows = client.call_batch(adds(client, *names(50))).result.result
    assert statuses(bitrix_portal) == [503, 200]
    assert [row["name"] for row in rows] == names(50)
    assert created(bitrix_portal) == dict.fromkeys(names(50), 1)
    note(f"50 adds, a 503 before them: {fault}", f"{len(rows)} rows")


def test_answers_of_several_batches_come_in_the_order_of_the_calls(
    bitrix_portal: Emulator, client: Any, note: Note
) -> None:
    """One batch after the other."""
    bitrix_portal.inject("unavailable")
    rows = client.call_batches(adds(client, *names(100))).result.result
    assert [row["name"] for row in rows.values()] == names(100)
    assert created(bitrix_portal) == dict.fromkeys(names(100), 1)
    note("100 adds, a 503 before the first 50", f"{len(rows)} rows in order")


@pytest.mark.parametrize("fault", ["drop", "cut", "bad_gateway", "gateway_timeout", "truncated"])
def test_leaves_open_what_became_of_a_batch_whose_answer_is_lost(
    bitrix_portal: Emulator, client: Any, note: Note, fault: str
) -> None:
    """Written once; the caller has an error, and must find out whether it was."""
    bitrix_portal.inject(fault, when="after")
    with pytest.raises(errors.BitrixSDKException) as caught:
        _ = client.call_batch(adds(client, *names(50))).result
    assert [request.executed for request in bitrix_portal.requests] == [True]
    assert created(bitrix_portal) == dict.fromkeys(names(50), 1)
    lost = "half the JSON under a 200" if fault == "truncated" else f"the answer lost: {fault}"
    note(f"50 adds, {lost}", f"raises {caught.typename}")


def test_writes_all_twice_when_the_lost_answer_is_a_503(
    bitrix_portal: Emulator, client: Any, note: Note
) -> None:
    """It takes any 503 for one of the portal's own, which come before anything is done."""
    bitrix_portal.inject("unavailable", when="after")
    rows = client.call_batch(adds(client, *names(50))).result.result
    assert [request.executed for request in bitrix_portal.requests] == [True, True]
    assert created(bitrix_portal) == dict.fromkeys(names(50), 2)
    note("50 adds, the answer lost: unavailable", f"{len(rows)} rows")


@pytest.mark.parametrize(
    ("case", "text", "becomes"),
    [
        ("name `$result[x]`", "$result[x]", "Array"),
        ("name `costs $result[x] more`", "costs $result[x] more", "costs $result[x] more"),
        ("name `see $result[KEY][id], then go`", "see $result[0][id], then go", "see 1 then go"),
    ],
)
def test_sends_texts_that_a_batch_takes_for_references(
    bitrix_portal: Emulator, client: Any, note: Note, case: str, text: str, becomes: str
) -> None:
    """It lets them through as they are, and the portal stores something else."""
    result = client.call_batch(adds(client, "before", text)).result
    assert result.result_error == []
    assert stored_names(bitrix_portal) == ["before", becomes]
    note(f"{case} in a batch", f"stored as `{becomes}`", table=None)


def test_a_direct_call_keeps_such_a_text(bitrix_portal: Emulator, client: Any, note: Note) -> None:
    [add] = adds(client, "$result[x]")
    assert add.result["name"] == "$result[x]"
    [stored] = stored_names(bitrix_portal)
    assert stored == "$result[x]"
    note("name `$result[x]` alone", f"stored as `{stored}`", table=None)


@pytest.mark.bitrix_portal(partial_macro="crash")
def test_gives_up_on_a_batch_that_a_text_kills(
    bitrix_portal: Emulator, client: Any, note: Note
) -> None:
    """On PHP 8 such a text ends the batch with a 500; what ran before stays, and is not told."""
    with pytest.raises(errors.BitrixSDKException) as caught:
        _ = client.call_batch(adds(client, "before", "costs $result[x] more")).result
    assert statuses(bitrix_portal) == [500]
    assert created(bitrix_portal) == {"before": 1}
    note("a text in a batch that PHP 8 dies of", f"raises {caught.typename}")
