# SPDX-License-Identifier: Apache-2.0
"""libshadw, and ISA-L behind its interface, by the repository's own benchmarks.

Their names say what they measure: Encode/10+4/64KiB_cached/gfni-avx512 and
Put/audit_public/k:10/m:4. The best backend comes first there, and is ours.
"""

import functools
import json
import pathlib
import re
import subprocess

from cases import Case
from contender import Contender, Figure, pin

NOT_OURS = ("isal", "plain")
_ERASURE = re.compile(r"^(Encode|Reconstruct)/(\d+\+\d+)/([^/]+)(?:/([a-z][\w-]*))?$")
_PUT = re.compile(r"^Put/audit_(public|private)/k:(\d+)/m:(\d+)")


def _run(program: pathlib.Path, *flags: str) -> str:
    return subprocess.run(
        [str(program), *flags], capture_output=True, text=True, check=True, preexec_fn=pin
    ).stdout


@functools.cache
def _names(program: pathlib.Path) -> tuple[str, ...]:
    return tuple(_run(program, "--benchmark_list_tests=true").split())


class Benchmark(Contender):
    """One line of a Google Benchmark program, found by what the case asks for."""

    def __init__(self, name: str, program: pathlib.Path, ceiling_counter: str):
        self.name = name
        self._program = program
        self._ceiling_counter = ceiling_counter

    def find(self, case: Case) -> str | None:
        raise NotImplementedError

    def runs(self, case: Case) -> bool:
        return self.find(case) is not None

    def measure(self, case: Case, seconds: float) -> Figure:
        # Not re.escape: the program's regular expressions refuse a \\ before a hyphen.
        pattern = re.sub(r"([+.])", r"\\\1", self.find(case) or "")
        output = _run(
            self._program,
            f"--benchmark_filter=^{pattern}$",
            f"--benchmark_min_time={seconds}",
            "--benchmark_format=json",
        )
        if not output.strip():
            raise ValueError(f"the filter ^{pattern}$ found nothing")
        run = json.loads(output)["benchmarks"][0]
        if run.get("error_occurred"):
            raise ValueError(run.get("error_message"))
        return Figure(run["GBps"], ceiling=run.get(self._ceiling_counter, 0.0))


class Erasure(Benchmark):
    def __init__(self, name: str, program: pathlib.Path, isal: bool):
        super().__init__(name, program, "ceiling_GBps")
        self._isal = isal

    def find(self, case: Case) -> str | None:
        place = "1MiB_dram" if case.from_dram else "64KiB_cached"
        for name in _names(self._program):
            match = _ERASURE.match(name)
            if match is None or match[1].lower() != case.what:
                continue
            is_wanted = match[4] == "isal" if self._isal else match[4] not in NOT_OURS
            if (match[2], match[3]) == (case.code, place) and is_wanted:
                return name
        return None


class Put(Benchmark):
    def __init__(self, name: str, program: pathlib.Path, audit: str):
        super().__init__(name, program, "parts_GBps")
        self._audit = audit

    def find(self, case: Case) -> str | None:
        for name in _names(self._program):
            match = _PUT.match(name)
            if match and case.what == "pipeline" and match[1] == self._audit:
                if f"{match[2]}+{match[3]}" == case.code:
                    return name
        return None


def backend(program: pathlib.Path, case: Case) -> str:
    """Which of ours runs a case."""
    name = Erasure("", program, isal=False).find(case) or ""
    match = _ERASURE.match(name)
    return (match[4] or "its only backend") if match else "none"
