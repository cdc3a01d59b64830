"""What the pages say must exist: commands, links, files, tests; and the figures must be those measured."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import click
import numpy as np
import pytest

from analysis.cli.main import COMMANDS, cli
from analysis.judging.config import DistanceConfig
from analysis.report.method import STEADY_WATCH_PER_10_KM
from sensor.protocol.registry import DEVICES, DeviceKind

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path
    for top in ROOT.iterdir()
    if not top.name.startswith(".")
    for path in ([top] if top.suffix == ".md" else top.rglob("*.md"))
    if "node_modules" not in path.parts
)
FIRMWARE_PAGES = sorted((ROOT / "firmware_notes").glob("*.md"))

MOST_PICTURE_BYTES = 250_000

FOREIGN = re.compile(
    r"/(?:home|root|work|Users|mnt)/|[A-Z]:\\Users|\bTODO\b|\bFIXME\b|\bXXX\b|lorem ipsum", re.IGNORECASE
)
"""Folders of somebody's machine, and what was left for later."""


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def page_id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def commands_of(page: str) -> Iterator[tuple[str, bool]]:
    """Return every ``runtall`` command line of a page, and whether it is whole, as shell blocks have them."""
    for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL):
        for line in block.splitlines():
            if line.strip().startswith("runtall "):
                yield line.split(" #")[0].strip(), True
    yield from ((line, False) for line in re.findall(r"`(runtall [^`\n]+)`", page))


COMMAND_LINES = sorted(
    {(page_id(path), *found) for path in PAGES for found in commands_of(text(page_id(path)))}
)


def parse(line: str) -> None:
    """Let click parse a command line as the shell would hand it over, without running it."""
    words = shlex.split(line)[1:]
    while words[0] in ("--home", "--runner"):
        words = words[2:]
    name, *words = words
    command = cli.get_command(click.Context(cli), name)
    assert command is not None, f"there is no command {name}"
    command.make_context(name, words, resilient_parsing=False)


@pytest.mark.parametrize(("page", "line", "is_whole"), COMMAND_LINES)
def test_every_command_in_the_pages_parses(page: str, line: str, is_whole: bool) -> None:
    try:
        parse(line)
    except click.MissingParameter:
        assert not is_whole


@pytest.mark.parametrize(
    "line", ["runtall fly", "runtall report --colour red", "runtall import", "runtall compare"]
)
def test_a_command_that_does_not_parse_is_noticed(line: str) -> None:
    with pytest.raises((AssertionError, click.UsageError)):
        parse(line)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"runtall {name}" in text("README.md") or f"make {name}" in text("README.md")


@pytest.mark.parametrize("page", [page_id(path) for path in PAGES])
def test_every_make_target_in_the_pages_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    assert set(re.findall(r"[`\n]make ([a-z-]+)", text(page))) <= targets


@pytest.mark.parametrize("page", [page_id(path) for path in PAGES])
def test_every_link_leads_somewhere(page: str) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", text(page))
    local = [target.split("#")[0] for target in targets if not target.startswith(("http://", "https://"))]
    assert [target for target in local if not ((ROOT / page).parent / target).exists()] == []


@pytest.mark.parametrize("page", [page_id(path) for path in PAGES])
def test_no_page_names_somebodys_machine_or_unfinished_work(page: str) -> None:
    assert FOREIGN.findall(text(page)) == []


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_file_a_page_names_exists(page: str) -> None:
    names = re.findall(r"`((?:sensor|analysis|tests|data|firmware_notes|\.ci)/[\w./]*)`", text(page))
    assert names, "no file is named"
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_every_package_and_top_file_is_on_the_map() -> None:
    page = text("ARCHITECTURE.md")
    for package in ("sensor", "analysis"):
        parts = [p for p in (ROOT / package).iterdir() if p.is_dir() and any(p.glob("*.py"))]
        assert [part.name for part in parts if f"`{part.name}/`" not in page] == []


@pytest.mark.parametrize("folder", ["signal", "stride", "judging", "maths", "checkup", "comparison"])
def test_every_file_of_a_folder_is_explained_on_its_page(folder: str) -> None:
    page = text(f"analysis/{folder}/README.md")
    files = {path.name for path in (ROOT / "analysis" / folder).glob("*.py")} - {"__init__.py"}
    assert {name for name in files if f"`{name}`" not in page} == set()
    assert {name for name in re.findall(r"`(\w+\.py)`", page) if name not in files} == set()


def code_named(page: str) -> list[str]:
    """Return the files, folders and patterns of the acquiring side that a page names."""
    return re.findall(r"`(sensor/[^`]+)`", page)


@pytest.mark.parametrize("path", FIRMWARE_PAGES, ids=lambda path: path.name)
def test_all_code_a_sensors_page_names_exists(path: Path) -> None:
    assert [name for name in code_named(path.read_text("utf-8")) if not list(ROOT.glob(name))] == []


@pytest.mark.parametrize("kind", DEVICES, ids=lambda kind: kind.key)
def test_every_device_has_a_page_that_says_how_far_it_was_verified(kind: DeviceKind) -> None:
    module = kind.make_decoder.__module__.replace(".", "/") + ".py"
    pages = [path.read_text("utf-8") for path in FIRMWARE_PAGES]
    # A folder stands for all that lies in it.
    own = [
        page
        for page in pages
        if any(fnmatch(module, f"{glob}*" if glob.endswith("/") else glob) for glob in code_named(page))
    ]
    assert len(own) == 1, f"{module}: which page of firmware_notes/ is its own?"
    assert "How far verified" in own[0]


@pytest.mark.parametrize("kind", [kind for kind in DEVICES if kind.name_pattern], ids=lambda kind: kind.key)
def test_every_sensor_with_a_radio_is_in_the_readme(kind: DeviceKind) -> None:
    assert kind.title.split(" (")[0] in text("README.md")


def test_the_picture_is_there_and_small() -> None:
    (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", text("README.md"))
    content = (ROOT / picture).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) <= MOST_PICTURE_BYTES


def rows_of(page: str, title: str) -> list[dict[str, str]]:
    """Return the rows of the first table below a title."""
    below = text(page).split(f"## {title}\n", 1)[1]
    lines = [line for line in below.split("\n## ")[0].splitlines() if line.startswith("|")]
    header, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(header, row, strict=True)) for row in rows[1:]]


def promised(what: str) -> list[float]:
    """Return the numbers in the last column of the README's table of accuracy."""
    (row,) = [row for row in rows_of("README.md", "How well") if row["what"] == what]
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", row["found"])]


def measured(page: str, title: str, column: str, **wanted: str) -> list[float]:
    """Return the sizes in one column of a table of results, of the rows with the wanted cells."""
    rows = [row for row in rows_of(page, title) if all(row[key] == cell for key, cell in wanted.items())]
    assert rows, (title, wanted)
    return [abs(float(row[column])) for row in rows]


REVALIDATION, RESULTS = "tests/bench/REVALIDATION.md", "tests/bench/RESULTS.md"


def test_what_reports_state_of_a_distance_from_cadence_is_what_known_runs_gave() -> None:
    errors_pct = np.array(measured(REVALIDATION, "Distance from cadence", "error %"))
    stated = DistanceConfig()
    assert stated.model_error_pct == round(float(np.sqrt(np.mean(errors_pct**2))))
    assert stated.model_worst_pct == round(float(errors_pct.max()))


def test_the_readme_promises_no_more_than_was_measured_on_recordings() -> None:
    runners = "Laboratory runners (markers, force plates)"
    assert max(measured(REVALIDATION, runners, "mean error °")) <= promised("mean trunk lean of a run")[0]
    assert (
        max(measured(REVALIDATION, runners, "per-stride RMSE °")) <= promised("lean of one stride, RMSE")[0]
    )
    hour = measured(REVALIDATION, "The simulated hour", "RMSE °", speed="none")
    assert max(hour) <= promised("lean of one stride of a simulated hour, RMSE")[0]
    without = measured(REVALIDATION, "Without a gyroscope", "mean error °")
    assert max(without) <= promised("mean trunk lean without a gyroscope")[0]
    missed = re.search(r"Steps missed: median (-?[\d.]+)%", text(REVALIDATION))
    assert missed
    assert abs(float(missed[1])) <= promised("steps")[0]
    walks = re.search(r"Walks called running: (\d+) of (\d+)", text(REVALIDATION))
    assert walks
    assert [int(count) for count in walks.groups()] == promised("walks taken for running")


def test_the_report_states_the_rate_of_watch_stretches_that_was_measured() -> None:
    title, all_runs = "Watch on steady half marathons", {"wander of 1°, forgotten over": "all"}
    (rate,) = measured("tests/bench/VERDICTS.md", title, "watch stretches per 10 km", **all_runs)
    assert round(rate, 1) == STEADY_WATCH_PER_10_KM


def test_the_readme_promises_no_more_than_was_measured_on_virtual_runs() -> None:
    hours, ours = "Severe hours, 5 seeds × 3 mountings", "**runtall, nominal**"
    median, worst, other = promised("lean of one stride of our own hard hours, RMSE")
    assert measured(RESULTS, hours, "RMSE median", method=ours) <= [median]
    assert measured(RESULTS, hours, "RMSE worst", method=ours) <= [worst]
    others = [row for row in rows_of(RESULTS, hours) if "runtall" not in row["method"]]
    assert other <= min(float(row["RMSE median"]) for row in others)
    neck, other_neck = promised("neck, two sensors, RMSE")
    two = "Head minus trunk, two sensors"
    assert measured(RESULTS, two, "RMSE median", method=ours) <= [neck]
    assert measured(RESULTS, two, "RMSE median", method="offlineVQF, default") >= [other_neck]


def test_comparisons_of_made_up_pairs_are_as_true_as_their_page_aims_at() -> None:
    page, title = "tests/bench/COMPARISONS.md", "By what the runs have to do with each other"
    assert min(measured(page, title, "pairs")) >= 2_000
    any_two = {"pairs of": "any two runs"}
    for quantity in ("level", "drift", "late minus early"):
        (held,) = measured(page, title, f"{quantity} held %", **any_two)
        assert 93.0 <= held <= 98.0
    assert min(measured(page, title, "how far tall held %")) >= 90.0
    for same in ("the same course", "the same course, with a slouch"):
        assert measured(page, title, "changed %", **{"pairs of": same}) <= [5.0]
    assert measured(page, title, "further forward %", **{"pairs of": "the other 6° further forward"}) >= [
        95.0
    ]
    assert measured(page, title, "tall for longer %", **{"pairs of": "the slouch 1 km later"}) >= [95.0]
    assert measured(page, title, "within 0.5° %", **{"pairs of": "one run, two sensors"}) >= [95.0]
