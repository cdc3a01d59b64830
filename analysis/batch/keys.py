"""Short keys: by which a file is known again, and pseudonyms that nobody can guess back to a name."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from analysis.batch.records import Source
from analysis.errors import DataSetError
from sensor.private_files import replace_private

KEY_FILE = "pseudonym.key"
NAMES_FILE = "runners.json"
_KEY_BYTES = 32
_LETTERS = 10
"""Of base 32, hence 50 bits: among 10,000 runners two share a pseudonym once in 20 million data sets."""


def key_of(text: str) -> int:
    """Return 63 bits of a text's hash: among ten million two are alike once in 180,000 such data sets."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest, "little") >> 1) or 1


def key_of_source(source: Source, terms: str) -> int:
    """Return by what a file is known as done: place, size and time, and what else its rows depend on."""
    return key_of("\0".join((source.path, source.stamp, terms)))


@dataclass(slots=True)
class Pseudonyms:
    """Runners' names, and what stands for each: the same in this data set for good, another in the next.

    Parameters
    ----------
    folder
        Where key and names are kept; who has not got it cannot tell who is who.
    key
        Random; without it a list of names is soon hashed and compared.
    names
        Pseudonym to name.
    """

    folder: Path
    key: bytes
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Pseudonyms:
        """Return those of a data set; where there are none yet, with a new key.

        Raises
        ------
        DataSetError
            Where they are damaged.
        """
        key_path = folder / KEY_FILE
        if not key_path.exists():
            replace_private(key_path, secrets.token_hex(_KEY_BYTES).encode())
        told = key_path.read_bytes()
        if not re.fullmatch(rb"[0-9a-f]{%d}" % (2 * _KEY_BYTES), told):
            raise DataSetError(f"{key_path}: damaged; without it no pseudonym stays: restore it")
        return cls(folder, bytes.fromhex(told.decode("ascii")), read_names(folder))

    def of(self, name: str) -> str:
        """Return what stands for a name, and remember it; of nobody nobody."""
        if not name:
            return ""
        digest = hmac.new(self.key, name.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        letters = base64.b32encode(digest).decode("ascii")[:_LETTERS]
        pseudonym = f"{letters[:5]}-{letters[5:]}"
        self.names[pseudonym] = name
        return pseudonym

    def write(self) -> None:
        """Keep the names."""
        content = json.dumps(dict(sorted(self.names.items())), indent=2)
        replace_private(self.folder / NAMES_FILE, content.encode())


def read_names(folder: Path) -> dict[str, str]:
    """Return pseudonym to name as a data set keeps them apart; empty where it was shared without.

    Raises
    ------
    DataSetError
        Where they are damaged.
    """
    path = folder / NAMES_FILE
    if not path.exists():
        return {}
    try:
        names = json.loads(path.read_text("utf-8"))
        return {str(pseudonym): str(name) for pseudonym, name in names.items()}
    except (ValueError, AttributeError) as error:
        raise DataSetError(f"{path}: damaged ({error}); delete it, new sessions bring names back") from error
