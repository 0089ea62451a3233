# SPDX-License-Identifier: Apache-2.0
"""shadw.vault: what goes in and out of it; the vault itself is tested in tests/vault."""

import io
import os
import pathlib
import shutil
import signal
import stat
import threading

import numpy as np
import pytest

import shadw
from shadw import crypto, shard, vault
from shadw.erasure import Code
from shadw.store import MemoryStore
from shadw.vault import SharedObject, Vault

SEED = crypto.SecretKey(bytes(range(32)))
CODE = Code(2, 1)


@pytest.fixture
def stores():
    return [MemoryStore(node_id=bytes([i]) * 32) for i in range(4)]


@pytest.fixture
def mine(stores):
    return Vault(SEED, stores, code=CODE, memory_budget_bytes=4 << 20)


@pytest.fixture
def data(rng):
    return rng.bytes(5_000_000)


# --- opening ---


def test_a_seed_and_the_keys_from_it_open_the_same_vault(stores):
    Vault(SEED, stores, code=CODE).put("a", b"text")
    for keys in (SEED.reveal(), crypto.Secret(SEED), shard.VaultKeys.from_seed(SEED)):
        assert Vault(keys, stores).get("a") == b"text"
    with pytest.raises(shadw.NotFoundError):
        Vault(bytes(32), stores).get("a")
    with pytest.raises(shadw.InvalidArgumentError):
        Vault(bytes(31), stores)


def test_stores_may_be_paths_which_are_made_only_when_asked_to(tmp_path):
    folders = [tmp_path / "a", str(tmp_path / "b"), tmp_path / "c"]
    with pytest.raises(shadw.NotFoundError):
        Vault(SEED, folders, code=CODE)
    assert not (tmp_path / "a").exists()
    Vault(SEED, folders, code=CODE, create=True).put("a", b"text")
    assert Vault(SEED, (folder for folder in folders)).get("a") == b"text"
    for wrong in (str(tmp_path / "a"), tmp_path / "a", b"/x"):
        with pytest.raises(TypeError, match="one path, need a list"):
            Vault(SEED, wrong)
    with pytest.raises(TypeError):
        Vault(SEED, [7])


def test_illegal_options_are_refused(stores):
    with pytest.raises(shadw.InvalidArgumentError):
        Vault(SEED, [])
    with pytest.raises(shadw.InvalidArgumentError, match=r"stores\[1\] and stores\[3\]"):
        Vault(SEED, [stores[i] for i in (0, 1, 2, 1)])
    with pytest.raises(shadw.InvalidArgumentError):
        Vault(SEED, stores, memory_budget_bytes=1)
    for threads in (0, 257):
        with pytest.raises(shadw.InvalidArgumentError):
            Vault(SEED, stores, threads=threads)
    with pytest.raises(shadw.LimitError):
        Vault(SEED, stores, code=Code(4, 2)).put("a", b"text")


def test_threads_give_the_same_bytes(stores, data):
    Vault(SEED, stores, code=CODE, threads=2).put("a", data)
    assert Vault(SEED, stores).get("a") == data
    assert Vault(SEED, stores, threads=3).get("a") == data


# --- put ---


class Reader:
    """A file with nothing but read, which gives little at a time."""

    def __init__(self, data):
        self._file = io.BytesIO(data)

    def read(self, size):
        return self._file.read(min(size, 99_999))


def sources(data, tmp_path):
    path = tmp_path / "source"
    path.write_bytes(data)
    yield data
    yield bytearray(data)
    yield np.frombuffer(data, np.uint8)
    yield path
    yield io.BytesIO(data)
    yield open(path, "rb")
    yield open(path, "rb", buffering=0)
    yield Reader(data)


def test_every_kind_of_source_stores_the_same_object(mine, data, tmp_path):
    for number, source in enumerate(sources(data, tmp_path)):
        receipt = mine.put("a", source)
        assert receipt.object_bytes == len(data)
        assert receipt.sequence == number + 1
        assert mine.get("a") == data
        if hasattr(source, "close"):
            source.close()


def test_a_pipe_is_read_to_its_end(mine, data):
    receiving, sending = os.pipe()

    def send():
        with open(sending, "wb") as file:
            file.write(data)

    thread = threading.Thread(target=send)
    thread.start()
    with open(receiving, "rb", buffering=0) as file:
        assert mine.put("a", file).object_bytes == len(data)
    thread.join()
    assert mine.get("a") == data


@pytest.mark.parametrize(
    "wrong",
    ["text", None, 7, [1, 2], io.StringIO("text"), np.zeros(4, np.uint16), np.zeros((2, 2))],
    ids=lambda wrong: type(wrong).__name__,
)
def test_what_is_no_source_is_refused_and_stores_nothing(mine, stores, wrong):
    with pytest.raises(TypeError):
        mine.put("a", wrong)
    assert mine.list() == []
    assert [store.used_bytes for store in stores] == [0] * 4


def test_a_path_brings_its_mode_and_time_along_and_arguments_win(mine, tmp_path):
    path = tmp_path / "source"
    path.write_bytes(b"text")
    os.chmod(path, 0o640)
    os.utime(path, ns=(1, 1_234_567_890_123_456_789))
    mine.put("a", path)
    info = mine.info("a")
    assert stat.S_IMODE(info.mode) == 0o640
    assert info.mtime_ns == 1_234_567_890_123_456_789
    mine.put("a", path, mode=0o600, mtime_ns=5)
    assert (mine.info("a").mode, mine.info("a").mtime_ns) == (0o600, 5)
    mine.put("a", b"text")
    assert mine.info("a").mode is None


def test_a_path_that_is_not_there_is_pythons_own_error(mine, tmp_path):
    with pytest.raises(FileNotFoundError):
        mine.put("a", tmp_path / "nothing")
    with pytest.raises(IsADirectoryError):
        mine.put("a", tmp_path)


def test_options_of_a_put_are_what_info_says(mine, data):
    mine.put("a", data, code=Code(1, 2), bound=True, public_audit=True, cell_bytes=4096)
    info = mine.info("a")
    assert (info.code, info.bound, info.public_audit) == (Code(1, 2), True, True)
    assert info.cell_bytes == 4096 and info.object_bytes == len(data)
    receipt = mine.put("b", bytes(len(data)), public_audit=True)
    assert any(one.public_root != bytes(32) for one in receipt.shards)
    smaller = mine.info("b").sealed_bytes
    mine.put("b", bytes(len(data)), compress=False)
    assert smaller < mine.info("b").sealed_bytes / 10


def test_names_are_text_with_surrogates_for_other_bytes(mine):
    names = sorted(["a", "a/b c", "žluť ✓", "not\udcffutf8", "x" * 4096], key=os.fsencode)
    for name in names:
        mine.put(name, os.fsencode(name))
    assert [entry.name for entry in mine.list()] == names
    for name in names:
        assert mine.get(name) == os.fsencode(name)
        assert mine.info(name).name == name
    for wrong in ("", "x" * 4097, "a\0b"):
        with pytest.raises(shadw.InvalidArgumentError):
            mine.put(wrong, b"")
    with pytest.raises(TypeError):
        mine.put(b"bytes", b"")


# --- callbacks ---


def test_progress_grows_and_ends_with_everything_durable(mine, data):
    seen = []
    main = threading.get_ident()

    def progress(at):
        assert threading.get_ident() == main
        seen.append((at.sealed_bytes, at.sent_bytes, at.durable_bytes))

    mine.put("a", data, progress=progress)
    assert len(seen) > 1
    assert all(sealed >= sent >= durable for sealed, sent, durable in seen)
    assert seen == sorted(seen)
    assert seen[-1] == (len(data),) * 3


def test_what_a_source_raises_ends_the_put_and_is_raised(mine, data, stores):
    mine.put("a", b"before")
    used = [store.used_bytes for store in stores]

    class Failing:
        calls = 0

        def read(self, size):
            self.calls += 1
            if self.calls > 3:
                raise ZeroDivisionError("in the middle")
            return data[:size]

    with pytest.raises(ZeroDivisionError, match="in the middle"):
        mine.put("a", Failing())
    assert mine.get("a") == b"before"
    assert [store.used_bytes for store in stores] == used


def test_what_progress_raises_ends_the_put_and_is_raised(mine, data):
    calls = []

    def progress(at):
        calls.append(at)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mine.put("a", data * 4, progress=progress)
    assert len(calls) == 1
    assert mine.list() == []


def test_a_signal_ends_a_put_that_runs_no_python(mine, stores, data):
    class Stop(Exception):
        pass

    def handler(number, frame):
        raise Stop

    def send(main):
        while not any(store.counters["puts"] for store in stores):
            pass
        signal.pthread_kill(main, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        # Where the machine is so busy that the put is over first, the name is listed.
        for _ in range(20):
            for store in stores:
                store.reset_counters()
            sender = threading.Thread(target=send, args=(threading.get_ident(),))
            with pytest.raises(Stop):
                sender.start()
                mine.put("a", data * 4, compress=False)
                sender.join()
            sender.join()
            if mine.list() == []:
                break
            mine.remove("a")
        else:
            pytest.fail("no put was ever ended")
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_callback_may_not_call_its_own_vault_and_does_not_hang(mine, data):
    with pytest.raises(shadw.PreconditionError, match="callback of the same vault"):
        mine.put("a", data, progress=lambda at: mine.list())
    assert mine.put("a", b"afterwards").object_bytes == 10


@pytest.mark.parametrize("answer", [None, "text", -1, 2**70, 1.5])
def test_a_file_that_answers_nonsense_is_refused(mine, answer):
    class Nonsense:
        def readinto(self, view):
            return answer

    with pytest.raises((TypeError, shadw.InvalidArgumentError)):
        mine.put("a", Nonsense())
    assert mine.list() == []


def test_a_file_cannot_claim_more_than_it_was_given_room_for(mine):
    class Boasting:
        def readinto(self, view):
            return len(view) + 1

    with pytest.raises(shadw.InvalidArgumentError, match="claims"):
        mine.put("a", Boasting())

    class Flooding:
        def read(self, size):
            return bytes(size + 1)

    with pytest.raises(shadw.InvalidArgumentError, match="claims"):
        mine.put("a", Flooding())


def test_what_a_file_keeps_of_its_arguments_stays_its_own(mine, data):
    kept = []

    class Keeping(io.BytesIO):
        def readinto(self, room):
            count = super().readinto(room)
            kept.append(memoryview(room)[:count])
            return count

        def write(self, piece):
            kept.append(memoryview(piece))
            return super().write(piece)

    mine.put("a", Keeping(data))
    assert b"".join(kept) == data
    kept.clear()
    mine.get_to("a", Keeping())
    assert b"".join(kept) == data


# --- get ---


def test_ranges_are_what_slices_are(mine, data):
    mine.put("a", data)
    end = len(data)
    for offset, count in [(0, 1), (1, 0), (4_000_000, 999_999), (end - 1, 2**64 - 1), (end, 5)]:
        assert mine.get("a", offset=offset, count=count) == data[offset : offset + count]
    assert mine.get("a", offset=end - 3) == data[-3:]
    with pytest.raises(shadw.InvalidArgumentError):
        mine.get("a", offset=end + 1)
    with pytest.raises(shadw.InvalidArgumentError):
        mine.get("a", offset=-1)


def test_a_range_reads_a_fraction_of_the_stored_bytes(mine, data, stores):
    mine.put("a", data, compress=False)
    for store in stores:
        store.reset_counters()
    mine.get("a", offset=2_500_000, count=4096)
    assert sum(store.counters["bytes_read"] for store in stores) < len(data) // 10


def test_an_object_is_written_to_a_path_with_its_mode_and_time(mine, data, tmp_path):
    mine.put("a", data, mode=0o640, mtime_ns=1_234_567_890_123_456_789)
    target = tmp_path / "target"
    target.write_bytes(b"before")
    report = mine.get_to("a", target)
    assert report.bytes == len(data) and report.faults == []
    assert target.read_bytes() == data
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert target.stat().st_mtime_ns == 1_234_567_890_123_456_789
    mine.get_to("a", target, offset=5, count=10)
    assert target.read_bytes() == data[5:15]
    assert os.listdir(tmp_path) == ["target"]


def test_a_failed_get_leaves_what_was_there_and_nothing_else(mine, data, stores, tmp_path):
    target = tmp_path / "target"
    with pytest.raises(shadw.NotFoundError):
        mine.get_to("nothing", target)
    assert os.listdir(tmp_path) == []
    mine.put("a", data)
    target.write_bytes(b"before")
    # The second half of the object is gone: the get fails when it has begun.
    receipt = mine.put("a", data)
    last = max(one.segment for one in receipt.shards)
    assert last > 0
    keys = shard.VaultKeys.from_seed(SEED).for_name("a", receipt.generation)
    for one in receipt.shards:
        if one.segment == last:
            store = next(store for store in stores if store.node_id == one.node)
            store.delete(one.id, keys.token_for(one.node, one.id))
    with pytest.raises(shadw.PreconditionError):
        mine.get_to("a", target)
    assert target.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["target"]
    with pytest.raises(shadw.PreconditionError):
        mine.get("a")


def test_an_object_is_written_to_files_that_take_little_at_a_time(mine, data):
    mine.put("a", data)

    class Narrow(io.BytesIO):
        def write(self, view):
            return super().write(view[:77_777])

    target = Narrow()
    mine.get_to("a", target)
    assert target.getvalue() == data


def test_what_a_target_raises_ends_the_get_and_is_raised(mine, data):
    mine.put("a", data)

    class Full(io.RawIOBase):
        def write(self, view):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        mine.get_to("a", Full())

    class Stuck:
        def write(self, view):
            return 0

    with pytest.raises(shadw.UnavailableError):
        mine.get_to("a", Stuck())
    with pytest.raises(TypeError):
        mine.get_to("a", io.StringIO())
    with pytest.raises(AttributeError):
        mine.get_to("a", 7)


# --- the rest ---


def test_objects_are_listed_described_and_removed(mine):
    for name in ("b/2", "a", "b/1"):
        mine.put(name, name.encode())
    assert [entry.name for entry in mine.list()] == ["a", "b/1", "b/2"]
    assert [entry.name for entry in mine.list("b/")] == ["b/1", "b/2"]
    entry = mine.list("a")[0]
    assert entry.id == mine.info("a").id and entry.object_bytes == 1
    mine.remove("a")
    assert [entry.name for entry in mine.list()] == ["b/1", "b/2"]
    with pytest.raises(KeyError):
        mine.get("a")


def test_a_version_that_is_stored_but_not_listed_says_why(tmp_path):
    header_bytes, token_hash_bytes = 1024, 32
    mine = Vault(SEED, [tmp_path / str(i) for i in range(4)], code=CODE, create=True)
    receipt = mine.put("a", b"text")
    assert receipt.listed and receipt.why_not_listed == ""
    # Of the catalogue only heads stay.
    for blob in tmp_path.glob("*/blobs/*/*/*"):
        if blob.stat().st_size > header_bytes + token_hash_bytes:
            blob.unlink()
    receipt = mine.put("b", b"text")
    assert not receipt.listed
    assert receipt.why_not_listed.startswith("vault: ")
    assert mine.get("b") == b"text"
    report = mine.verify("b")
    assert not report.whole and report.faults == []
    assert report.catalogue_fault.startswith("vault: ")
    assert mine.repair("b").catalogue_fault.startswith("vault: ")


def test_loss_is_named_and_repaired(mine, stores, data):
    receipt = mine.put("a", data)
    keys = shard.VaultKeys.from_seed(SEED).for_name("a", receipt.generation)
    lost = receipt.shards[0]
    store = next(store for store in stores if store.node_id == lost.node)
    store.delete(lost.id, keys.token_for(lost.node, lost.id))
    report = mine.verify("a")
    assert not report.whole
    assert [(f.segment, f.index, f.state) for f in report.faults] == [
        (lost.segment, lost.index, "missing")
    ]
    assert report.shards_whole == report.shards_expected - 1
    assert "missing" in repr(report.faults[0])
    rotated = mine.rotate("a")
    assert rotated.shards_left == 1 and "repair it first" in rotated.why_left
    assert mine.repair_catalogue().shards_rebuilt == 0
    repaired = mine.repair("a")
    assert (repaired.shards_rebuilt, repaired.shards_stuck, repaired.catalogue_fault) == (1, 0, "")
    report = mine.verify("a")
    assert report.whole and report.catalogue_fault == ""
    assert mine.rotate("a", 1).shards_rotated == report.segments
    with pytest.raises(shadw.InvalidArgumentError):
        mine.rotate("a", 3)
    assert mine.get("a") == data


def test_a_capability_opens_what_its_right_allows(mine, stores, data, tmp_path):
    mine.put("a", data)
    reader = SharedObject(mine.share("a", "read"), stores)
    agent = SharedObject(mine.share("a", "verify"), stores)
    auditor = SharedObject(shard.decode_capability(mine.share("a", "audit")), stores)
    assert reader.get() == data
    assert reader.get(offset=10, count=5) == data[10:15]
    assert reader.info().object_bytes == len(data)
    reader.get_to(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == data
    assert agent.rotate(0).shards_rotated > 0
    assert agent.repair().shards_rebuilt == 0
    for one in (reader, agent, auditor):
        assert one.verify().whole
    refused = [reader.rotate, reader.repair, agent.get, auditor.get, auditor.repair, auditor.info]
    for attempt in refused:
        with pytest.raises(PermissionError):
            attempt()
    with pytest.raises(shadw.InvalidArgumentError):
        mine.share("a", "own")
    with pytest.raises(shadw.InvalidArgumentError):
        SharedObject("shadw-read-1-nonsense", stores)


def test_everything_is_recovered_from_the_root_key_alone(tmp_path, data):
    folders = [tmp_path / str(i) for i in range(3)]
    mine = Vault(SEED, folders, create=True, code=CODE)
    mine.put("a", data, mode=0o600, mtime_ns=7_000_000_000)
    mine.put("folder/b", b"text")
    pile = tmp_path / "pile"
    pile.mkdir()
    for number, blob in enumerate(tmp_path.glob("[0-2]/blobs/*/*/*")):
        shutil.copyfile(blob, pile / f"{number * 7919 % 10007}")
    report = vault.recover(SEED, [pile], tmp_path / "out")
    assert [(one.name, one.restored) for one in report.objects] == [
        ("a", True),
        ("folder/b", True),
    ]
    assert report.shards_found > 0 and isinstance(report.objects[0].path, pathlib.Path)
    assert (tmp_path / "out" / "a").read_bytes() == data
    assert (tmp_path / "out" / "folder" / "b").read_bytes() == b"text"
    assert (tmp_path / "out" / "a").stat().st_mtime_ns == 7_000_000_000
    with pytest.raises(shadw.NotFoundError):
        vault.recover(SEED, [tmp_path / "nowhere"], tmp_path / "out2")


def test_time_and_randomness_are_parameters(data):
    def make():
        stores = [MemoryStore(node_id=bytes([i]) * 32) for i in range(3)]
        clock = vault.ManualClock(1_700_000_000_000_000_000)
        mine = Vault(SEED, stores, code=CODE, clock=clock, random=crypto.SeededRandom(5))
        mine.put("a", data, mtime_ns=1)
        clock.set(clock.time_ns + 1_000_000_000)
        mine.put("b", b"text")
        assert mine.info("b").put_time_ns == 1_700_000_001_000_000_000
        return [(store.list(), [store.get(one) for one in store.list()]) for store in stores]

    assert make() == make()


def test_a_vault_and_its_stores_live_as_long_as_either(data):
    mine = Vault(SEED, [MemoryStore() for _ in range(3)], code=CODE)
    mine.put("a", data)
    assert mine.get("a") == data
