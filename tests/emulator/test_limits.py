"""The arithmetic of the limits."""

import pytest

from bitrix_scrum_async.emulator.limits import LeakyBucket, Limits, OperatingTime


def test_a_request_that_finds_more_than_the_threshold_is_refused() -> None:
    bucket = LeakyBucket(50, 2)
    assert all(bucket.take(100.0) for _ in range(51))  # the 51st finds 50, which is not more
    assert not bucket.take(100.0)


def test_the_bucket_leaks_and_refused_requests_do_not_count() -> None:
    bucket = LeakyBucket(50, 2)
    for _ in range(60):
        bucket.take(100.0)
    assert bucket.level(100.0) == 51
    assert bucket.take(100.5)
    assert not bucket.take(100.5)
    assert bucket.level(1000.0) == 0


def test_refused_requests_may_be_made_to_count() -> None:
    bucket = LeakyBucket(1, 1, counts_refused=True)
    assert [bucket.take(100.0) for _ in range(5)] == [True, True, False, False, False]
    assert bucket.level(100.0) == 5


def test_a_steady_rate_at_the_leak_is_never_refused() -> None:
    bucket = LeakyBucket(50, 2)
    assert all(bucket.take(100.0 + n / 2) for n in range(1000))


def test_a_filled_bucket_refuses_the_next_request_for_one_second() -> None:
    bucket = LeakyBucket(50, 2)
    bucket.fill(100.0)
    assert not bucket.take(100.9)
    assert bucket.take(101.0)


def test_operating_time_adds_up_over_ten_minutes() -> None:
    time = OperatingTime()
    for minute in range(12):
        time.add(1_200.0 + 60 * minute, 10.0)
    # Minutes 2 to 11 are left at the twelfth; 0 and 1 were forgotten 600 s after their call.
    assert time.total(1_200.0 + 60 * 11) == 100.0
    assert time.reset_at(1_200.0 + 60 * 11) == 1_200 + 60 * 2 + 600
    assert time.total(1_200.0 + 60 * 11 + 600) == 0


def test_calls_within_one_minute_share_a_bucket_that_leaves_600_s_after_its_first() -> None:
    time = OperatingTime()
    time.add(1_200.0, 5.0)
    time.add(1_259.0, 7.0)
    assert time.total(1_799.9) == 12.0
    assert time.total(1_800.0) == 0


def test_a_tenth_of_a_second_or_less_is_not_recorded() -> None:
    time = OperatingTime()
    time.add(1_200.0, 0.1)
    assert time.total(1_200.0) == 0
    assert time.reset_at(1_200.0) == 1_800


def test_named_limits() -> None:
    assert Limits.named("cloud") == Limits(threshold=50, per_second=2, operating_seconds=480)
    assert Limits.named("enterprise").threshold == 250
    assert Limits.named("off").request_seconds is None


@pytest.mark.parametrize("bad", [{"threshold": -1}, {"per_second": 0}, {"request_seconds": -5}])
def test_a_senseless_limit_is_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(bad))):
        Limits(**bad)  # type: ignore[arg-type]  # the table mixes the fields
