# SPDX-License-Identifier: Apache-2.0
"""Names of owners: what their records say, which of them are believed, and how two nodes on
sockets of the loopback interface pass them on."""

import asyncio
import dataclasses
import pickle

import pytest

import shadw
from shadw.crypto import Ed25519Signer, SecretKey
from shadw.dht import NameBook, NameRecord, Node, namespace_id

SEED = bytes(range(32))
OWNER = Ed25519Signer(SEED).public_key
STRANGER = bytes(32)
HOUR = 3_600_000_000_000
T0 = 1_700_000_000_000_000_000
PATIENCE = 120.0
NETWORKS = ["mainline", "hyperdht"]


def printer(seed=SEED, label="printer", at="9.9.9.9:631", **how):
    return NameRecord.make(seed, label, addresses=[at], created_ns=T0, **how)


# --- records ---


def test_a_record_says_what_it_was_made_of():
    record = printer(kind="service", capabilities=["scan", "ipp", "ipp"], lifetime=3600)
    assert (record.owner, record.label, record.kind) == (OWNER, "printer", "service")
    assert record.addresses == ("9.9.9.9:631",)
    assert record.capabilities == ("ipp", "scan")
    assert (record.created_ns, record.expires_ns) == (T0, T0 + HOUR)
    assert (record.seq, record.revoked, len(record.signature)) == (1, False, 64)
    assert record.namespace_id == namespace_id(OWNER, "printer")
    assert len(record.namespace_id) == 32
    record.verify()


def test_a_record_survives_its_encoding_and_pickling():
    record = printer()
    assert NameRecord(record.encoded) == record
    again = pickle.loads(pickle.dumps(record))
    assert again == record and again.addresses == record.addresses
    assert hash(again) == hash(record)
    assert printer(SecretKey(SEED)) == record


def test_an_update_has_the_next_number_and_a_tombstone_no_addresses():
    record = printer()
    moved = record.update(SEED, addresses=["[2001:db8::7]:631"], created_ns=T0)
    assert (moved.seq, moved.addresses) == (2, ("[2001:db8::7]:631",))
    end = moved.revoke(SEED, now_ns=T0, until_ns=T0 + 99 * HOUR)
    assert (end.seq, end.revoked, end.addresses) == (3, True, ())
    assert end.expires_ns == T0 + 99 * HOUR
    with pytest.raises(shadw.PreconditionError):
        end.revoke(SEED)
    with pytest.raises(shadw.PermissionDeniedError):
        record.update(STRANGER, addresses=["9.9.9.9:1"])


def test_a_record_is_nothing_one_can_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        printer().seq = 9
    with pytest.raises(ValueError):
        dataclasses.replace(printer(), seq=9)


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"label": ""}, shadw.InvalidArgumentError),
        ({"label": "x" * 65}, shadw.InvalidArgumentError),
        ({"label": b"printer"}, TypeError),
        ({"at": "nowhere"}, shadw.InvalidArgumentError),
        ({"kind": "printer"}, shadw.InvalidArgumentError),
        ({"capabilities": ["no\nline"]}, shadw.InvalidArgumentError),
        ({"lifetime": -1}, shadw.InvalidArgumentError),
        ({"lifetime": "long"}, TypeError),
        ({"seq": 0}, shadw.InvalidArgumentError),
        ({"seq": 2**53}, shadw.InvalidArgumentError),
        ({"seq": 1.0}, TypeError),
        ({"seed": bytes(31)}, shadw.InvalidArgumentError),
    ],
    ids=str,
)
def test_what_is_not_legal_is_refused(how, error):
    with pytest.raises(error):
        printer(**how)


def test_bytes_that_are_no_record_are_refused():
    for wrong in (b"", b"text", printer().encoded[:-1], printer().encoded + b"x"):
        with pytest.raises(shadw.DataLossError):
            NameRecord(wrong)


# --- the book ---


def forged(record):
    return NameRecord(record.encoded[:-1] + bytes([record.encoded[-1] ^ 1]))


def test_the_book_refuses_what_must_not_take_the_place_of_what_it_knows():
    first = printer()
    second = first.update(SEED, addresses=["9.9.9.9:2"], created_ns=T0)
    other = printer(at="9.9.9.9:3", seq=2)
    book = NameBook()
    assert len(book) == 0 and book.latest(OWNER, "printer") is None
    with pytest.raises(shadw.NotFoundError):
        book.find(OWNER, "printer")
    book.offer(second, owner=OWNER, label="printer", now_ns=T0)

    def refused(record, error, word, now_ns=T0):
        with pytest.raises(error, match=word):
            book.offer(record, owner=OWNER, label="printer", now_ns=now_ns)
        assert book.find(OWNER, "printer", now_ns=T0) == second

    refused(first, shadw.ConflictError, "lower sequence")
    refused(other, shadw.ConflictError, "same sequence")
    refused(forged(second), shadw.PermissionDeniedError, "forged")
    refused(printer(STRANGER, seq=9), shadw.PermissionDeniedError, "another owner")
    refused(printer(label="scanner", seq=9), shadw.PermissionDeniedError, "another label")
    refused(printer(seq=9), shadw.PreconditionError, "expired", T0 + 100 * HOUR)
    refused(printer(seq=9), shadw.PreconditionError, "not valid before", T0 - HOUR)
    with pytest.raises(shadw.PreconditionError):
        book.find(OWNER, "printer", now_ns=T0 + 100 * HOUR)
    with pytest.raises(shadw.PermissionDeniedError):
        forged(first).verify()


def test_the_book_believes_a_tombstone_over_all_else():
    book = NameBook()
    end = printer().revoke(SEED, now_ns=T0)
    book.offer(end, owner=OWNER, label="printer", now_ns=T0)
    with pytest.raises(shadw.PreconditionError):
        book.offer(printer(seq=9), owner=OWNER, label="printer", now_ns=T0)
    with pytest.raises(shadw.PreconditionError):
        book.find(OWNER, "printer", now_ns=T0)
    assert book.latest(OWNER, "printer") == end
    book.forget(OWNER, "printer")
    book.offer(printer(), owner=OWNER, label="printer", now_ns=T0)
    book.forget_expired(now_ns=T0 + 100 * HOUR)
    assert len(book) == 0


# --- on the network ---


def within(coroutine):
    asyncio.run(asyncio.wait_for(coroutine, PATIENCE))


async def two_nodes(network):
    """The second puts with the first, and gets from it."""
    keeper = await Node.create(network=network, bind="127.0.0.1:0", read_only=False)
    asker = await Node.create(
        network=network, bind="127.0.0.1:0", bootstrap=keeper.endpoints, read_only=False
    )
    await asker.joined()
    return keeper, asker


@pytest.mark.parametrize("network", NETWORKS)
def test_a_name_is_published_resolved_moved_and_revoked(network):
    async def run():
        keeper, asker = await two_nodes(network)
        async with keeper, asker:
            nothing = await asker.resolve(OWNER, "printer")
            assert (nothing.record, nothing.revoked, nothing.refused) == (None, False, [])
            assert nothing.lookup.answers == 1
            record = NameRecord.make(SEED, "printer", addresses=["9.9.9.9:631"])
            put = await asker.publish(SEED, record)
            assert (put.stored, put.quorum_met) == (1, True)
            assert (await asker.resolve(OWNER, "printer")).record == record
            assert (await asker.resolve(OWNER, "scanner")).record is None

            moved = record.update(SEED, addresses=["[2001:db8::7]:631"])
            assert (await asker.publish(SecretKey(SEED), moved)).stored == 1
            found = await asker.resolve(OWNER, "printer")
            assert found.record.addresses == ("[2001:db8::7]:631",)

            assert (await asker.publish(SEED, moved.revoke(SEED))).stored == 1
            end = await asker.resolve(OWNER, "printer")
            assert (end.record, end.revoked) == (None, True)

    within(run())


@pytest.mark.parametrize("network", NETWORKS)
def test_the_network_refuses_an_older_record_and_the_node_one_it_cannot_sign(network):
    async def run():
        keeper, asker = await two_nodes(network)
        async with keeper, asker:
            record = NameRecord.make(SEED, "printer", addresses=["9.9.9.9:631"], seq=5)
            await asker.publish(SEED, record)
            old = NameRecord.make(SEED, "printer", addresses=["9.9.9.9:1"], seq=4)
            put = await asker.publish(SEED, old)
            assert (put.stored, put.newer_seq) == (0, 5)
            assert [it.result for it in put.outcomes] == ["refused"]
            with pytest.raises(shadw.PermissionDeniedError):
                await asker.publish(SEED, forged(record))
            with pytest.raises(shadw.PermissionDeniedError):
                await asker.publish(STRANGER, record)
            assert (await asker.resolve(OWNER, "printer")).record == record

    within(run())


def test_a_resolver_says_why_it_does_not_believe_what_it_found():
    signer = Ed25519Signer(SEED)

    async def run():
        keeper, asker = await two_nodes("mainline")
        async with keeper, asker:

            async def carried(record, seq, salt=b"printer"):
                """Puts a record as the network sees it: any bytes the owner signs."""
                put = await asker.put_mutable(signer, record.encoded, seq=seq, salt=salt)
                assert put.stored == 1
                return await asker.resolve(OWNER, "printer", book=NameBook())

            def make(seed=SEED, label="printer", seq=1, **how):
                return NameRecord.make(seed, label, addresses=["9.9.9.9:1"], seq=seq, **how)

            good = make()
            assert (await carried(good, 1)).record == good
            for seq, record, error, word in [
                (2, forged(make(seq=2)), shadw.PermissionDeniedError, "forged"),
                (3, make(STRANGER, seq=3), shadw.PermissionDeniedError, "another owner"),
                (4, make(label="scanner", seq=4), shadw.PermissionDeniedError, "another label"),
                (5, make(created_ns=T0, seq=5), shadw.PreconditionError, "expired"),
                (6, make(seq=9), shadw.DataLossError, "numbered 6"),
            ]:
                found = await carried(record, seq)
                assert found.record is None
                (refusal,) = found.refused
                assert isinstance(refusal, error) and word in str(refusal)

            # A node that has seen number 8 is not fooled by number 7, though it is all there is.
            book = NameBook()
            newest = make(seq=8)
            book.offer(newest, owner=OWNER, label="printer")
            await carried(make(seq=7), 7)
            found = await asker.resolve(OWNER, "printer", book=book)
            assert found.record == newest
            assert [type(it) for it in found.refused] == [shadw.ConflictError]
            late = await asker.resolve(OWNER, "printer", book=book, now_ns=newest.expires_ns)
            assert late.record is None

    within(run())


def test_names_of_wrong_owners_or_labels_are_refused():
    async def run():
        async with await Node.create(bind="127.0.0.1:0") as node:
            for owner, label, error in [
                (bytes(31), "printer", shadw.InvalidArgumentError),
                (OWNER, "", shadw.InvalidArgumentError),
                (OWNER, "x" * 65, shadw.InvalidArgumentError),
                (OWNER, b"printer", TypeError),
                ("owner", "printer", TypeError),
            ]:
                with pytest.raises(error):
                    await node.resolve(owner, label)

    within(run())
