# SPDX-License-Identifier: Apache-2.0
"""Fetches released packages by their ordinary clients, and builds what runs them.

Versions are pinned in go/go.mod, rust/Cargo.toml and python/requirements.txt. All that is
built lies under build/peers. What is missing is said, and the others go on.
"""

import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping

from contender import Contender, Peer

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "peers"

OUR_BENCHMARKS = ("erasure", "shard", "bulk", "growth", "small_objects")

_ERASURE = frozenset({"encode", "reconstruct"})
_ALL = _ERASURE | {"pipeline"}


def say(text: str) -> None:
    print(f"peers: {text}", file=sys.stderr, flush=True)


class Missing(Exception):
    """Says what is not there."""


def need(tool: str) -> str:
    path = shutil.which(tool)
    if path is None:
        raise Missing(f"{tool} is not installed")
    return path


def call(
    *command: object,
    cwd: pathlib.Path = ROOT,
    environment: Mapping[str, str] | None = None,
) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        lines = (done.stderr + done.stdout).strip().splitlines() or ["no output"]
        raise Missing(f"{pathlib.Path(str(command[0])).name} failed: {lines[-1]}")
    return done.stdout


def _go_architecture() -> str:
    """The Go compiler's own code may use what the machine has; the assembly asks anyway."""
    flags = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    return "v4" if "avx512vl" in flags else "v3" if "avx2" in flags else "v1"


def fetch_go() -> list[Contender]:
    program = BUILD / "go-peer"
    level = {"GOAMD64": _go_architecture()}
    call(need("go"), "build", "-o", program, ".", cwd=HERE / "go", environment=level)
    one = (("GOMAXPROCS", "1"),)

    def command(option: str) -> tuple[str, ...]:
        return (str(program), "--option", option)

    return [
        Peer("klauspost, split4", command("split4"), _ALL, environment=one),
        Peer("klauspost, default", command(""), _ALL, environment=one),
        Peer("klauspost, leopard", command("leopard"), _ERASURE, environment=one),
        Peer("klauspost, all cores", command(""), _ERASURE, all_cores=True),
    ]


def fetch_rust() -> list[Contender]:
    """`target-cpu=native` helps the code around the crate's own AVX2 intrinsics."""
    settings = {"CARGO_TARGET_DIR": str(BUILD / "rust"), "RUSTFLAGS": "-C target-cpu=native"}
    call(
        need("cargo"), "build", "--release", "--locked", cwd=HERE / "rust", environment=settings
    )
    return [Peer("reed-solomon-simd", (str(BUILD / "rust/release/shadw-peers"),), _ERASURE)]


def fetch_python() -> list[Contender]:
    """The wheel as released: its tables gain nothing from -O3 -march=native."""
    python = BUILD / "venv" / "bin" / "python"
    if not python.exists():
        call(sys.executable, "-m", "venv", BUILD / "venv")
    call(python, "-m", "pip", "install", "-q", "-r", HERE / "python" / "requirements.txt")
    program = HERE / "python" / "peers.py"
    limits = subprocess.run(
        [python, program, "--what", "limits"], capture_output=True, text=True, check=True
    )
    for line in limits.stderr.splitlines():
        say(line)
    return [Peer("zfec", (str(python), str(program)), _ALL, codes=frozenset({"10+4"}))]


def fetch_restic() -> pathlib.Path:
    """The installed one, or Debian's package unpacked beside the others."""
    installed = shutil.which("restic")
    if installed:
        return pathlib.Path(installed)
    folder = BUILD / "restic"
    program = folder / "usr" / "bin" / "restic"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        call(need("apt-get"), "download", "restic", cwd=folder)
        for package in folder.glob("restic_*.deb"):
            call(need("dpkg"), "-x", package, folder)
    return program


def build_ours() -> pathlib.Path:
    """Our benchmarks and the application, optimised; where they lie."""
    cmake = need("cmake")
    call(cmake, "--preset", "bench", "-DSHADW_BUILD_EXAMPLES=ON")
    benchmarks = (f"{name}_benchmark" for name in OUR_BENCHMARKS)
    call(cmake, "--build", "build/bench", "--target", *benchmarks, "shadw")
    return ROOT / "build" / "bench" / "bin"


def fetch_peers() -> tuple[list[Contender], list[str]]:
    """Peers, and a line on each that is missing."""
    peers: list[Contender] = []
    missing = []
    fetchers: tuple[tuple[str, Callable[[], list[Contender]]], ...] = (
        ("klauspost/reedsolomon", fetch_go),
        ("reed-solomon-simd", fetch_rust),
        ("zfec", fetch_python),
    )
    for name, fetch in fetchers:
        say(f"fetching {name}")
        try:
            peers += fetch()
        except (Missing, OSError, subprocess.CalledProcessError) as error:
            missing.append(f"{name} is left out: {error}")
            say(missing[-1])
    return peers, missing
