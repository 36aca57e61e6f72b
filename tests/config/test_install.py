"""Setting up says in one line what is wrong, and never takes half an installation for a whole one."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from config import install


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "requirements.txt is broken",
        ),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "disk is full",
        ),
        (
            "WARNING: Retrying ... NewConnectionError('...')\nERROR: No matching distribution",
            "does not answer",
        ),
        ("ERROR: Invalid requirement: 'django==='", "names something that is no package"),
        ("ERROR: something else", "ERROR: something else"),
    ],
)
def test_a_failure_of_pip_becomes_one_line(output: str, expected: str) -> None:
    said = install.reason(output, "requirements.txt")
    assert expected in said
    assert "\n" not in said


def test_what_nobody_can_install_is_told() -> None:
    command = [sys.executable, str(install.__file__), "everything"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "veintrace: say run or dev, not everything\n")


def test_an_old_python_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit):
        install.check_machine("run")
    assert "Python 3.11 or newer is needed, this is 3.10" in capsys.readouterr().err


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(install.shutil, "disk_usage", lambda path: SimpleNamespace(free=1024))
    monkeypatch.setattr(install, "is_current", lambda kind: False)
    with pytest.raises(SystemExit):
        install.check_machine("run")
    assert "Make room first" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["ensurepip", "venv"])
def test_a_python_without_venv_is_told(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "VENV", str(tmp_path))
    monkeypatch.setattr(install, "find_spec", lambda name: None if name == missing else find_spec(name))
    with pytest.raises(SystemExit):
        install.make_environment()
    assert "python3-venv" in capsys.readouterr().err


def test_an_installation_is_whole_only_with_its_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(install, "VENV", str(tmp_path))
    monkeypatch.setattr(install, "PYTHON", sys.executable)
    assert not install.is_current("run")
    Path(install.stamp("run")).write_text(install.mark_of("run"), encoding="ascii")
    assert install.is_current("run")
    Path(install.stamp("run")).write_text("of other pins", encoding="ascii")
    assert not install.is_current("run")


def test_the_installer_needs_nothing_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"compile(open({install.__file__!r}).read(), 'install', 'exec')"],
        check=False,
    )
    assert done.returncode == 0
