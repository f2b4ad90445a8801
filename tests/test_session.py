"""The front door: calls alone and in batches against the emulator, over HTTP."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, cast

import aiohttp
import anyio
import pytest

from bitrix_scrum_async import (
    Backlog,
    BacklogNotFound,
    BatchError,
    BatchLimits,
    Call,
    DependencyFailed,
    Effect,
    Epic,
    Event,
    InvalidCall,
    InvalidCredentials,
    Limits,
    MethodNotFound,
    NotExecuted,
    OutcomeUnknown,
    OverloadLimit,
    PortalMoved,
    PortalSession,
    RequestAnswered,
    RequestLost,
    RequestRetried,
    RequestSent,
    RetryPolicy,
    Sprint,
    SprintNotFound,
    Timeouts,
    Waited,
    Webhook,
)
from bitrix_scrum_async.emulator import Emulator
from tests.clocks import VirtualClock
from tests.sprints import sprint

pytestmark = pytest.mark.anyio


@pytest.fixture
async def emulator() -> AsyncGenerator[Emulator, None]:
    async with Emulator() as emulator:
        yield emulator


@pytest.fixture
async def portal(emulator: Emulator) -> AsyncGenerator[PortalSession, None]:
    async with PortalSession(emulator.webhook) as portal:
        yield portal


@pytest.fixture
async def group(portal: PortalSession, emulator: Emulator) -> int:
    """A Scrum group; what making it took is not listed."""
    group_id = await portal.groups.create(name="Mobile app", scrum_master_id=1)
    emulator.clear_requests()
    return group_id


async def test_one_call_is_one_request(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    backlog = await portal.backlogs.add(group, created_by=1)
    assert isinstance(backlog, Backlog)
    assert backlog.group_id == group
    assert [request.method for request in emulator.requests] == ["tasks.api.scrum.backlog.add"]


async def test_send_is_await(portal: PortalSession, group: int) -> None:
    added = await portal.send(sprint(portal, group=group))
    assert await portal.sprints.get(added.id) == added


async def test_an_error_of_the_portal_is_raised_as_what_it_means(
    portal: PortalSession, group: int
) -> None:
    with pytest.raises(BacklogNotFound) as caught:
        await portal.backlogs.get(group)
    assert (caught.value.code, caught.value.status) == ("0", 400)
    assert caught.value.method == "tasks.api.scrum.backlog.get"


async def test_any_method_can_be_called_with_plain_json(portal: PortalSession) -> None:
    profile = await portal.call("profile", effect=Effect.READ)
    assert profile["ID"] == "1"
    with pytest.raises(MethodNotFound):
        await portal.call("tasks.api.scrum.sprint.nope")


async def test_a_batch_is_one_request_and_keeps_the_order(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    names = [f"Sprint {n}" for n in range(50)]
    sprints = await portal.batch(*(sprint(portal, name, group) for name in names))
    assert [record.name for record in sprints] == names
    assert [request.method for request in emulator.requests] == ["batch"]
    assert len(emulator.requests[0].commands) == 50


async def test_more_than_fifty_calls_are_more_than_one_request(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    names = [f"Sprint {n}" for n in range(120)]
    sprints = await portal.batch(*(sprint(portal, name, group) for name in names))
    assert [record.name for record in sprints] == names
    assert sorted(len(request.commands) for request in emulator.requests) == [20, 50, 50]


async def test_no_calls_make_no_request(portal: PortalSession, emulator: Emulator) -> None:
    assert await portal.batch() == ()
    assert emulator.requests == ()


async def test_calls_refer_to_each_other_in_one_request(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    await portal.backlogs.add(group, created_by=1)
    task = await portal.tasks.add(title="Log in", responsible_id=1, group_id=group)
    emulator.clear_requests()
    added = sprint(portal, group=group)
    epic = portal.epics.add(group_id=group, name="Sign-in")
    place = portal.scrum_tasks.update(
        task.id, entity_id=added.ref("id"), epic_id=epic.ref("id"), story_points="3"
    )
    first, second, third = await portal.batch(added, epic, place)
    assert isinstance(first, Sprint)
    assert isinstance(second, Epic)
    assert third is None
    assert len(emulator.requests) == 1
    placed = await portal.scrum_tasks.get(task.id)
    assert (placed.entity_id, placed.epic_id, placed.story_points) == (first.id, second.id, "3")


async def test_a_failing_dependency_touches_no_other_record(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    """The emulator does as a portal: without `halt`, the macro of a failed command means id 1."""
    assert group == 1
    naive = {
        "halt": 0,
        "cmd": {
            "first": "profile",
            "a": "tasks.api.scrum.sprint.get?id=999",
            "b": "tasks.api.scrum.epic.add?fields[groupId]=$result[a][groupId]&fields[name]=x",
        },
    }
    answer = await portal.call("batch", naive)
    assert answer["result"]["b"]["groupId"] == 1
    emulator.clear_requests()

    missing = portal.sprints.get(999)
    with pytest.raises(BatchError) as caught:
        await portal.batch(
            portal.users.current(),
            missing,
            portal.epics.add(group_id=missing.ref("group_id"), name="Strayed"),
        )
    assert [type(outcome.error) for outcome in caught.value.outcomes] == [
        type(None),
        SprintNotFound,
        DependencyFailed,
    ]
    assert not any(epic.name == "Strayed" for epic in emulator.state.epics.values())


async def test_errors_stand_in_their_places_on_request(portal: PortalSession, group: int) -> None:
    added = await sprint(portal, group=group)
    found, missing = await portal.batch(
        portal.sprints.get(added.id), portal.sprints.get(999), return_exceptions=True
    )
    assert found == added
    assert isinstance(missing, SprintNotFound)
    assert missing.call is not None
    assert missing.call.method == "tasks.api.scrum.sprint.get"


async def test_a_failed_batch_says_how_many_and_keeps_every_outcome(
    portal: PortalSession, group: int
) -> None:
    added = await sprint(portal, group=group)
    with pytest.raises(
        BatchError, match=r"^1 of 2 calls failed; the first: .*Sprint not found"
    ) as caught:
        await portal.batch(portal.sprints.get(added.id), portal.sprints.get(999))
    first, second = caught.value.outcomes
    assert first.unwrap() == added
    with pytest.raises(SprintNotFound):
        second.unwrap()


async def test_halt_ends_after_the_first_error(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    results = await portal.batch(
        sprint(portal, "before", group),
        portal.sprints.get(999),
        sprint(portal, "after", group),
        halt=True,
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [Sprint, SprintNotFound, NotExecuted]
    assert emulator.state.created["sprint", group, "after"] == 0


@pytest.mark.parametrize(
    "text", ["pay $result[c0][id] now", "$total[x]", "$error_description[0]", "100 % + & = # ö 😀"]
)
async def test_a_text_is_stored_as_it_was_given(
    portal: PortalSession, emulator: Emulator, group: int, text: str
) -> None:
    results = await portal.batch(
        *(portal.epics.add(group_id=group, name=text, description=text) for _ in range(3))
    )
    assert {(record.name, record.description) for record in results} == {(text, text)}
    assert emulator.state.created["epic", group, text] == 3


async def test_a_call_with_a_reference_cannot_go_alone(portal: PortalSession, group: int) -> None:
    added = sprint(portal, group=group)
    with pytest.raises(InvalidCall, match="send both with `batch`"):
        await portal.sprints.start(added.ref("id"))
    added.handed_over = True


async def test_a_call_of_another_session_is_refused(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    async with Emulator() as elsewhere, PortalSession(elsewhere.webhook) as other:
        with pytest.raises(InvalidCall, match="built by another session"):
            await portal.batch(sprint(portal, group=group), sprint(other, group=group))
        with pytest.raises(InvalidCall, match="built by another session"):
            await portal.send(sprint(other, group=group))
        (outcome,) = [outcome async for outcome in portal.stream([sprint(other, group=group)])]
        assert isinstance(outcome.error, InvalidCall)
        assert not elsewhere.requests
    assert emulator.state.created["sprint", group, "Sprint 1"] == 0


async def test_a_list_instead_of_calls_is_told(portal: PortalSession, emulator: Emulator) -> None:
    with pytest.raises(InvalidCall, match="one by one"):
        await portal.batch(cast("Call[Any]", []))
    assert emulator.requests == ()


async def test_a_write_is_sent_once(portal: PortalSession, emulator: Emulator, group: int) -> None:
    added = sprint(portal, group=group)
    await added
    with pytest.raises(InvalidCall, match="was sent before"):
        await added
    assert emulator.state.created["sprint", group, "Sprint 1"] == 1
    read = portal.users.current()
    assert await read == await read


async def test_a_write_that_was_refused_may_be_sent_again(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    emulator.inject("OVERLOAD_LIMIT", match="tasks.api.scrum.sprint.add")
    added = sprint(portal, group=group)
    with pytest.raises(OverloadLimit):
        await added
    assert (await added).name == "Sprint 1"


@pytest.mark.parametrize("effect", ["write", Effect.WRITE])
async def test_an_effect_may_be_given_as_its_word(
    portal: PortalSession, emulator: Emulator, effect: Any
) -> None:
    emulator.inject("drop", match="batch", when="after")
    params = {"NAME": "Twice?", "SCRUM_MASTER_ID": 1}
    calls = [portal.call("sonet_group.create", params, effect=effect) for _ in range(2)]
    await portal.batch(*calls, return_exceptions=True)
    assert emulator.executed["sonet_group.create"] == 2


def test_an_unknown_effect_is_refused() -> None:
    portal = PortalSession("https://acme.example/rest/1/abc/")
    with pytest.raises(InvalidCall, match=r"pass Effect\.READ"):
        portal.call("m", effect=cast("Effect", "often"))


@pytest.mark.parametrize("method", ["", "m?x=1", "m#x", "../m", "m.json", "m/", "m\n", "m.", "ö"])
def test_what_is_no_methods_name_is_refused(method: str) -> None:
    portal = PortalSession("https://acme.example/rest/1/abc/")
    with pytest.raises(InvalidCall, match="is no method's name"):
        portal.call(method)


async def test_an_answer_lost_after_a_write_is_not_sent_again(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    emulator.inject("drop", match="tasks.api.scrum.sprint.add", when="after")
    with pytest.raises(OutcomeUnknown):
        await sprint(portal, group=group)
    assert emulator.state.created["sprint", group, "Sprint 1"] == 1


async def test_an_answer_lost_after_a_batch_tells_writes_from_reads(
    portal: PortalSession, emulator: Emulator, group: int
) -> None:
    await portal.backlogs.add(group, created_by=1)
    emulator.inject("drop", match="batch", when="after")
    results = await portal.batch(
        sprint(portal, group=group), portal.backlogs.get(group), return_exceptions=True
    )
    assert [type(result) for result in results] == [OutcomeUnknown, Backlog]
    assert emulator.state.created["sprint", group, "Sprint 1"] == 1


@pytest.mark.parametrize("together", [False, True], ids=["alone", "in a batch"])
async def test_a_deletion_whose_answer_was_lost_is_done(
    portal: PortalSession, emulator: Emulator, group: int, together: bool
) -> None:
    """Every deletion: repeated after a lost answer, it finds nothing, and that is success."""
    added = await sprint(portal, group=group)
    epic = await portal.epics.add(group_id=group, name="Sign-in")
    for delete in (
        portal.sprints.delete(added.id),
        portal.epics.delete(epic.id),
        portal.groups.delete(group),
    ):
        emulator.inject("drop", when="after")
        if together:
            await portal.batch(delete, portal.call("profile", effect=Effect.READ))
        else:
            await delete
    assert emulator.state.groups.get(group) is None


async def test_a_redirect_is_an_error_that_names_the_new_host(
    portal: PortalSession, emulator: Emulator
) -> None:
    emulator.inject("redirect", location="https://new.example/rest/1/secret/profile")
    with pytest.raises(PortalMoved) as caught:
        await portal.call("profile")
    assert caught.value.location == "https://new.example"
    assert "secret" not in str(caught.value)


async def test_wrong_credentials_are_told_without_showing_them(emulator: Emulator) -> None:
    async with PortalSession(f"{emulator.endpoint}1/wrongcode/") as portal:
        with pytest.raises(InvalidCredentials) as caught:
            await portal.call("profile")
    assert "wrongcode" not in f"{caught.value!r} {caught.value} {portal!r}"


async def test_concurrent_calls_share_the_session(portal: PortalSession, group: int) -> None:
    async with anyio.create_task_group() as tasks:
        for n in range(30):
            tasks.start_soon(portal.send, sprint(portal, f"Sprint {n}", group))
    found = [record async for record in portal.sprints.all(filter={"group_id": group})]
    assert len({record.name for record in found}) == 30


async def test_the_portal_never_refuses_what_went_through_the_bucket() -> None:
    async with Emulator(limits="cloud") as emulator:
        limits = Limits(burst=50, per_second=2.0)
        async with PortalSession(emulator.webhook, limits=limits) as portal:
            for _ in range(50):
                await portal.call("profile", effect=Effect.READ)
    assert {request.status for request in emulator.requests} == {200}


async def test_an_http_client_that_was_given_is_used_and_left_open(emulator: Emulator) -> None:
    async with aiohttp.ClientSession() as client:
        async with PortalSession(emulator.webhook, http=client) as portal:
            await portal.call("profile", effect=Effect.READ)
        assert not client.closed


async def test_the_stats_tell_what_was_sent(portal: PortalSession, group: int) -> None:
    before = portal.stats
    await portal.batch(*(sprint(portal, f"Sprint {n}", group) for n in range(60)))
    after = portal.stats
    assert after.requests - before.requests == 2
    assert after.commands - before.commands == 60
    assert after.batches - before.batches == 2
    assert after.retries == 0


@pytest.mark.parametrize("host", ["acme.example", "192.168.0.7"])
def test_plain_http_to_another_machine_is_refused(host: str) -> None:
    address = f"http://{host}/rest/1/secretcode/"
    with pytest.raises(InvalidCall, match="allow_http=True") as caught:
        PortalSession(address)
    assert "secretcode" not in str(caught.value)
    PortalSession(address, allow_http=True)


def test_a_session_shows_its_portal_and_not_its_secret() -> None:
    portal = PortalSession(Webhook("https://acme.example/rest/7/secretcode/"))
    assert repr(portal) == "PortalSession(Webhook('https://acme.example/rest/7/***/'))"
    assert portal.host == "acme.example"
    assert PortalSession("https://acme.example:8443/rest/7/x/").host == "acme.example:8443"


class TestFromEnv:
    """`PortalSession.from_env`."""

    @pytest.fixture(autouse=True)
    def nothing_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("BITRIX24_WEBHOOK", raising=False)
        monkeypatch.delenv("BITRIX24_WEBHOOK_FILE", raising=False)

    def test_the_variable_holds_the_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BITRIX24_WEBHOOK", "https://acme.example/rest/1/abc/")
        assert PortalSession.from_env(limits=Limits.enterprise()).host == "acme.example"

    def test_or_a_file_does(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        file = tmp_path / "webhook"
        file.write_text("https://acme.example/rest/1/abc/\n", encoding="utf-8")
        monkeypatch.setenv("BITRIX24_WEBHOOK_FILE", str(file))
        assert PortalSession.from_env().host == "acme.example"

    def test_nothing_set_says_what_to_set(self) -> None:
        with pytest.raises(InvalidCall, match="set BITRIX24_WEBHOOK"):
            PortalSession.from_env()

    @pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"not an address"])
    def test_a_file_that_does_not_serve_says_why(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
    ) -> None:
        file = tmp_path / "webhook"
        if content is not None:
            file.write_bytes(content)
        monkeypatch.setenv("BITRIX24_WEBHOOK_FILE", str(file))
        with pytest.raises(InvalidCall):
            PortalSession.from_env()


async def test_a_list_of_sprints_with_select_is_refused_by_name_too() -> None:
    """The portal would fill what is not selected with zeros and the time of now."""
    portal = PortalSession("https://acme.example/rest/1/code/")
    with pytest.raises(InvalidCall, match="select"):
        portal.call("tasks.api.scrum.sprint.LIST", {"select": ["ID"]})


@pytest.mark.parametrize("method", [None, 5, "", "a b", "../profile", "profile?auth=1"])
def test_what_is_no_name_of_a_method_is_refused(method: Any) -> None:
    portal = PortalSession("https://acme.example/rest/1/code/")
    with pytest.raises(InvalidCall, match="no method's name"):
        portal.call(method, {"x": 1})


async def test_a_closed_session_holds_no_other_back() -> None:
    clock = VirtualClock()
    async with Emulator(limits="off") as emulator:
        async with PortalSession(
            emulator.webhook, limits=Limits(burst=1, per_second=0.1), clock=clock
        ) as strict:
            await strict.users.current()
        async with PortalSession(emulator.webhook, clock=clock) as portal:
            await portal.users.current()
    assert clock.slept == []


def test_settings_are_taken_in_the_order_that_is_documented() -> None:
    assert Limits(5, 1.0, 3, 60.0) == Limits(
        burst=5, per_second=1.0, concurrency=3, operating_seconds=60.0
    )
    assert BatchLimits(10) == BatchLimits(max_commands=10)
    assert Timeouts(1.0, 2.0, 3.0) == Timeouts(connect=1.0, answer=2.0, total=3.0)
    assert RetryPolicy(2, 30.0) == RetryPolicy(attempts=2, max_wait=30.0)


async def test_what_a_batch_sends_again_is_told_like_every_repeat() -> None:
    clock, events = VirtualClock(), list[Event]()
    async with (
        Emulator(limits="off") as emulator,
        PortalSession(emulator.webhook, clock=clock, on_event=events.append) as portal,
    ):
        emulator.inject("drop", when="after")
        await portal.batch(portal.users.current(), portal.users.current())
        stats = portal.stats
    assert [type(event) for event in events if not isinstance(event, Waited)] == [
        RequestSent,
        RequestLost,
        RequestRetried,
        RequestSent,
        RequestAnswered,
    ]
    (waited,) = (event for event in events if isinstance(event, Waited))
    assert waited.cause == "failure"
    assert [waited.seconds] == pytest.approx(clock.slept)
    assert stats.waited["failure"] == pytest.approx(waited.seconds)
