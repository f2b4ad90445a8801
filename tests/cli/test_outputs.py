"""Files that a command writes."""

import os
from pathlib import Path

import pytest

from bitrix_scrum_async.cli.outputs import check_output, write_whole, wrote_whole
from bitrix_scrum_async.importer import PlanError


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "out.txt"
    file.write_text("before", encoding="utf-8")

    def fail(draft: Path) -> None:
        draft.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    with pytest.raises(PlanError, match=r"out\.txt: cannot be written: No space left on device"):
        write_whole(file, fail)
    assert [each.name for each in tmp_path.iterdir()] == ["out.txt"]
    assert file.read_text(encoding="utf-8") == "before"
    write_whole(file, lambda draft: draft.write_text("after", encoding="utf-8"))
    assert file.read_text(encoding="utf-8") == "after"


def test_after_work_a_file_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wrote_whole(tmp_path / "out.txt", Path.touch)
    assert not wrote_whole(tmp_path / "none" / "out.txt", Path.touch)
    assert "out.txt: cannot be written: No such file" in capsys.readouterr().err


def test_what_cannot_be_written_is_refused_beforehand(tmp_path: Path) -> None:
    file = tmp_path / "out.txt"
    check_output(file, overwrite=False)
    for path, said in (
        (tmp_path, "it is a folder"),
        (tmp_path / "none" / "out.txt", "there is no folder"),
    ):
        with pytest.raises(PlanError, match=said):
            check_output(path, overwrite=True)
    file.touch()
    check_output(file, overwrite=True)
    with pytest.raises(PlanError, match="--force"):
        check_output(file, overwrite=False)
    with pytest.raises(PlanError, match="is read by this command"):
        check_output(file, overwrite=True, inputs=(tmp_path / "x" / ".." / "out.txt",))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="everything may be written")
def test_a_folder_that_takes_no_files(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(PlanError, match="takes no files"):
        check_output(tmp_path / "out.txt", overwrite=True)
