# SPDX-License-Identifier: Apache-2.0
"""Words and calls that the house keeps out of some of its folders."""

import dataclasses
import re
from collections.abc import Callable

from modules import Module
from source import Finding, Source


def _in_library(source: Source) -> bool:
    return source.module is not None and source.is_cpp


def _without_wall_clock(source: Source) -> bool:
    """Tests too: none depends on wall time."""
    if source.path == "libshadw/base/system_clock.h" or source.module == "net":
        return False
    return source.is_cpp and source.path.split("/")[0] in ("libshadw", "tests")


def _allocates_by_the_house(source: Source) -> bool:
    return _in_library(source) and source.path != "libshadw/base/bytes.cc"


@dataclasses.dataclass(frozen=True)
class Ban:
    rule: str
    pattern: re.Pattern[str]
    applies: Callable[[Source], bool]
    instead: str


def _ban(rule: str, pattern: str, applies: Callable[[Source], bool], instead: str) -> Ban:
    return Ban(rule, re.compile(pattern), applies, instead)


# Matched against the code without comments and literals. `(?<![\w.>:])` keeps members
# such as `entry.time()` apart from the C function; `std::` is let in again.
_CALL = r"(?<![\w.>:])(?:std::|::)?"
BANS = (
    _ban(
        "wall-clock",
        r"\b(?:system|high_resolution|utc|tai|gps|file|steady)_clock::now\b"
        rf"|{_CALL}(?:time|gettimeofday|clock_gettime|timespec_get|ftime)\s*\((?!\s*\))"
        r"|\babsl::Now\b",
        _without_wall_clock,
        "takes a base::Clock, or the time, as a parameter",
    ),
    _ban(
        "random",
        rf"{_CALL}(?:s?rand|[dlm]rand48|arc4random|getrandom|getentropy)\s*\(|\brandom_device\b",
        _in_library,
        "takes a base::RandomSource as a parameter",
    ),
    _ban("new", r"(?<!operator )\bnew\b", _in_library, "use containers and std::make_unique"),
    _ban("new", r"\bdelete\b(?!\s*[;,)])", _in_library, "memory frees itself"),
    _ban(
        "malloc",
        rf"{_CALL}(?:malloc|calloc|realloc|aligned_alloc|posix_memalign)\s*\(",
        _allocates_by_the_house,
        "use base::Buffer or a container",
    ),
    _ban(
        "prints",
        rf"\bstd::(?:cout|cerr|clog)\b|{_CALL}v?f?printf\s*\(|{_CALL}f?put(?:s|c|char)\s*\(",
        _allocates_by_the_house,
        "the library prints nothing",
    ),
    _ban("throw", r"\bthrow\b", _in_library, "return an absl::Status"),
    _ban(
        "absl-type",
        r"\babsl::(?:string_view|optional|variant|any|Span)\b",
        lambda source: _in_library(source) and source.is_header,
        "headers use the types of std",
    ),
)

MAX_PUBLIC_HEADER_LINES = 260
_MARKER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
_LICENCE = "SPDX-License-Identifier: Apache-2.0"


def check_bans(sources: list[Source]) -> list[Finding]:
    findings = []
    for source in sources:
        for ban in BANS:
            if not ban.applies(source):
                continue
            for match in ban.pattern.finditer(source.code):
                message = f"'{match.group().strip()}': {ban.instead}"
                findings.append(source.find(match.start(), ban.rule, message))
        if _in_library(source):
            for offset, name, _ in source.includes():
                if name in ("iostream", "print"):
                    findings.append(source.find(offset, "prints", f"<{name}>"))
    return findings


def check_markers(sources: list[Source]) -> list[Finding]:
    return [
        source.find(match.start(), "marker", f"'{match.group()}' was left over")
        for source in sources
        if not source.path.startswith("tests/tidy/")
        for match in _MARKER.finditer(source.text)
    ]


def check_headings(sources: list[Source], modules: dict[str, Module]) -> list[Finding]:
    """The licence line, the include guard, and how long a public header is."""
    findings = []
    public = set().union(*(m.headers() for m in modules.values()))
    for source in sources:
        is_cmake = source.path.endswith("CMakeLists.txt")
        is_hash = source.path.endswith((".py", ".pyi", ".sh", ".cmake")) or is_cmake
        if source.is_cpp or is_hash or source.path.startswith(".ci/"):
            lines = [line for line in source.text.split("\n") if not line.startswith("#!")]
            expected = ("// " if source.is_cpp else "# ") + _LICENCE
            if lines[0] != expected:
                findings.append(source.find(0, "licence", f"the first line is not '{expected}'"))
        if source.is_header:
            guard = re.sub(r"\W", "_", source.path).upper() + "_"
            found = re.findall(r"^#(?:ifndef|define) (\w+)$", source.text, re.MULTILINE)[:2]
            if found != [guard, guard]:
                findings.append(source.find(0, "guard", f"the include guard is not {guard}"))
        lines_here = source.text.count("\n")
        if source.path in public and lines_here > MAX_PUBLIC_HEADER_LINES:
            message = f"{lines_here} lines, of at most {MAX_PUBLIC_HEADER_LINES}"
            findings.append(source.find(0, "long-header", message))
    return findings
