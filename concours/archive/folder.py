"""The folder of an archive: written under another name beside its own, then whole at once; or not there at all."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from concours.archive.rules import SUMS, sums_text
from concours.kernel.disk import sync_folder
from concours.kernel.errors import Conflict, DomainError, NotFound
from concours.kernel.storage import ReadyStore

_FILE_MODE, _FOLDER_MODE = 0o644, 0o755
"""Of what may be copied to a web server; the whole folder is its owner's alone."""


class Writing:
    """An archive that is being written: each file durable, and its digest known."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.digests: dict[str, str] = {}

    def add(self, path: str, content: bytes | str) -> None:
        """Write a file from what it holds."""
        self._write(path, [content.encode() if isinstance(content, str) else content])

    def copy(self, path: str, ready: ReadyStore, digest: str, size: int, what: str) -> None:
        """Copy a stored file. Raises DomainError where it is lost or damaged."""
        remedy = "« concours doctor » dit que faire ; une sauvegarde peut le rendre. Aucune archive n'est faite."
        try:
            found = self._write(path, ready.read(digest, 0, size))
        except NotFound as error:
            raise DomainError(f"Un fichier manque dans le stockage : {what}. {remedy}") from error
        if found != digest:
            raise DomainError(f"Un fichier est abîmé dans le stockage : {what}. {remedy}")

    def seal(self) -> str:
        """Write the summary of all digests, make all durable; return the digest of the summary."""
        told = self._write(SUMS, [sums_text(self.digests).encode()])
        for place, _, _ in os.walk(self.root, topdown=False):
            sync_folder(Path(place))
        return told

    def _write(self, path: str, blocks: Iterable[bytes]) -> str:
        target, digest = self.root / path, hashlib.sha256()
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
            file.flush()
            os.fsync(file.fileno())
        self.digests[path] = digest.hexdigest()
        return self.digests[path]


def check_free(target: Path) -> None:
    """Refuse to write over anything. Raises Conflict, or DomainError where no folder can be made."""
    if os.path.lexists(target):
        raise Conflict(f"{target} existe déjà : une archive n'en remplace aucune. Donnez le nom d'un dossier à créer.")
    if not target.absolute().parent.is_dir():
        raise DomainError(f"{target.absolute().parent} n'est pas un dossier : créez-le d'abord. Rien n'est écrit.")


@contextmanager
def new_archive(target: Path) -> Iterator[Writing]:
    """Yield what becomes the folder `target` when the block ends well; otherwise nothing of it stays."""
    check_free(target)
    target = target.absolute()
    partial = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))
    try:
        yield Writing(partial)
        _open_to_readers(partial)
        check_free(target)  # it may have come meanwhile
        partial.rename(target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _open_to_readers(root: Path) -> None:
    for place, folders, files in os.walk(root):
        for name in folders:
            (Path(place) / name).chmod(_FOLDER_MODE)
        for name in files:
            (Path(place) / name).chmod(_FILE_MODE)
