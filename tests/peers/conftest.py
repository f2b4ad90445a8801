"""Other libraries' clients against the emulator: `nox -s peers`, and in no other run.

The peers are installed in that session only, so the rest of the tests leaves this folder out.
"""

from pathlib import Path

import pytest

from bitrix_scrum_async.emulator import Emulator
from tests.peers.measuring import Finding, Note, as_markdown, counted

_FINDINGS = pytest.StashKey[list[Finding]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where to keep what was measured."""
    parser.addoption(
        "--peers-report", type=Path, metavar="FILE", help="write what the peers got, in Markdown"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin an empty table."""
    config.stash[_FINDINGS] = []


@pytest.fixture
def note(request: pytest.FixtureRequest, bitrix_portal: Emulator) -> Note:
    """Puts what a peer got into the table, beside what the portal counted."""
    findings = request.config.stash[_FINDINGS]
    peer: str = request.node.module.PEER

    def write(case: str, got: str, *, table: str | None = "sprint") -> None:
        findings.append(Finding(peer, case, f"{got}; {counted(bitrix_portal, table)}"))

    return write


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Show the table, and keep it where that was asked for."""
    findings = config.stash[_FINDINGS]
    if not findings:
        return
    table = as_markdown(findings)
    terminalreporter.section("what the peers got")
    terminalreporter.write(table)
    path: Path | None = config.getoption("--peers-report")
    if path is not None:
        path.write_text(table, encoding="utf-8")
