"""One browser for every page that is looked at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.devtools import Browser, running_browser


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with running_browser(tmp_path_factory.mktemp("profile")) as running:
        yield running
