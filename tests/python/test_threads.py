# SPDX-License-Identifier: Apache-2.0
"""Other threads run while the library works."""

import threading

import numpy as np
import pytest
from under_way import seen_under_way

from shadw import crypto, shard
from shadw.erasure import Code, ReedSolomon
from shadw.store import MemoryStore
from shadw.vault import Vault

SIZE = 16 << 20


def sealed_segment():
    keys = shard.VaultKeys.from_seed(bytes(32)).for_name("x")
    nodes = [bytes([i]) * 32 for i in range(6)]
    plain = bytes(4 << 20)
    sealed = shard.seal_segment(keys, plain, code=Code(4, 2), nodes=nodes)
    return keys, nodes, plain, sealed.shards


def works():
    data = np.zeros((4, SIZE // 4), np.uint8)
    flat = data.reshape(-1)
    coder = ReedSolomon(4, 2, backend="plain_tables")
    everything = np.zeros((6, SIZE // 4), np.uint8)
    key = crypto.SecretKey.generate()
    gcm = crypto.AesGcm(key)
    nonce = bytes(12)
    sealed = gcm.seal(nonce, flat)
    keys, nodes, plain, shards = sealed_segment()
    return {
        "encode": lambda: coder.encode(data),
        "reconstruct": lambda: coder.reconstruct(dict(enumerate(everything[:4]))),
        "verify": lambda: coder.verify(everything),
        "split_and_encode": lambda: coder.split_and_encode(flat),
        "join": lambda: coder.join(dict(enumerate(everything[2:], 2)), SIZE),
        "sha256": lambda: crypto.sha256(flat),
        "blake2b256": lambda: crypto.blake2b256(flat),
        "leaf_hashes": lambda: crypto.leaf_hashes(flat, 4096),
        "merkle_root": lambda: crypto.merkle_root(flat.reshape(-1, 32)),
        "seal": lambda: gcm.seal(nonce, flat),
        "open": lambda: gcm.open(nonce, sealed),
        "gmac": lambda: crypto.gmac(key, nonce, flat),
        "xchacha20_poly1305_seal": lambda: crypto.xchacha20_poly1305_seal(key, bytes(24), flat),
        "seal_segment": lambda: shard.seal_segment(keys, plain, code=Code(4, 2), nodes=nodes),
        "open_segment": lambda: shard.open_segment(keys, shards),
        "check_segment": lambda: shard.check_segment(keys, shards),
    }


WORKS = works()


@pytest.mark.parametrize("name", WORKS)
def test_another_thread_runs_while_it_works(voluntary_switches, name):
    assert seen_under_way(WORKS[name])


def test_the_detector_sees_work_that_keeps_the_lock(voluntary_switches):
    assert not seen_under_way(lambda: sum(range(20_000)))


def test_a_progress_callback_runs_while_others_wait_for_the_vault():
    stores = [MemoryStore() for _ in range(3)]
    vault = Vault(bytes(32), stores, code=Code(2, 1))
    seen = []
    threads = []

    def progress(at):
        if not threads:
            threads.append(threading.Thread(target=lambda: seen.append(vault.list())))
            threads[0].start()

    vault.put("a", bytes(3 << 20), progress=progress, compress=False)
    threads[0].join()
    assert [entry.name for entry in seen[0]] == ["a"]


def test_threads_share_a_coder_and_get_their_own_results(rng):
    coder = ReedSolomon(6, 3)
    inputs = [rng.integers(0, 256, (6, 5000), np.uint8) for _ in range(8)]
    expected = [coder.encode(data) for data in inputs]
    results = [None] * len(inputs)

    def run(i):
        for _ in range(20):
            results[i] = coder.encode(inputs[i])

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(inputs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(a, b) for a, b in zip(results, expected, strict=True))


def test_threads_share_a_seeded_stream_and_no_byte_comes_twice():
    expected = crypto.SeededRandom(3).bytes(16 * 400)
    stream = crypto.SeededRandom(3)
    pieces = [[] for _ in range(4)]

    def run(mine):
        for _ in range(100):
            mine.append(stream.bytes(16))

    threads = [threading.Thread(target=run, args=(mine,)) for mine in pieces]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drawn = {piece for mine in pieces for piece in mine}
    assert drawn == {expected[i : i + 16] for i in range(0, len(expected), 16)}
