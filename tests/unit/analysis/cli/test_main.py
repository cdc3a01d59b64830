"""What becomes of a failure: one line on stderr and an exit code, whatever the failure says."""

from __future__ import annotations

import io
import sys
import types
from collections.abc import Callable

import click
import pytest

from analysis.cli import main as main_module
from analysis.errors import SignalError
from sensor.errors import SessionFileError

Fail = Callable[[BaseException], tuple[int, str, str]]


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Fail:
    """Run a command that ends with the given error; returns exit code, stdout, stderr."""

    def call(error: BaseException, *options: str) -> tuple[int, str, str]:
        @click.command()
        def command() -> None:
            raise error

        module = types.ModuleType("failing")
        module.__dict__["command"] = command
        monkeypatch.setitem(sys.modules, "failing", module)
        monkeypatch.setitem(main_module.COMMANDS, "fail", ("failing", ""))
        with pytest.raises(SystemExit) as left:
            main_module.main([*options, "fail"])
        return int(left.value.code or 0), *capsys.readouterr()

    return call


@pytest.mark.parametrize("error", [SessionFileError("a.runtall: cut off"), SignalError("a.runtall: cut off")])
def test_an_expected_failure_is_one_line_and_exit_code_1(fail: Fail, error: Exception) -> None:
    assert fail(error) == (1, "", "runtall: a.runtall: cut off\n")


def test_what_the_system_refuses_is_one_line(fail: Fail) -> None:
    code, _, err = fail(OSError(28, "No space left on device"))
    assert (code, err) == (1, "runtall: [Errno 28] No space left on device\n")


def test_too_little_memory_is_one_line_with_advice(fail: Fail) -> None:
    code, _, err = fail(MemoryError("Unable to allocate 8 GiB"))
    assert code == 1
    assert err.startswith("runtall: not enough memory (Unable to allocate 8 GiB); ")
    assert err.count("\n") == 1


def test_a_library_for_which_there_is_no_memory_is_one_line_with_advice(fail: Fail) -> None:
    code, _, err = fail(ImportError("scipy.so: failed to map segment from shared object"))
    assert code == 1
    assert err.startswith("runtall: not enough memory to begin with; ")
    assert err.count("\n") == 1


def test_a_library_that_is_missing_is_no_matter_of_memory(
    fail: Fail,
) -> None:
    with pytest.raises(ModuleNotFoundError):
        fail(ModuleNotFoundError("No module named 'scipy'"))


def test_a_message_cannot_steer_the_terminal_nor_flood_it(fail: Fail) -> None:
    _, _, err = fail(SessionFileError("\x1b[2J\r\nevil\x07 " + "x" * 1_000_000))
    assert err.startswith("runtall: �[2J evil� xxx")
    assert err.count("\n") == 1
    assert len(err) < 1100


def test_a_bug_is_not_dressed_up(fail: Fail) -> None:
    with pytest.raises(ZeroDivisionError):
        fail(ZeroDivisionError())


def test_ctrl_c_is_one_word(fail: Fail) -> None:
    code, out, err = fail(KeyboardInterrupt())
    assert (code, out, err.strip()) == (1, "", "Stopped.")


def test_letters_a_terminal_lacks_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="latin-1"))

    @click.command()
    def command() -> None:
        click.echo("Müller → 7°")

    module = types.ModuleType("speaking")
    module.__dict__["command"] = command
    monkeypatch.setitem(sys.modules, "speaking", module)
    monkeypatch.setitem(main_module.COMMANDS, "speak", ("speaking", ""))
    with pytest.raises(SystemExit) as left:
        main_module.main(["speak"])
    assert left.value.code == 0
    assert shown.getvalue() == "Müller ? 7°\n".encode("latin-1")
