# SPDX-License-Identifier: Apache-2.0
"""What the figures were measured on and with."""

import os
import pathlib
import platform
import re
import shutil
import subprocess

from fetch import ROOT


def _first_line(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return "not installed"
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    lines = done.stdout.strip().splitlines()
    return lines[0] if done.returncode == 0 and lines else "unknown"


def _lscpu() -> dict[str, str]:
    if shutil.which("lscpu") is None:
        return {}
    environment = {**os.environ, "LC_ALL": "C"}
    text = subprocess.run(["lscpu"], capture_output=True, text=True, env=environment).stdout
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def _compiler(program_folder: pathlib.Path) -> str:
    cache = program_folder.parent / "CMakeCache.txt"
    if not cache.exists():
        return "unknown"
    found = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.+)$", cache.read_text(encoding="utf-8"), re.M)
    return _first_line(found[1], "--version") if found else "unknown"


def describe(program_folder: pathlib.Path) -> dict[str, str]:
    cpu = _lscpu()
    levels = (level for level in ("L1d", "L2", "L3") if f"{level} cache" in cpu)
    caches = ", ".join(f"{level} {cpu[f'{level} cache']}" for level in levels)
    flags = cpu.get("Flags", "").split()
    wanted = ("avx2", "avx512bw", "gfni", "vaes", "vpclmulqdq", "sha_ni")
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return {
        "CPU": f"{cpu.get('Model name', platform.machine())}, {os.cpu_count()} cores",
        "caches": caches or "unknown",
        "instructions": ", ".join(flag for flag in wanted if flag in flags) or "unknown",
        "system": f"{system}, Linux {platform.release()}",
        "load before": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "compiler": _compiler(program_folder),
        "rustc": _first_line("rustc", "--version"),
        "libshadw": _first_line("git", "describe", "--always", "--dirty"),
        "ISA-L": _first_line("dpkg-query", "-W", "-f=${Version}", "libisal2"),
    }
