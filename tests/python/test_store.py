# SPDX-License-Identifier: Apache-2.0
"""shadw.store; the stores themselves are tested in tests/store."""

import os
import pathlib

import pytest

import shadw
from shadw.store import DirectoryStore, MemoryStore, Store, hash_token

ID, TOKEN = b"i" * 32, b"t" * 32


@pytest.fixture(params=["memory", "directory"])
def store(request, tmp_path):
    if request.param == "memory":
        return MemoryStore()
    return DirectoryStore(tmp_path / "store", sync=False)


def test_a_blob_is_put_once_read_in_ranges_and_deleted_by_its_token(store):
    assert isinstance(store, Store)
    store.put(ID, b"0123456789", hash_token(TOKEN))
    store.flush()
    assert store.get(ID) == b"0123456789"
    assert store.get(ID, offset=3, count=4) == b"3456"
    assert store.get(ID, offset=8, count=2**60) == b"89"
    assert store.get(ID, offset=2**40) == b""
    with pytest.raises(shadw.ConflictError):
        store.put(ID, b"other", hash_token(TOKEN))
    with pytest.raises(shadw.PermissionDeniedError):
        store.delete(ID, b"x" * 32)
    store.delete(ID, TOKEN)
    for attempt in (lambda: store.get(ID), lambda: store.delete(ID, TOKEN)):
        with pytest.raises(shadw.NotFoundError):
            attempt()


def test_ids_are_listed_page_by_page_and_counted(store):
    ids = [bytes([i]) * 32 for i in range(5)]
    for one in reversed(ids):
        store.put(one, one * 2, hash_token(TOKEN))
    assert store.list() == ids
    assert store.list(limit=2) == ids[:2]
    assert store.list(after=ids[1], limit=2) == ids[2:4]
    assert store.list(after=ids[4]) == []
    stats = store.stat_many([ids[0], b"?" * 32, ids[4]])
    assert stats[1] is None
    assert [stats[i].bytes for i in (0, 2)] == [64, 64]
    assert stats[0].token_hash == hash_token(TOKEN)
    with pytest.raises(shadw.InvalidArgumentError):
        store.list(limit=0)


def test_ids_and_tokens_have_32_bytes(store):
    with pytest.raises(shadw.InvalidArgumentError, match="31 bytes as a storage id, need 32"):
        store.put(bytes(31), b"", bytes(32))
    with pytest.raises(shadw.InvalidArgumentError):
        store.get(bytes(33))
    with pytest.raises(shadw.InvalidArgumentError):
        store.stat_many([bytes(32), bytes(31)])
    with pytest.raises(TypeError):
        store.put(ID, "text", bytes(32))


def test_a_memory_store_is_full_when_its_size_says_so_and_counts_what_it_is_asked():
    store = MemoryStore(node_id=b"n" * 32, capacity_bytes=100)
    assert store.node_id == b"n" * 32
    store.put(ID, bytes(60), bytes(32))
    assert store.used_bytes == 92
    with pytest.raises(shadw.LimitError):
        store.put(b"j" * 32, b"", bytes(32))
    store.get(ID, offset=50)
    counters = store.counters
    assert (counters["puts"], counters["bytes_written"], counters["bytes_read"]) == (2, 60, 10)
    store.reset_counters()
    assert set(store.counters.values()) == {0}
    assert MemoryStore().node_id != MemoryStore().node_id


def test_a_directory_store_keeps_its_node_id_when_it_moves(tmp_path):
    first = DirectoryStore(tmp_path / "a", sync=False)
    node_id = first.node_id
    del first
    os.rename(tmp_path / "a", tmp_path / "b")
    assert DirectoryStore(str(tmp_path / "b"), create=False).node_id == node_id
    with pytest.raises(shadw.NotFoundError):
        DirectoryStore(tmp_path / "c", create=False)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "something").touch()
    with pytest.raises(shadw.PreconditionError):
        DirectoryStore(tmp_path / "d")


def test_a_directory_may_have_any_name(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff\xc5\xbe x"
    DirectoryStore(pathlib.Path(os.fsdecode(path)), sync=False).put(ID, b"x", bytes(32))
    assert os.path.isdir(path)
    assert DirectoryStore(os.fsdecode(path), create=False).get(ID) == b"x"
