"""Runs the blocks of a page against an emulated portal, one after the other, as a reader would."""

import ast
import contextlib
import inspect
import io
import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from types import CodeType
from typing import Any, cast
from unittest.mock import patch

import attrs
import orjson
import yaml
from anyio import to_thread

from bitrix_scrum_async.cli.commands import run
from bitrix_scrum_async.emulator import Emulator
from bitrix_scrum_async.importer import Plan
from bitrix_scrum_async.importer.convert.mapping import Mapping
from bitrix_scrum_async.importer.files import yaml_source
from bitrix_scrum_async.transport import limits
from tests.docs.pages import ROOT, Block, PageError
from tests.docs.shell import check_command, commands

WEBHOOK = "https://acme.bitrix24.com/rest/1/abc123/"
"""The webhook of all pages; the emulator's takes its place."""

ENDPOINT = "https://acme.bitrix24.com/rest/"
"""The address of an application's calls on all pages; the same."""

_MAIN = "from bitrix_scrum_async.cli import main; main()"
_SECONDS = 60


@attrs.define
class Running:
    """A page that is being run, in a folder of its own, which is the working directory.

    Attributes:
        emulator: The portal that the page talks to.
        names: What the page's Python sees.
        given: What it sees anew in each block, whatever the blocks before made of it.
        output: What the last block printed; ``None`` where it ran nothing.
        files: Files that were written and that nothing has used yet, with their blocks.
    """

    emulator: Emulator
    names: dict[str, Any]
    given: dict[str, Any] = attrs.field(factory=dict[str, Any])
    output: str | None = None
    files: dict[str, Block] = attrs.field(factory=dict[str, Block])
    environment: dict[str, str] = attrs.field(factory=lambda: dict(os.environ))

    def __attrs_post_init__(self) -> None:
        self.environment["BITRIX24_WEBHOOK"] = self.emulator.webhook
        self.environment["COLUMNS"] = "80"

    async def run(self, block: Block) -> None:
        """Run a block, or check what it shows.

        Raises:
            PageError: It is no block that can be run or checked.
        """
        self._use(block)
        if block.file is not None:
            self._write(block, block.file)
            return
        match block.language:
            case "python" | "hidden":
                await self._python(block)
            case "sh":
                # In a thread: commands have event loops of their own.
                self.output = await to_thread.run_sync(self._commands, block)
            case "text" if block.picture:
                check_picture(block)
            case "text":
                self._compare(block)
            case "yaml":
                self._yaml(block)
            case "json":
                for line in documents(block.code):
                    orjson.loads(line)
            case "toml":
                tomllib.loads(block.code)
            case other:
                raise PageError(f"{block}: nobody knows how to run {other or 'a block of no'!r}")

    def end(self) -> None:
        """Make sure that whatever was written was used.

        Raises:
            PageError: A file was not.
        """
        for name, block in self.files.items():
            raise PageError(f"{block}: nothing runs or reads {name}")

    def _write(self, block: Block, name: str) -> None:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._own(block.code), encoding="utf-8")
        self.files[name] = block

    def _own(self, code: str) -> str:
        own = {WEBHOOK: self.emulator.webhook, ENDPOINT: self.emulator.endpoint, ".venv/bin/": ""}
        for shown, real in own.items():
            code = code.replace(shown, real)
        return code

    def _use(self, block: Block) -> None:
        for name in [*self.files]:
            module = name.removesuffix(".py").replace("/", ".")
            if re.search(rf"\b({re.escape(name)}|{re.escape(module)})\b", block.code):
                del self.files[name]

    async def _python(self, block: Block) -> None:
        self.names.update(self.given)
        printed = io.StringIO()
        code = compiled(block, self._own(block.code))
        with contextlib.redirect_stdout(printed):
            result = eval(code, self.names)  # noqa: S307 - our own page
            if inspect.isawaitable(result):
                await result
        if block.language == "python" or printed.getvalue():
            self.output = printed.getvalue()

    def _compare(self, block: Block) -> None:
        if self.output is None:
            raise PageError(f"{block}: a text that no block above it printed")
        shown = re.escape(block.code.strip()).replace(r"\.\.\.", ".*?")
        if not re.fullmatch(shown, trimmed(self.output), re.DOTALL):
            raise PageError(f"{block}: shows\n{block.code}\nand printed was\n{self.output}")
        self.output = None

    def _yaml(self, block: Block) -> None:
        shown: object = yaml.safe_load(block.code)
        names = cast("set[object]", {*shown}) if isinstance(shown, dict) else set[object]()
        if "source" in names:
            Mapping.read(yaml_source(block.page, block.code))
        elif "groups" in names:
            Path("plan.yaml").write_text(block.code, encoding="utf-8")
            Plan.load("plan.yaml").check()
        else:
            raise PageError(f"{block}: neither a plan nor a mapping")

    def _commands(self, block: Block) -> str:
        return "".join(self._command(block, line) for line in commands(block.code))

    def _command(self, block: Block, line: str) -> str:
        words = shlex.split(self._own(line))
        match words:
            case ["export", assignment]:
                name, _, value = assignment.partition("=")
                self.environment[name] = value
            case ["bitrix-scrum", "emulator", *rest]:
                return self._emulator(rest)
            case ["bitrix-scrum", *rest]:
                return self._main(block, rest)
            case ["python", *rest]:
                return self._run(block, [sys.executable, *rest])
            case ["pytest", *rest] if any(Path(word).exists() for word in rest):
                plain = ["-p", "no:cacheprovider", "-p", "no:xdist"]
                return self._run(block, [sys.executable, "-m", "pytest", *plain, *rest])
            case _ if "&&" in words:
                parts = [part.strip() for part in line.split("&&")]
                return "".join(self._command(block, part) for part in parts)
            case _ if ">" in words or "|" in words:
                main = f'{shlex.quote(sys.executable)} -c "{_MAIN}"'
                script = re.sub(r"\bbitrix-scrum\b", main, self._own(line))
                return self._run(block, ["bash", "-c", script])
            case _:
                check_command(block, words)
        return ""

    def _main(self, block: Block, arguments: list[str]) -> str:
        """Run our own command in this process: a reader's page has many of them."""
        printed, said = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with (
            patch.object(sys, "argv", ["bitrix-scrum", *arguments]),
            patch.dict(os.environ, self.environment),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(said),
        ):
            code = run()
        # A process remembers what it sent to a portal; a reader's next command is another one.
        limits._buckets.clear()  # pyright: ignore[reportPrivateUsage]
        texts: list[str] = []
        for stream in (printed, said):
            stream.seek(0)
            texts.append(stream.read())
        if code:
            raise PageError(f"{block}: {arguments} ended with {code}\n{texts[0]}\n{texts[1]}")
        return texts[0]

    def _run(self, block: Block, arguments: list[str]) -> str:
        done = subprocess.run(  # noqa: S603 - our own page
            arguments,
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode:
            said = f"{done.stdout}\n{done.stderr}"
            raise PageError(f"{block}: {arguments[1:]} ended with {done.returncode}\n{said}")
        return done.stdout

    def _emulator(self, arguments: list[str]) -> str:
        """Start one, read what it says, and end it as a reader would."""
        with subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-u", "-c", _MAIN, "emulator", "--port", "0", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            printed = ""
            for line in process.stdout:
                printed += line
                if "Ctrl-C" in line:
                    break
            process.send_signal(signal.SIGINT)
            assert process.wait(_SECONDS) == 0
        return printed


def compiled(block: Block, code: str) -> CodeType:
    """The block's code, where ``await`` may stand at the top, with the page's own line numbers."""
    source = "\n" * block.line + code
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code_object: CodeType = compile(source, block.page, "exec", flags=flags, dont_inherit=True)
    return code_object


def documents(code: str) -> list[str]:
    """The JSON documents of a block: one, or one on each line."""
    try:
        orjson.loads(code)
    except orjson.JSONDecodeError:
        return code.splitlines()
    return [code]


def trimmed(output: str) -> str:
    """What was printed, without blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in output.strip().splitlines())


def check_picture(block: Block) -> None:
    """Check that the files and folders of the package that a drawing names are there.

    Raises:
        PageError: One is not.
    """
    package = ROOT / "bitrix_scrum_async"
    for name in re.findall(r"\b[\w/]+(?:\.py\b|/(?=\s))", block.code):
        if not (package / name).exists() and not (ROOT / name).exists():
            raise PageError(f"{block}: {name} is not there")
