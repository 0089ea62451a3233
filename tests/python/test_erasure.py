# SPDX-License-Identifier: Apache-2.0
"""shadw.erasure; the mathematics is proven in tests/erasure."""

import itertools

import numpy as np
import pytest

import shadw
from shadw import erasure
from shadw.erasure import Code, ReedSolomon


@pytest.fixture
def coder():
    return ReedSolomon(4, 2)


@pytest.fixture
def shards(coder, rng):
    data = rng.integers(0, 256, (4, 777), np.uint8)
    return np.vstack([data, coder.encode(data)])


@pytest.mark.parametrize(
    "backend", ["fastest", "isal", "plain_tables", "gfni_avx512", "gfni_avx2", "avx2"]
)
@pytest.mark.parametrize("folder", ["k2m2-w4096", "k7m3-w4651", "k10m4-w10000"])
def test_parity_is_that_of_cephs_corpus(vectors, folder, backend):
    k, m = (int(number) for number in folder[1:].split("-")[0].split("m"))
    chunks = [
        np.fromfile(vectors / "ceph-erasure" / folder / str(i), np.uint8) for i in range(k + m)
    ]
    try:
        coder = ReedSolomon(k, m, backend=backend)
    except NotImplementedError as missing:
        pytest.skip(str(missing))
    parity = coder.encode(chunks[:k])
    assert np.array_equal(parity, chunks[k:])


def test_every_loss_of_two_is_rebuilt_from_an_array_with_a_mask(coder, shards):
    for lost in itertools.combinations(range(6), 2):
        present = np.ones(6, bool)
        present[list(lost)] = False
        damaged = np.where(present[:, None], shards, np.uint8(0))
        rebuilt = coder.reconstruct(damaged, present=present)
        assert np.array_equal(rebuilt, shards[list(lost)])


def test_every_loss_of_two_is_rebuilt_from_a_mapping(coder, shards):
    for lost in itertools.combinations(range(6), 2):
        found = {i: shards[i] for i in reversed(range(6)) if i not in lost}
        rebuilt = coder.reconstruct(found)
        assert sorted(rebuilt) == list(lost)
        assert all(np.array_equal(rebuilt[i], shards[i]) for i in lost)


def test_only_what_is_wanted_is_rebuilt_in_the_order_asked_for(coder, shards):
    found = {i: shards[i] for i in (0, 2, 3, 5)}
    assert list(coder.reconstruct(found, [4])) == [4]
    mask = [True, False, True, True, False, True]
    rows = coder.reconstruct(shards, [4, 1], present=mask)
    assert np.array_equal(rows, shards[[4, 1]])
    assert coder.reconstruct(shards, [], present=mask).shape == (0, 777)


def test_a_sequence_with_gaps_is_a_mapping_too(coder, shards):
    found = [None, *shards[1:5], None]
    assert sorted(coder.reconstruct(found)) == [0, 5]


def test_masked_rows_are_not_read(coder, shards):
    garbage = shards.copy()
    garbage[1] ^= 0xFF
    mask = np.array([1, 0, 1, 1, 1, 1], bool)
    assert np.array_equal(coder.reconstruct(garbage, present=mask)[0], shards[1])


@pytest.mark.parametrize(
    "mask", [[1, 1, 1, 1, 0, 0], np.ones(6, np.uint8), ["yes"] * 6, np.ones(6), 5]
)
def test_a_mask_is_made_of_booleans(coder, shards, mask):
    with pytest.raises(TypeError):
        coder.reconstruct(shards, present=mask)


def test_a_mask_and_its_shards_belong_together(coder, shards):
    with pytest.raises(TypeError, match="without a mask"):
        coder.reconstruct(shards)
    with pytest.raises(TypeError, match="mapping and a mask"):
        coder.reconstruct({0: shards[0]}, present=[True] * 6)
    with pytest.raises(shadw.InvalidArgumentError, match="mask of 5 flags, need 6"):
        coder.reconstruct(shards, present=[True] * 5)
    with pytest.raises(shadw.InvalidArgumentError, match="5 rows, need 6"):
        coder.reconstruct(shards[:5], present=[True] * 5)


def test_verify_tells_a_set_that_agrees_from_one_that_does_not(coder, shards):
    assert coder.verify(shards)
    shards[5, 776] ^= 1
    assert not coder.verify(shards)


def test_misuse_is_refused_in_the_words_of_the_library(coder, shards):
    with pytest.raises(shadw.PreconditionError, match="got 3 shards, need 4"):
        coder.reconstruct({i: shards[i] for i in range(3)})
    with pytest.raises(shadw.InvalidArgumentError, match="^erasure: "):
        coder.encode(shards)
    with pytest.raises(shadw.InvalidArgumentError, match="^erasure: "):
        coder.encode([b"abc", b"abc", b"ab", b"abc"])
    with pytest.raises(shadw.InvalidArgumentError, match="^erasure: "):
        coder.reconstruct({**dict(enumerate(shards[:4])), 6: shards[4]})
    with pytest.raises(shadw.InvalidArgumentError, match="^erasure: "):
        coder.reconstruct(dict(enumerate(shards[:4])), [4, 4])
    with pytest.raises(shadw.InvalidArgumentError, match="^erasure: "):
        coder.reconstruct(dict(enumerate(shards[:4])), [2])
    with pytest.raises(shadw.InvalidArgumentError, match="need one of"):
        ReedSolomon(4, 2, backend="quantum")
    with pytest.raises(shadw.InvalidArgumentError):
        ReedSolomon(200, 56)


@pytest.mark.parametrize("size", [0, 1, 63, 64, 255, 256, 257, 1000, 4096])
def test_an_object_is_joined_from_every_choice_of_shards(coder, rng, size):
    data = rng.bytes(size)
    shards = coder.split_and_encode(data)
    assert len(shards) == 6
    assert {len(one) for one in shards} == {erasure.shard_bytes(coder.code, size)}
    for kept in itertools.combinations(range(6), 4):
        assert coder.join({i: shards[i] for i in kept}, size) == data
    assert coder.join([None, *shards[1:4], None, shards[5]], size) == data


def test_join_refuses_what_does_not_fit(coder):
    shards = coder.split_and_encode(bytes(1000))
    with pytest.raises(shadw.PreconditionError, match="got 3 shards, need 4"):
        coder.join({i: shards[i] for i in range(3)}, 1000)
    with pytest.raises(shadw.InvalidArgumentError, match="256 bytes, need 448"):
        coder.join(shards, 1700)
    with pytest.raises(shadw.InvalidArgumentError):
        coder.join(shards, erasure.MAX_OBJECT_BYTES + 1)
    with pytest.raises(shadw.InvalidArgumentError):
        coder.join(dict(enumerate(shards, 1)), 1000)


def test_a_code_is_a_value():
    code = Code.parse("10+4")
    assert (code.data_shards, code.parity_shards, code.total_shards) == (10, 4, 14)
    assert str(code) == "10+4" and repr(code) == "Code(10, 4)"
    assert code == Code(10, 4) != Code(4, 10)
    assert code != "10+4"
    assert len({code, Code(10, 4), Code(4, 2)}) == 2
    with pytest.raises(AttributeError):
        code.data_shards = 3
    for wrong in ("10", "10+", "a+b", "0+1", "200+56", " 10+4"):
        with pytest.raises(shadw.InvalidArgumentError):
            Code.parse(wrong)


def test_inverses_are_cached_up_to_the_number_asked_for(shards):
    coder = ReedSolomon(4, 2, inverse_cache_entries=2)
    for lost in range(4):
        coder.reconstruct({i: shards[i] for i in range(6) if i != lost})
    assert coder.cached_inverses == 2
