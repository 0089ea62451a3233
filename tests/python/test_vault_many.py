# SPDX-License-Identifier: Apache-2.0
"""shadw.vault: many objects in one call, folders, and rights to one object of a pack."""

import io
import os
import pathlib
import random
import stat
import threading

import numpy as np
import pytest

import shadw
from shadw import crypto, shard
from shadw.erasure import Code
from shadw.store import MemoryStore
from shadw.vault import Item, SharedObject, Vault

SEED = crypto.SecretKey(bytes(range(32)))


@pytest.fixture
def stores():
    return [MemoryStore(node_id=bytes([i]) * 32) for i in range(4)]


@pytest.fixture
def mine(stores):
    return Vault(SEED, stores, code=Code(2, 1), memory_budget_bytes=4 << 20)


def names(mine):
    return [entry.name for entry in mine.list()]


# --- put_many ---


def test_every_kind_of_source_and_item_is_stored(mine, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"from a path")
    os.chmod(path, 0o640)
    os.utime(path, ns=(1, 1_234_567_890_123_456_789))

    def items():
        yield "bytes", b"some"
        yield "array", np.arange(5, dtype=np.uint8)
        yield "path", path
        yield "file", io.BytesIO(b"from a file")
        yield Item("large", bytes(100_000), mode=0o600, mtime_ns=7)
        yield Item("explicit", path, mode=0o444, mtime_ns=-1)
        yield Item("folder", kind="directory", mode=0o711)
        yield Item("link", os.fsencode("../žluť"), kind="symlink")
        yield Item("not\udcffutf8")

    receipt = mine.put_many(items())
    assert (receipt.objects, receipt.packed) == (9, 8)
    assert receipt.packs >= 1 and receipt.stored_bytes > 0
    assert receipt.listed and receipt.why_not_listed == ""
    assert "packed=8" in repr(receipt)
    assert mine.get("bytes") == b"some"
    assert mine.get("array") == bytes(range(5))
    assert mine.get("path") == b"from a path"
    assert mine.get("file") == b"from a file"
    assert mine.get("large") == bytes(100_000)
    assert mine.get("link") == os.fsencode("../žluť")
    assert mine.get("not\udcffutf8") == b""
    entries = {entry.name: entry for entry in mine.list()}
    assert (entries["path"].mode, entries["path"].mtime_ns) == (0o640, 1_234_567_890_123_456_789)
    assert (entries["explicit"].mode, entries["explicit"].mtime_ns) == (0o444, -1)
    assert (entries["large"].mode, entries["large"].mtime_ns) == (0o600, 7)
    assert entries["bytes"].mode is None
    assert entries["bytes"].packed and not entries["large"].packed
    for name, kind in (("bytes", "file"), ("folder", "directory"), ("link", "symlink")):
        assert entries[name].kind == kind
        assert (mine.info(name).kind, mine.info(name).packed) == (kind, True)
    assert "kind='symlink'" in repr(entries["link"])


def test_nothing_is_a_batch_too(mine):
    assert mine.put_many([]).objects == 0
    assert mine.list() == []


@pytest.mark.parametrize(
    "wrong",
    [
        "a",
        ("a",),
        ("a", b"", b""),
        ("a", "text"),
        ("a", None),
        (b"a", b""),
        7,
        Item("a", b"", mode=1.5),
    ],
    ids=str,
)
def test_what_is_no_item_is_a_type_error_and_what_came_before_is_stored(mine, wrong):
    with pytest.raises(TypeError):
        mine.put_many([("before", b"1"), wrong, ("after", b"2")])
    assert names(mine) == ["before"]
    with pytest.raises(TypeError):
        mine.put_many(7)


def test_illegal_names_and_kinds_are_refused(mine):
    for item in (("", b""), ("a\0b", b""), Item("a", kind="pack"), Item("a", kind="pipe")):
        with pytest.raises(shadw.InvalidArgumentError):
            mine.put_many([item])
    assert mine.list() == []


def test_what_the_iterator_raises_is_raised_unchanged(mine):
    error = ZeroDivisionError("in the middle")

    def items():
        yield "a", b"1"
        yield "b", b"2"
        raise error

    with pytest.raises(ZeroDivisionError) as caught:
        mine.put_many(items())
    assert caught.value is error
    assert names(mine) == ["a", "b"]


def test_what_a_source_or_progress_raises_is_raised(mine, tmp_path):
    class Failing:
        def read(self, size):
            raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        mine.put_many([("a", b"1"), ("b", Failing())])
    with pytest.raises(FileNotFoundError):
        mine.put_many([("a", tmp_path / "nothing")])

    def progress(at):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mine.put_many(((f"n{i}", bytes(200_000)) for i in range(9)), progress=progress)
    assert len(mine.list()) < 9


def test_other_threads_run_while_many_are_put(mine):
    turns = 0
    done = threading.Event()

    def work():
        nonlocal turns
        while not done.is_set():
            turns += 1

    thread = threading.Thread(target=work)
    thread.start()
    seen = []

    def items():
        for i in range(300):
            seen.append(turns)
            yield f"n{i}", bytes(30_000)

    mine.put_many(items(), compress=False)
    done.set()
    thread.join()
    assert seen[-1] > seen[0]
    assert len(mine.list()) == 300


def test_the_iterator_may_not_use_its_own_vault(mine):
    def items():
        yield "a", b"1"
        mine.list()

    with pytest.raises(shadw.PreconditionError, match="callback of the same vault"):
        mine.put_many(items())
    assert mine.get("a") == b"1"


def test_sources_are_let_go(mine):
    class Source(io.BytesIO):
        alive = 0

        def __init__(self, content):
            super().__init__(content)
            Source.alive += 1

        def __del__(self):
            Source.alive -= 1

    most = 0

    def items():
        nonlocal most
        for i in range(100):
            yield f"n{i}", Source(b"x")
            most = max(most, Source.alive)

    mine.put_many(items())
    assert Source.alive == 0 and most <= 3


def test_compact_reclaims_what_was_removed(mine):
    # Three stripes, padded to four; without three objects it is two.
    contents = [random.Random(i).randbytes(1_500) for i in range(10)]
    mine.put_many((f"n{i}", content) for i, content in enumerate(contents))
    assert mine.compact().packs_rewritten == 0
    for i in range(3):
        mine.remove(f"n{i}")
    report = mine.compact()
    assert report.packs_rewritten == 1
    assert report.bytes_after < report.bytes_before
    assert mine.get("n9") == contents[9]


# --- rights ---


def test_a_capability_of_a_member_opens_it_alone(mine, stores):
    mine.put_many([("a", b"mine"), ("b", b"theirs")])
    text = mine.share("a", "read")
    assert shard.is_member_capability(text)
    assert not shard.is_member_capability(mine.share("a", "verify"))
    keys = shard.decode_member_capability(text)
    assert shard.encode_member_capability(keys) == text
    assert keys.pack.right == "read" and len(keys.record) == 16
    owner = shard.VaultKeys.from_seed(SEED)
    assert owner.member_key(keys.record).reveal() == keys.key.reveal()
    assert keys.key.reveal().hex() not in repr(keys)
    again = shard.MemberKeys(keys.pack, keys.record, keys.key)
    for given in (text, keys, again):
        shared = SharedObject(given, stores)
        assert shared.get() == b"mine"
        assert shared.get(offset=1, count=2) == b"in"
        assert (shared.info().name, shared.info().packed) == ("a", True)
        assert shared.verify().whole
        for denied in (shared.repair, shared.rotate):
            with pytest.raises(shadw.PermissionDeniedError):
                denied()
    other = shard.decode_member_capability(mine.share("b", "read"))
    with pytest.raises(shadw.DataLossError):
        SharedObject(shard.MemberKeys(keys.pack, other.record, keys.key), stores).get()
    for wrong in (text[:-1], text.replace("member", "reader"), ""):
        with pytest.raises(shadw.InvalidArgumentError):
            SharedObject(wrong, stores)
        with pytest.raises(shadw.InvalidArgumentError):
            shard.decode_member_capability(wrong)
    with pytest.raises(TypeError):
        shard.decode_member_capability(7)


def test_metadata_has_every_kind():
    for kind in ("file", "directory", "page", "pack", "symlink", "dead_list"):
        assert shard.Metadata.decode(shard.Metadata("n", kind=kind).encode()).kind == kind


# --- folders ---


@pytest.fixture
def tree(tmp_path):
    top = tmp_path / "tree"
    (top / "folder" / "empty").mkdir(parents=True)
    (top / "small").write_bytes(b"text")
    (top / "folder" / "large").write_bytes(bytes(100_000))
    (top / "link").symlink_to("small")
    os.mkfifo(top / "pipe")
    os.chmod(top / "small", 0o640)
    os.chmod(top / "folder", 0o711)
    os.utime(top / "folder", ns=(0, 5))
    return top


def test_a_folder_comes_back(mine, tree, tmp_path):
    report = mine.put_tree(tree)
    assert report.receipt.objects == 6
    assert [(one.path, one.why) for one in report.skipped] == [
        (str(tree / "pipe"), "is a pipe, a socket or a device")
    ]
    assert (report.failed, report.changed) == ([], [])
    inside = ["tree", "tree/folder", "tree/folder/empty", "tree/folder/large", "tree/link"]
    assert names(mine) == [*inside, "tree/small"]
    out = tmp_path / "out"
    got = mine.get_tree("tree", out)
    assert (got.restored, got.faults, got.failed) == (6, 0, [])
    assert got.bytes == report.receipt.object_bytes
    assert (out / "tree/small").read_bytes() == b"text"
    assert (out / "tree/folder/large").read_bytes() == bytes(100_000)
    assert os.readlink(out / "tree/link") == "small"
    assert stat.S_IMODE((out / "tree/small").stat().st_mode) == 0o640
    assert (out / "tree/folder").stat().st_mtime_ns == 5
    again = mine.get_tree("", out)
    assert {one.name for one in again.failed} == {"tree/folder/large", "tree/link", "tree/small"}
    assert all("File exists" in one.why for one in again.failed)


def test_a_folder_may_get_another_name_and_leave_something_out(mine, tree):
    mine.put_tree(str(tree), "deep/er", leave_out=[tree / "folder"], code=Code(1, 2))
    assert names(mine) == ["deep/er", "deep/er/link", "deep/er/small"]
    assert mine.info("deep/er/small").code == Code(1, 2)
    mine.put_tree(tree / ".", "")
    assert "small" in names(mine) and "folder/large" in names(mine)


def test_folders_that_are_not_there_are_not_found(mine, tmp_path):
    with pytest.raises(shadw.NotFoundError):
        mine.put_tree(tmp_path / "nothing")
    with pytest.raises(shadw.NotFoundError):
        mine.get_tree("nothing", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(TypeError):
        mine.put_tree(7)


def test_what_progress_raises_ends_a_tree(mine, tree):
    def progress(at):
        raise KeyboardInterrupt

    (tree / "folder" / "larger").write_bytes(os.urandom(5_000_000))
    with pytest.raises(KeyboardInterrupt):
        mine.put_tree(tree, progress=progress)
    assert "tree/folder/larger" not in names(mine)


def test_a_name_that_leads_outside_stays_inside(mine, tmp_path):
    mine.put_many([("../escaped", b"1"), Item("a", os.fsencode(tmp_path), kind="symlink")])
    mine.put_many([("a/through", b"2")])
    report = mine.get_tree("", tmp_path / "out")
    assert [one.name for one in report.failed] == ["a"]
    assert sorted(pathlib.Path(tmp_path).iterdir()) == [tmp_path / "out"]
