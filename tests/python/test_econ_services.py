# SPDX-License-Identifier: Apache-2.0
"""Service tokens, check-ins and service levels against plain Python."""

import random

import numpy as np
import pytest

import shadw
from shadw import econ

OWNER, ISSUER = b"o" * 32, b"i" * 32


def token(units=100, backed_units=100):
    return econ.ServiceToken(
        stake=bytes(32),
        service=bytes(32),
        owner=OWNER,
        units=units,
        expires_ns=1000,
        backed_units=backed_units,
        now_ns=0,
    )


def test_a_token_never_gains_units_and_moves_for_its_owner_alone():
    for seed in range(200):
        draw = random.Random(seed)
        it, now = token(), 0
        while it.state in ("issued", "partially_redeemed") and now < 2000:
            now += draw.randrange(100)
            before = it.outstanding
            signer = draw.choice([OWNER, ISSUER])
            try:
                it.redeem(signer, draw.randrange(15), draw.randrange(30), now)
                assert signer == OWNER
            except shadw.Error:
                assert it.outstanding == (0 if it.state == "expired" else before)
            assert it.outstanding <= before
            assert it.redeemed + it.refunded + it.expired + it.outstanding == it.units


def test_what_is_no_id_or_beyond_the_stake_is_refused():
    with pytest.raises(shadw.LimitError, match="backs 99 units"):
        token(backed_units=99)
    with pytest.raises(shadw.InvalidArgumentError, match="a signer"):
        token().redeem(b"short", 1, 1, 0)
    with pytest.raises(shadw.InvalidArgumentError):
        token(units=-1)


def test_a_check_in_counts_once_for_those_who_are_registered():
    book = econ.CheckInBook(b"a" * 32)
    nodes = [bytes([i]) * 32 for i in range(5)]
    for node in nodes[:4]:
        book.register(node)
    for node in (nodes[2], nodes[0], nodes[2]):
        book.check_in(node, b"a" * 32, b"memo")
    assert book.eligible == [nodes[0], nodes[2]]
    with pytest.raises(shadw.NotFoundError):
        book.check_in(nodes[4], b"a" * 32)
    book.advance(b"b" * 32)
    assert book.eligible == []
    with pytest.raises(shadw.PreconditionError):
        book.check_in(nodes[0], b"a" * 32)


def test_service_levels_of_many_services_are_those_of_numpy(rng):
    uptime = rng.integers(990_000, 1_000_001, (30, 20, 7))
    latency = rng.integers(0, 100, (20, 7))
    target = rng.integers(990_000, 1_000_001, (30, 1))
    promised = rng.integers(40, 100, 20)
    periods, breaches, mean, compliance = econ.evaluate_sla(
        uptime, target, latency_ns=latency, promised_latency_ns=promised
    )
    broken = (uptime < target[..., np.newaxis]) | (latency > promised[:, np.newaxis])
    assert np.all(periods == 7) and periods.shape == (30, 20)
    assert np.array_equal(breaches, broken.sum(axis=-1))
    assert np.array_equal(mean, uptime.sum(axis=-1) // 7)
    assert np.array_equal(compliance, (7 - breaches.astype(int)) * 10**6 // 7)


def test_a_service_that_promises_no_latency_breaks_none():
    assert econ.evaluate_sla([999_000], 999_000, latency_ns=2**62) == (1, 0, 999_000, 1_000_000)
    assert econ.evaluate_sla([999_000], 999_000, latency_ns=9, promised_latency_ns=8)[1] == 1
    with pytest.raises(shadw.InvalidArgumentError, match="at least 0"):
        econ.evaluate_sla([999_000], 999_000, latency_ns=-1)


@pytest.mark.parametrize("dtype", [np.int16, np.int64, np.uint32, np.uint64])
@pytest.mark.parametrize("rows", [2047, 2048, 2049, 100_000])
def test_long_columns_of_every_integer_are_split_as_a_list_is(rng, dtype, rows):
    weights = rng.integers(0, 30_000, rows).astype(dtype)
    shares = econ.split_by_weight(10**15, weights)[0]
    assert np.array_equal(shares, econ.split_by_weight(10**15, weights.astype(np.uint64))[0])
    every_other = econ.split_by_weight(10**15, np.repeat(weights, 2)[::2])[0]
    assert np.array_equal(every_other, shares)
    assert shares.sum() == 10**15
