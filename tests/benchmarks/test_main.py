"""Which benchmarks are run when names are given."""

import pytest

from benchmarks.__main__ import BENCHMARKS, chosen


@pytest.mark.parametrize(
    ("arguments", "names"),
    [([], BENCHMARKS), (["linear_cost"], ("linear_cost",)), (["decoding"] * 2, ("decoding",) * 2)],
)
def test_those_that_are_named_run_or_all(arguments: list[str], names: tuple[str, ...]) -> None:
    assert chosen(arguments) == names


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [(["--help"], 0, "usage: python -m benchmarks"), (["memory"], 2, "no benchmark memory")],
)
def test_nothing_runs_for_help_or_a_wrong_name(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        chosen(arguments)
    assert ended.value.code == code
    assert said in "".join(capsys.readouterr())
