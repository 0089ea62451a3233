# SPDX-License-Identifier: Apache-2.0
"""Bytes cross the border without copies and without casts."""

import array
import ctypes
import mmap
import subprocess
import sys
import textwrap
import tracemalloc

import numpy as np
import pytest

import shadw
from shadw import crypto, shard
from shadw.erasure import Code, ReedSolomon

DATA = bytes(range(200))
DIGEST = crypto.sha256(DATA)


def a_file_in_memory():
    memory = mmap.mmap(-1, len(DATA))
    memory.write(DATA)
    return memory


@pytest.mark.parametrize(
    "buffer",
    [
        DATA,
        bytearray(DATA),
        memoryview(DATA),
        memoryview(b"x" + DATA)[1:],
        array.array("B", DATA),
        np.frombuffer(DATA, np.uint8),
        np.frombuffer(b"x" + DATA, np.uint8)[1:],
        (ctypes.c_ubyte * len(DATA))(*DATA),
        a_file_in_memory(),
    ],
    ids=lambda buffer: type(buffer).__name__,
)
def test_every_contiguous_buffer_of_uint8_is_taken(buffer):
    assert crypto.sha256(buffer) == DIGEST


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ("text", "str"),
        (None, "NoneType"),
        (7, "int"),
        ([1, 2, 3], "list"),
        (np.zeros(4, np.int8), "'b'"),
        (np.zeros(4, np.uint16), "'H'"),
        (np.zeros(4, np.float64), "'d'"),
        (np.zeros(4, bool), "'?'"),
        (np.zeros(4, object), "'O'"),
        (np.zeros(4, "S1"), "'1s'"),
        (array.array("b", b"abc"), "'b'"),
        (memoryview(b"abc").cast("c"), "'c'"),
        (np.ma.masked_array(np.zeros(4, np.uint8), mask=[0, 1, 0, 0]), "masked"),
    ],
    ids=str,
)
def test_nothing_is_cast_to_uint8(wrong, word):
    with pytest.raises(TypeError, match=word):
        crypto.sha256(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((2, 2), np.uint8),
        np.zeros((), np.uint8),
        np.zeros(8, np.uint8)[::2],
        np.zeros(8, np.uint8)[::-1],
    ],
    ids=["two dimensions", "none", "strided", "reversed"],
)
def test_another_shape_is_refused_and_not_flattened(wrong):
    with pytest.raises(shadw.InvalidArgumentError):
        crypto.sha256(wrong)


@pytest.mark.parametrize("wrong", [1.0, "1", None, np.float32(2), b"1", np.zeros(2, int)])
def test_only_integers_are_taken_for_integers(wrong):
    with pytest.raises(TypeError):
        ReedSolomon(wrong, 2)


@pytest.mark.parametrize("wrong", [-1, 65536, 2**64, -(2**70)])
def test_integers_out_of_range_are_refused_and_not_wrapped(wrong):
    with pytest.raises(shadw.InvalidArgumentError, match="need an integer from 0 to 65535"):
        ReedSolomon(wrong, 2)


def test_integers_of_numpy_are_integers():
    assert ReedSolomon(np.uint8(4), np.int64(2)).code == Code(4, 2)


def test_rows_may_lie_apart_but_their_bytes_may_not(rng):
    coder = ReedSolomon(4, 2)
    wide = rng.integers(0, 256, (8, 200), np.uint8)
    expected = coder.encode(wide[::2, 20:120].copy())
    assert np.array_equal(coder.encode(wide[::2, 20:120]), expected)
    assert np.array_equal(coder.encode(list(wide[::2, 20:120])), expected)
    assert np.array_equal(coder.encode(wide[6::-2, 20:120][::-1]), expected)
    with pytest.raises(shadw.InvalidArgumentError, match="gaps"):
        coder.encode(wide[::2, ::2])
    with pytest.raises(shadw.InvalidArgumentError, match="gaps"):
        coder.encode(np.asfortranarray(wide[:4]))


@pytest.mark.parametrize("wrong", ["abcd", 4, None, [b"ab", "ab"], [b"ab", 1]])
def test_rows_are_arrays_or_sequences_of_buffers(wrong):
    with pytest.raises(TypeError):
        ReedSolomon(2, 1).encode(wrong)


def test_results_are_new_writable_arrays_of_uint8(rng):
    coder = ReedSolomon(4, 2)
    data = rng.integers(0, 256, (4, 100), np.uint8)
    shards = coder.split_and_encode(data.ravel())
    results = [coder.encode(data), *shards, *coder.reconstruct(dict(enumerate(data))).values()]
    for result in results:
        assert result.dtype == np.uint8
        assert result.flags.writeable and result.flags.c_contiguous
        assert not np.shares_memory(result, data)


def test_a_shard_outlives_the_call_and_its_siblings():
    keys = shard.VaultKeys.from_seed(bytes(32)).for_name("x")
    nodes = [bytes([i]) * 32 for i in range(3)]
    sealed = shard.seal_segment(keys, b"abc" * 1000, code=Code(2, 1), nodes=nodes)
    shards = sealed.shards
    first, copies = shards[0], [one.tobytes() for one in shards]
    del sealed, shards
    assert first.tobytes() == copies[0]
    assert shard.open_segment(keys, copies).plain == b"abc" * 1000


def test_a_buffer_in_use_cannot_be_resized_and_is_free_again_afterwards():
    data = bytearray(DATA)
    crypto.sha256(data)
    data.extend(b"more")
    with pytest.raises(TypeError):
        crypto.sha256("text")
    with pytest.raises(shadw.InvalidArgumentError):
        crypto.ed25519_verify(data, data, data)
    data.extend(b"more")


def test_encoding_takes_no_memory_from_python_but_for_the_result(rng):
    coder = ReedSolomon(10, 4)
    data = rng.integers(0, 256, (10, 1 << 20), np.uint8)
    coder.encode(data)
    tracemalloc.start()
    parity = coder.encode(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert parity.nbytes <= peak < parity.nbytes + (1 << 16)


# What the allocator of C++ takes is not seen by tracemalloc. So a process encodes, joins
# and seals under a limit of memory that one more copy would break.
LIMITED = """
import resource
import numpy as np
from shadw import crypto
from shadw.erasure import ReedSolomon

MIB = 1 << 20
def limit(extra):
    pages = int(open("/proc/self/statm").read().split()[0])
    room = pages * resource.getpagesize() + extra
    resource.setrlimit(resource.RLIMIT_AS, (room, resource.RLIM_INFINITY))

size = 128 * MIB
coder = ReedSolomon(4, 1)
data = np.ones((4, size // 4), np.uint8)
coder.encode(data[:, :64])
crypto.AesGcm(bytes(32)).seal(bytes(12), b"warm")
slack = 8 * MIB

limit(size // 4 + slack)
parity = coder.encode(data)                       # the result: a quarter
shards = {0: data[0], 1: data[1], 2: data[2], 4: parity[0]}
limit(size + slack)
assert len(coder.join(shards, size)) == size      # the result: everything
limit(size // 4 + slack)
assert memoryview(coder.reconstruct(shards)[3]) == memoryview(data[3])
limit(size + slack)
sealed = crypto.AesGcm(bytes(32)).seal(bytes(12), data.reshape(-1))
assert len(sealed) == size + 16
limit(slack)
assert len(crypto.sha256(sealed)) == 32
try:
    data.copy()
except MemoryError:
    print("a copy would have failed")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits memory through /proc")
def test_no_copy_of_the_data_fits_and_none_is_needed():
    program = textwrap.dedent(LIMITED)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "a copy would have failed\n", done.stderr


# Arguments in their range that this process has no memory for.
HUNGRY = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, resource.RLIM_INFINITY))
import shadw
from shadw import capacity, reputation

for make in (
    lambda: capacity.FreshPlot(bytes(32), bytes(32), 27),
    lambda: reputation.ReputationBook(2**30),
):
    try:
        make()
    except shadw.LimitError as error:
        print("no memory" in str(error))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits memory as Linux does")
def test_no_memory_for_what_was_asked_for_is_an_error_and_no_abort():
    program = textwrap.dedent(HUNGRY)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "True\nTrue\n"), done.stderr
