# SPDX-License-Identifier: Apache-2.0
"""From files to a store on the local disk: restic's backup and shadw's put, in wall time.

Not the same promise: restic encrypts, compresses and deduplicates and keeps one copy;
shadw encrypts, compresses and codes 10+4, so it writes 1.4 bytes for one, over 14 stores.
Both may use all cores and both wait for the disk. restic runs twice: over the directory,
as people use it, and over the one tar file that shadw gets.
"""

import dataclasses
import os
import pathlib
import shutil
import tarfile
import time
from collections.abc import Callable, Mapping

from cases import MIB
from fetch import BUILD, call

# Programs, libraries, headers and texts: real files, of many kinds and sizes.
SOURCES = ("/usr/include", "/usr/share/doc", "/usr/bin", "/usr/lib")
WORK = BUILD / "files"
STORES = [f"--store={WORK / 'stores' / f'{i:02}'}" for i in range(1, 15)]
PASSWORD = "not a secret"


@dataclasses.dataclass
class Put:
    seconds: float
    stored_bytes: int
    opening_seconds: float = 0.0  # of seconds: restic makes its key from the password


def clean() -> None:
    shutil.rmtree(WORK, ignore_errors=True)


def gather(least_bytes: int) -> tuple[pathlib.Path, pathlib.Path]:
    """A folder of real files, an equal share from each source, and the same as a tar file."""
    folder, tar = WORK / "data", WORK / "data.tar"
    clean()
    for source in SOURCES:
        _copy_some(pathlib.Path(source), folder, least_bytes // len(SOURCES))
    with tarfile.open(tar, "w") as archive:
        archive.add(folder, arcname="data")
    return folder, tar


def _copy_some(source: pathlib.Path, folder: pathlib.Path, least_bytes: int) -> None:
    copied = 0
    for parent, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names):
            path = pathlib.Path(parent, name)
            if path.is_symlink() or not path.is_file() or not os.access(path, os.R_OK):
                continue
            target = folder / path.relative_to("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
            copied += target.stat().st_size
            if copied >= least_bytes:
                return


def bytes_below(path: pathlib.Path) -> int:
    """Of all files; reads them too, so that the page cache is warm."""
    total = 0
    for file in [path] if path.is_file() else path.rglob("*"):
        if file.is_file():
            with file.open("rb") as stream:
                while block := stream.read(MIB):
                    total += len(block)
    return total


def _timed(*command: object, environment: Mapping[str, str] | None = None) -> float:
    os.sync()  # what came before must not be written on this one's time
    start = time.monotonic()
    call(*command, environment=environment)
    return time.monotonic() - start


def shadw_put(program: pathlib.Path, tar: pathlib.Path) -> Put:
    key = WORK / "KEY"
    if not key.exists():
        call(program, "keygen", "--out", key)
    shutil.rmtree(WORK / "stores", ignore_errors=True)
    put = ("put", "--key", key, *STORES, "--code", "10+4", "--compress", "auto", tar)
    seconds = _timed(program, *put)
    return Put(seconds, bytes_below(WORK / "stores"))


def check_shadw(program: pathlib.Path, tar: pathlib.Path) -> None:
    copy = WORK / "copy"
    call(program, "get", "--key", WORK / "KEY", *STORES, tar.name, "--out", copy)
    call("cmp", copy, tar)
    copy.unlink()


def restic_backup(program: pathlib.Path, source: pathlib.Path) -> Put:
    """A fresh repository each time; its initialisation is not counted. No cache: a first
    backup has nothing to find there. Compression is `auto`, its default."""
    repository = WORK / "repository"
    shutil.rmtree(repository, ignore_errors=True)
    secret = {"RESTIC_PASSWORD": PASSWORD}
    restic = (program, "-r", repository, "--no-cache", "-q")
    call(*restic, "init", environment=secret)
    opening = _timed(*restic, "cat", "config", environment=secret)
    seconds = _timed(*restic, "backup", source, environment=secret)
    return Put(seconds, bytes_below(repository), opening)


def rounds(contenders: dict[str, Callable[[], Put]], count: int) -> dict[str, list[Put]]:
    puts: dict[str, list[Put]] = {name: [] for name in contenders}
    names = list(contenders)
    for turn in range(count):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            puts[name].append(contenders[name]())
    return puts
