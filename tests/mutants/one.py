"""Run tests against one mutant: ``python -P one.py MODULE FILE-OF-THE-MUTANT TEST …``.

The tree stays as it is: an import hook hands out the changed source under the module's name. Leaves with
pytest's code, or with `NEVER_IMPORTED`. A script that imports nothing else of the tree, so that nothing of it
is loaded before the hook.
"""

from __future__ import annotations

import resource
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

NEVER_IMPORTED = 90
"""Code for tests that never loaded the module: they could not notice anything."""

MEMORY_BYTES = 6 << 30
"""A mutant that asks for more address space than this gets a `MemoryError`."""


class _MutantLoader(SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.get_filename(fullname), "exec", dont_inherit=True)


class MutantFinder(MetaPathFinder):
    """Finds the mutant where its module is asked for, nothing else."""

    def __init__(self, module: str, source: str) -> None:
        self._module = module
        self._source = source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the mutant's spec, or None for any other module."""
        if fullname != self._module:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        assert found is not None
        assert found.origin is not None
        loader = _MutantLoader(fullname, found.origin, self._source)
        return spec_from_file_location(fullname, found.origin, loader=loader)


class Examples:
    """Has hypothesis try the same examples on every mutant: none remembered or made smaller."""

    def pytest_configure(self) -> None:
        """Set the profile, once pytest has loaded hypothesis itself."""
        from hypothesis import Phase, settings

        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutants", database=None, derandomize=True, deadline=None, phases=phases)
        settings.load_profile("mutants")


def main() -> int:
    """Run the tests and return the code to leave with."""
    module, mutant, *tests = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    sys.meta_path.insert(0, MutantFinder(module, Path(mutant).read_text(encoding="utf-8")))
    code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests], plugins=[Examples()])
    return int(code) if module in sys.modules or code else NEVER_IMPORTED


if __name__ == "__main__":
    sys.exit(main())
