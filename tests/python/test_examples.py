# SPDX-License-Identifier: Apache-2.0
"""The examples and the snippets of the documentation run as they are printed."""

import pathlib
import re
import subprocess
import sys

import pytest

TREE = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = sorted((TREE / "examples").glob("[0-9]*.py"))
SNIPPETS = [
    (path.name, snippet)
    for path in (TREE / "README.md", TREE / "bindings" / "python" / "README.md")
    for snippet in re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_example_runs_and_is_short(path, tmp_path):
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_the_snippet_of_the_documentation_runs(number, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name, snippet = SNIPPETS[number]
    exec(compile(snippet, name, "exec"), {"__name__": "__main__"})


def test_the_documentation_has_snippets():
    assert SNIPPETS


def test_the_example_of_the_packages_own_text_runs():
    import shadw

    lines = shadw.__doc__.split("\n\n", 1)[1].split("\n\nOne module")[0]
    exec("\n".join(line.removeprefix("    ") for line in lines.split("\n")), {})
