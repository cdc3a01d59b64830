"""The state of a recorder without a screen: a light of Linux, or a word in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.cli.record.status_led import StatusLed
from sensor.recorder.unattended import UnattendedState


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def light(tmp_path: Path) -> Path:
    """The files by which Linux offers a light."""
    folder = tmp_path / "ACT"
    folder.mkdir()
    (folder / "brightness").write_text("0\n")
    (folder / "trigger").write_text("none timer heartbeat [mmc0] default-on\n")
    return folder


def test_a_file_holds_one_word_and_nothing_is_left_beside_it(tmp_path: Path, complaints: list[str]) -> None:
    path = tmp_path / "state"
    led = StatusLed(path, complaints.append)
    seen = []
    for state in UnattendedState:
        led.show(state)
        seen.append(path.read_text())
    assert seen == ["waiting\n", "recording\n", "trouble\n", "stopped\n"]
    assert list(tmp_path.iterdir()) == [path]
    assert complaints == []


def test_a_light_is_told_how_to_shine(light: Path, complaints: list[str]) -> None:
    led = StatusLed(light, complaints.append)
    seen = []
    for state in UnattendedState:
        led.show(state)
        seen.append((light / "trigger").read_text())
    assert seen == ["heartbeat", "default-on", "timer", "none"]
    assert (light / "brightness").read_text() == "0\n"


def test_the_file_of_its_brightness_means_the_light(light: Path, complaints: list[str]) -> None:
    StatusLed(light / "brightness", complaints.append).show(UnattendedState.RECORDING)
    assert (light / "trigger").read_text() == "default-on"
    assert (light / "brightness").read_text() == "0\n"


def test_a_state_is_written_once(tmp_path: Path, complaints: list[str]) -> None:
    path = tmp_path / "state"
    led = StatusLed(path, complaints.append)
    led.show(UnattendedState.WAITING)
    path.unlink()
    led.show(UnattendedState.WAITING)
    assert not path.exists()


def test_a_light_that_cannot_be_set_is_complained_of_once_and_tried_again(
    tmp_path: Path, complaints: list[str]
) -> None:
    path = tmp_path / "later" / "state"
    led = StatusLed(path, complaints.append)
    led.show(UnattendedState.WAITING)
    led.show(UnattendedState.RECORDING)
    path.parent.mkdir()
    led.show(UnattendedState.RECORDING)
    assert path.read_text() == "recording\n"
    (complaint,) = complaints
    assert str(path) in complaint
    assert "recording goes on without it" in complaint


def test_without_a_path_nothing_is_shown(complaints: list[str]) -> None:
    StatusLed(None, complaints.append).show(UnattendedState.WAITING)
    assert complaints == []
