# SPDX-License-Identifier: Apache-2.0
"""Files that the vault opens by path: where a put reads, and where a get writes."""

from __future__ import annotations

import os
import secrets
import stat


class Source:
    """A file to read, with what an object remembers of it."""

    def __init__(self, path: os.PathLike[str]) -> None:
        self.file = open(path, "rb", buffering=0)
        status = os.fstat(self.file.fileno())
        self.mode = stat.S_IMODE(status.st_mode)
        self.mtime_ns = status.st_mtime_ns

    def close(self) -> None:
        self.file.close()


class Target:
    """A file beside `path` that takes its name only when it is complete."""

    def __init__(self, path: os.PathLike[str]) -> None:
        self._path = os.path.abspath(os.fsdecode(path))
        folder = os.path.dirname(self._path)
        self._temporary = os.path.join(folder, f".shadw-{secrets.token_hex(8)}.partial")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self.file = open(os.open(self._temporary, flags, 0o666), "wb", buffering=0)

    def restore(self, mode: int | None, mtime_ns: int) -> None:
        """Gives the file the permissions and the time that the object was put with."""
        if mode is not None:
            os.fchmod(self.file.fileno(), mode & 0o777)
        os.utime(self.file.fileno(), ns=(mtime_ns, mtime_ns))

    def commit(self) -> None:
        os.fsync(self.file.fileno())
        self.file.close()
        os.replace(self._temporary, self._path)

    def discard(self) -> None:
        self.file.close()
        os.unlink(self._temporary)
