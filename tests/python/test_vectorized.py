# SPDX-License-Identifier: Apache-2.0
"""What every function of numbers promises of scalars and arrays, shown with _shadw's samples."""

import sys
import threading

import numpy as np
import pytest

import shadw
from shadw import _shadw, econ

divide = _shadw._divide
mean = _shadw._mean
sign = _shadw._sign
REFUSED = shadw.InvalidArgumentError


def test_numbers_give_a_number_of_python():
    assert divide(7, 2) == 3 and type(divide(7, 2)) is int
    assert mean(1, 2.0) == 1.5 and type(mean(1, 2)) is float
    assert sign(-3) == (-1, True) and type(sign(-3)[1]) is bool


def test_numbers_of_numpy_are_numbers():
    assert divide(np.uint64(2**64 - 1), np.int8(1)) == 2**64 - 1
    assert mean(np.float64(1), np.float32(2)) == 1.5
    assert type(mean(np.array(1.0), 2)) is float


@pytest.mark.parametrize(
    ("a", "b"),
    [((5,), ()), ((3, 1), (4,)), ((2, 1, 3), (5, 1)), ((1,), (4,)), ((), (2, 2)), ((0,), (1,))],
)
def test_shapes_broadcast_as_those_of_numpy(rng, a, b):
    x, y = rng.random(a), rng.random(b)
    result = mean(x, y)
    assert result.shape == np.broadcast_shapes(a, b) and result.dtype == np.float64
    assert np.array_equal(result, (x + y) / 2)


def test_views_of_every_kind_are_read_where_they_lie(rng):
    whole = rng.random((300, 40, 7))
    for view in (
        whole[::2, ::-3, 1:],
        whole.T,
        whole.transpose(1, 0, 2)[:, 5],
        np.broadcast_to(whole[0], whole.shape),
        whole[::-1].reshape(-1),
        np.asfortranarray(whole),
    ):
        assert np.array_equal(mean(view, 0.5), (view + 0.5) / 2)
        assert np.array_equal(mean(view, view[..., ::-1]), (view + view[..., ::-1]) / 2)


def test_an_array_out_of_alignment_is_read_all_the_same(rng):
    values = rng.random(5000)
    shifted = np.frombuffer(b"x" + values.tobytes(), dtype=np.uint8)[1:].view(np.float64)
    assert np.array_equal(mean(shifted, 0), values / 2)


def test_shapes_that_do_not_broadcast_are_refused():
    with pytest.raises(REFUSED, match="need such as broadcast together"):
        mean(np.zeros(3), np.zeros(4))


def test_float64_stays_float64_and_float32_stays_float32_unless_they_meet():
    single, double = np.ones(3, np.float32), np.ones(3)
    assert mean(single, 2.0).dtype == np.float32
    assert mean(single, np.arange(3)).dtype == np.float32
    assert mean(single, double).dtype == np.float64
    assert mean(np.arange(3), 1).dtype == np.float64


def test_integers_keep_their_sign_and_every_digit():
    assert divide(np.arange(5), 1).dtype == np.int64
    assert divide(np.arange(5, dtype=np.uint8), 1).dtype == np.uint64
    large = np.array([2**64 - 1, 2**53 + 1], dtype=np.uint64)
    assert divide(large, 1).tolist() == [2**64 - 1, 2**53 + 1]
    assert divide([2**64 - 1, 1], [1, 1]).tolist() == [2**64 - 1, 1]


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
def test_integers_of_every_width_are_taken(dtype):
    values = np.arange(100, dtype=dtype)
    assert divide(values, 3).tolist() == [i // 3 for i in range(100)]
    assert mean(values, 0).tolist() == [i / 2 for i in range(100)]


@pytest.mark.parametrize(
    "wrong",
    [True, "1", b"1", None, 1j, np.ones(2, bool), np.ones(2, complex), np.ones(2, ">f8"),
     np.array(["1"]), np.ones(2, np.float16), np.ma.masked_array([1.0, 2.0], [True, False])],
)  # fmt: skip
def test_what_is_no_number_is_a_type_error(wrong):
    with pytest.raises(TypeError):
        mean(wrong, 1)


@pytest.mark.parametrize("wrong", [1.0, np.float64(1), np.ones(2), [1.0], [True], [1, "2"], ["1"]])
def test_floats_are_no_integers(wrong):
    with pytest.raises(TypeError):
        divide(wrong, 1)


def test_integers_out_of_range_are_refused_and_never_wrap():
    for a, b in [(-1, 1), (2**64, 1), (1, 2**32), (np.array([-1]), 1), ([1, -1], 1)]:
        with pytest.raises(REFUSED, match="need an integer from"):
            divide(a, b)
    with pytest.raises(REFUSED, match=r"got -5, .*\(at index 3\)"):
        divide(np.array([1, 2, 3, -5, -6]), 1)


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.uint32, np.int64, np.uint64])
def test_long_columns_of_every_width_are_lists_as_well(dtype):
    weights = np.arange(100_000) % 100
    expected = econ.split_by_weight(10**12, weights.tolist())
    shares = econ.split_by_weight(10**12, weights.astype(dtype))
    assert shares[0].tolist() == expected[0].tolist() and shares[1:] == expected[1:]
    strided = econ.split_by_weight(10**12, np.repeat(weights, 2).astype(dtype)[::2])
    assert strided[0].tolist() == expected[0].tolist()


@pytest.mark.parametrize("row", [0, 2047, 2048, 99_999])
def test_a_wrong_row_of_a_long_list_is_named(row):
    weights = np.ones(100_000, np.int64)
    weights[row:] = -7
    with pytest.raises(REFUSED, match=rf"got -7, need an integer from 0 .*\(at index {row}\)$"):
        econ.split_by_weight(10**12, weights)


def test_integers_that_no_double_holds_are_refused():
    assert mean(2**53, 0) == 2**52
    for wrong in (2**53 + 1, np.array([2**53 + 1]), np.array([-(2**63)]), 10**400):
        with pytest.raises(REFUSED, match="float64 holds exactly"):
            mean(wrong, 0)


def test_a_signed_result_never_turns_negative():
    signed = np.array([1, 1])
    with pytest.raises(REFUSED, match=r"2\^63 .*\(at index 0\)"):
        divide(2**63, signed)


def test_the_first_wrong_row_is_named():
    b = np.ones(10_000, np.uint32)
    b[[7000, 9000]] = 0
    with pytest.raises(REFUSED, match=r"got 0 as b, need 1 or more \(at index 7000\)$"):
        divide(1, b)
    with pytest.raises(REFUSED, match=r"\(at index \(70, 0\)\)$"):
        divide(1, b.reshape(100, 100))
    with pytest.raises(REFUSED, match=r"need 1 or more$"):
        divide(1, 0)


def test_the_first_wrong_row_of_a_batch_is_named_by_the_function_of_one_row():
    a = np.ones(10_000)
    a[5001] = -1
    with pytest.raises(REFUSED, match=r"got -1, need 0 or more \(at index 5001\)$"):
        mean(a, 1)


def test_out_is_filled_and_returned(rng):
    a, b = rng.random((50, 100)), rng.random(100)
    expected = (a + b) / 2
    out = np.empty((50, 100))
    assert mean(a, b, out=out) is out and np.array_equal(out, expected)
    assert mean(a, b, out=a) is a and np.array_equal(a, expected)
    single = np.empty(3, np.float32)
    assert mean(np.ones(3, np.float32), 0, out=single) is single and single[0] == 0.5


def test_an_out_that_does_not_fit_is_refused(rng):
    a = rng.random(10)
    for wrong in (np.empty(10, np.float32), np.empty(10, np.int64), [0.0] * 10):
        with pytest.raises(TypeError):
            mean(a, 1, out=wrong)
    constant = np.empty(10)
    constant.flags.writeable = False
    for wrong in (np.empty(9), np.empty((1, 10)), np.empty(20)[::2], constant):
        with pytest.raises(REFUSED):
            mean(a, 1, out=wrong)
    long = rng.random(20)
    for overlapping in (long[1:11], long[9::-1], long[:20:2]):
        with pytest.raises(REFUSED, match="overlaps"):
            mean(overlapping, 1, out=long[:10])


def test_several_results_are_a_tuple_of_arrays():
    signs, negative = sign(np.arange(-1, 2))
    assert signs.tolist() == [-1, 0, 1] and signs.dtype == np.int64
    assert negative.tolist() == [True, False, False] and negative.dtype == bool


def test_other_threads_run_meanwhile():
    rows = np.ones(1_000_000)
    began, seen = threading.Event(), []

    def look():
        began.wait()
        seen.append(1)

    thread = threading.Thread(target=look)
    thread.start()
    interval = sys.getswitchinterval()
    try:
        sys.setswitchinterval(1000)  # from here on only a call that lets go lets the thread run
        began.set()
        for _ in range(100):
            mean(rows[::2], 1)
            if seen:
                break
        assert seen
    finally:
        sys.setswitchinterval(interval)
        thread.join()
