# SPDX-License-Identifier: Apache-2.0
"""How long the functions of a C++ file are, found by matching braces."""

import re
from collections.abc import Iterator

from source import Finding, Source

MAX_FUNCTION_LINES = 70

_SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
# A constructor's initialiser `: member_{` is no body: a name stands before its brace.
_INITIALISER = re.compile(r"\)[^;{}]*(?<!:):(?!:)[^;]*[\w>]\s*$")


def _without_directives(code: str) -> str:
    """Blanks #define and its like, whose braces need not match."""
    directive = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
    return directive.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), code)


def _end_of_block(code: str, opening: int) -> int:
    depth = 0
    for brace in re.compile(r"[{}]").finditer(code, opening):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return brace.start()
    return len(code)


def function_bodies(code: str) -> Iterator[tuple[int, int, str]]:
    """(offset of `{`, offset of `}`, head) of each function that is in no function."""
    code = _without_directives(code)
    head_start, position = 0, 0
    token = re.compile(r"[{};]")
    while (match := token.search(code, position)) is not None:
        position = match.end()
        if match.group() != "{":
            head_start = position
            continue
        head = code[head_start : match.start()]
        bare = re.sub(r"<[^<>;{}()]*>", "", head)  # template <class T> opens no scope
        if _SCOPE.search(bare) and not re.search(r"\)\s*(const|noexcept|override)?\s*$", bare):
            head_start = position
            continue
        end = _end_of_block(code, match.start())
        position = end + 1
        if _INITIALISER.search(head):
            continue  # the head goes on
        if "(" in head and not head.rstrip().endswith("="):
            yield match.start(), end, head
            head_start = position


def check_functions(sources: list[Source]) -> list[Finding]:
    findings = []
    for source in sources:
        if not source.is_cpp:
            continue
        for start, end, head in function_bodies(source.code):
            lines = source.line_of(end) - source.line_of(start) + 1
            if lines > MAX_FUNCTION_LINES:
                name = re.search(r"([~\w:]+)\s*\(", head)
                message = f"{name[1] if name else 'a function'} has {lines} lines, of at most {MAX_FUNCTION_LINES}"
                findings.append(source.find(start, "long-function", message))
    return findings
