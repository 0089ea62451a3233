# SPDX-License-Identifier: Apache-2.0
"""What `pip install .` says of itself."""

import importlib.metadata
import re

import pytest

import shadw


def test_the_version_is_the_one_of_cmake(tree):
    text = (tree / "CMakeLists.txt").read_text(encoding="utf-8")
    (version,) = re.findall(r"project\(libshadw VERSION ([0-9.]+)", text)
    assert shadw.__version__ == importlib.metadata.version("shadw") == version


def test_the_python_it_asks_for_has_what_it_uses(tree):
    asked = importlib.metadata.metadata("shadw")["Requires-Python"]
    least = tuple(int(one) for one in asked.removeprefix(">=").split("."))
    uses = {"typing.TypeAlias": (3, 10), "match ": (3, 10), "strict=True": (3, 10)}
    package = tree / "bindings" / "python" / "shadw"
    text = "\n".join(path.read_text(encoding="utf-8") for path in package.glob("*.py*"))
    assert least >= max(since for word, since in uses.items() if word in text)


def test_numpy_is_the_only_thing_it_needs_to_run():
    needed = [one for one in importlib.metadata.requires("shadw") if "extra ==" not in one]
    assert [re.match(r"\w+", one)[0] for one in needed] == ["numpy"]


def test_the_requirements_of_the_tests_are_those_of_the_extra(tree):
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = (tree / "tests" / "python" / "requirements.txt").read_text(encoding="utf-8").split()
    assert listed == project["optional-dependencies"]["test"]


def test_a_value_shows_its_properties_and_no_secret():
    from shadw import crypto, shard
    from shadw.erasure import Code

    metadata = shard.Metadata("a", mode=0o600)
    assert repr(metadata) == "Metadata(name='a', mode=384, kind='file', extent=None, intent=None)"
    keys = shard.VaultKeys.from_seed(bytes(32)).for_name("a")
    nodes = [bytes(31) + bytes([i]) for i in range(3)]
    sealed = shard.seal_segment(keys, bytes(100), code=Code(2, 1), nodes=nodes)
    shown = repr(shard.open_header(keys, sealed.shards[0]))
    assert "AuditBox(" in shown and "content_key=SecretKey(hidden)" in shown
    assert f"node={nodes[0].hex()}" in shown
    assert repr(shard.open_segment(keys, sealed.shards)) == (
        "OpenedSegment(plain=<100 bytes>, faults=[], unopened=[])"
    )
    assert "hidden" in repr(crypto.SecretKey.generate())
