# SPDX-License-Identifier: Apache-2.0
"""Nodes on sockets of the loopback interface, driven by asyncio.

`within` only keeps a lost answer from hanging the tests; no test is about time.
"""

import asyncio
import contextlib
import pickle
import threading

import pytest

import shadw
from shadw import dht
from shadw.crypto import Ed25519Signer
from shadw.dht import Approach, Node

LOOPBACK = "127.0.0.1:0"
NETWORKS = ["mainline", "hyperdht"]


def within(coroutine):
    async def bounded():
        return await asyncio.wait_for(coroutine, 60)

    return asyncio.run(bounded())


@contextlib.asynccontextmanager
async def nodes(count, **options):
    """So many that know each other, all of them servers."""
    options = {"bind": LOOPBACK, "read_only": False, **options}
    async with contextlib.AsyncExitStack() as stack:
        all_of_them = []
        for _ in range(count):
            known = all_of_them[0].endpoints if all_of_them else []
            node = await Node.create(bootstrap=known, **options)
            all_of_them.append(await stack.enter_async_context(node))
        for node in all_of_them[1:]:
            await node.joined()
        yield all_of_them


@pytest.mark.parametrize("network", NETWORKS)
def test_what_one_node_puts_the_others_get(network):
    async def run():
        async with nodes(8, network=network) as all_of_them:
            put = await all_of_them[3].put(b"some text")
            assert put.lookup.target == all_of_them[3].target_of(b"some text")
            assert put.quorum_met and put.newer_seq is None
            assert put.stored == len(put.outcomes) == 7
            assert sorted(it.rank for it in put.outcomes) == list(range(7))
            assert {(it.result, it.code) for it in put.outcomes} == {("stored", 0)}
            got = await all_of_them[5].get(put.lookup.target, how=Approach(quorum=3))
            assert got.value == b"some text"
            assert got.agreed >= 3
            assert got.versions[0].record.key is None

    within(run())


@pytest.mark.parametrize("network", NETWORKS)
def test_the_newest_version_of_a_record_is_got_and_an_older_one_refused(network):
    signer = Ed25519Signer(bytes(range(32)))

    async def run():
        async with nodes(6, network=network) as (writer, reader, *_):
            assert (await writer.put_mutable(signer, b"one", seq=4)).stored == 5
            assert (await writer.put_mutable(signer, b"two", seq=5)).stored == 5
            got = await reader.get_mutable(signer.public_key)
            assert (got.value, got.seqs[0]) == (b"two", 5)
            record = got.versions[0].record
            assert record.key == signer.public_key and len(record.signature) == 64
            old = await reader.put_mutable(signer, b"old", seq=3)
            assert old.stored < 5 and old.newer_seq == 5
            refused = [it for it in old.outcomes if it.result == "refused"]
            assert refused and all(it.code != 0 for it in refused)
            assert (await writer.get_mutable(signer.public_key)).value == b"two"
            assert (await reader.get_mutable(signer.public_key, least_seq=5)).seqs == [5]
            assert (await reader.get_mutable(signer.public_key, least_seq=6)).seqs == []

    within(run())


def test_salt_and_cas_are_those_of_mainline():
    signer = Ed25519Signer(bytes(32))

    async def run():
        async with nodes(4) as (writer, reader, *_):
            await writer.put_mutable(signer, b"a", seq=1, salt=b"here")
            await writer.put_mutable(signer, b"b", seq=1, salt=b"there")
            for salt, value in [(b"here", b"a"), (b"there", b"b"), (b"", None)]:
                assert (await reader.get_mutable(signer.public_key, salt=salt)).value == value
            wrong = await writer.put_mutable(signer, b"c", seq=3, salt=b"here", cas=2)
            assert {(it.result, it.code) for it in wrong.outcomes} >= {("refused", 301)}
            right = await writer.put_mutable(signer, b"c", seq=3, salt=b"here", cas=1)
            assert right.stored >= 1
            target = writer.mutable_target(signer.public_key, b"here")
            assert target == right.lookup.target

    within(run())


def test_an_announced_peer_is_found_on_mainline():
    target = bytes(range(20))

    async def run():
        async with nodes(5) as (one, two, other, *_):
            assert (await one.announce(target, port=6881)).stored == 4
            assert (await two.announce(target)).stored == 4
            found = await other.get_peers(target)
            endpoints = {endpoint for peer in found.peers for endpoint in peer.endpoints}
            assert endpoints == {"127.0.0.1:6881", two.endpoints[0]}
            sampled = await other.sample_targets(target)
            assert target in sampled.targets

    within(run())


def test_an_announced_peer_is_found_on_hyperdht_until_it_takes_it_back():
    signer = Ed25519Signer(bytes(range(32)))
    target = bytes(32)

    async def run():
        async with nodes(5, network="hyperdht") as (one, other, *_):
            relay = other.endpoints[0]
            assert (await one.announce(target, signer=signer, relays=[relay])).stored == 4
            found = await other.get_peers(target)
            assert [(it.key, it.endpoints) for it in found.peers] == [(signer.public_key, [relay])]
            await one.unannounce(target, signer=signer, relays=[relay])
            assert (await other.get_peers(target)).peers == []

    within(run())


def test_a_listener_hears_each_newer_version():
    signer = Ed25519Signer(bytes(range(32)))

    async def run():
        async with nodes(3, listen_every=1) as (writer, reader, _):
            heard = []
            await writer.put_mutable(signer, b"1", seq=1)
            async for record in reader.listen_mutable(signer.public_key):
                heard.append((record.seq, record.value))
                if record.seq == 3:
                    break
                await writer.put_mutable(signer, b"%d" % (record.seq + 1), seq=record.seq + 1)
            assert heard == [(1, b"1"), (2, b"2"), (3, b"3")]

    within(run())


def test_a_listener_of_an_immutable_value_hears_it_once_it_is_there():
    async def run():
        async with nodes(3, listen_every=1) as (writer, reader, _):
            listening = reader.listen(reader.target_of(b"text"))
            first = asyncio.ensure_future(listening.__anext__())
            await reader.stats()
            await writer.put(b"text")
            assert (await first).value == b"text"
            await listening.aclose()

    within(run())


def test_listening_ends_with_the_node():
    async def run():
        node = await Node.create(bind=LOOPBACK)
        listening = node.listen(bytes(20))
        first = asyncio.ensure_future(listening.__anext__())
        await node.stats()
        await node.close()
        with pytest.raises(StopAsyncIteration):
            await first

    within(run())


def test_a_cancelled_listener_leaves_the_node_as_it_was():
    async def run():
        async with nodes(2, listen_every=1) as (one, _):
            for pause in range(3):
                listening = asyncio.ensure_future(one.listen(bytes(20)).__anext__())
                for _ in range(pause):
                    await asyncio.sleep(0)
                listening.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await listening
            assert one._listeners == {}
            assert (await one.find_node(bytes(20))).closest

    within(run())


def test_what_is_kept_is_put_again_until_it_is_forgotten():
    async def run():
        async with nodes(3, republish_after=1) as (keeper, reader, third):
            report = await keeper.put(b"kept", keep=True)
            await keeper.forget(report)
            with pytest.raises(shadw.NotFoundError):
                await keeper.forget(report)
            kept = await keeper.put(b"kept as well", keep=True)
            assert kept.operation != report.operation
            sent = (await keeper.stats()).sent
            while (await keeper.stats()).sent < sent + 4:
                await reader.ping(third.endpoints[0])

    within(run())


def test_a_ping_tells_who_answered():
    async def run():
        async with nodes(2) as (one, other):
            pong = await one.ping(other.endpoints[0])
            assert pong.answered and pong.rtt_s > 0
            assert pong.id == (await other.stats()).id
            assert (await other.stats()).nat in {"unknown", "consistent", "random"}
            gone = await Node.create(bind=LOOPBACK)
            endpoint = gone.endpoints[0]
            await gone.close()
            silence = await one.ping(endpoint)
            assert (silence.answered, silence.id, silence.rtt_s) == (False, None, None)

    within(run())


def test_stats_tell_of_the_table_and_contacts_of_who_is_in_it():
    async def run():
        async with nodes(5) as (first, *others):
            assert (await first.find_node(bytes(20))).answers == 4
            stats = await first.stats()
            assert stats.contacts == 4 and stats.serving and stats.datagrams_in > 0
            contacts = await first.contacts()
            assert {it.endpoint for it in contacts} == {it.endpoints[0] for it in others}
            async with await Node.create(bind=LOOPBACK, remember=contacts) as late:
                assert await late.joined() >= 1

    within(run())


def test_remembered_contacts_do_where_no_bootstrap_node_has_an_address():
    async def run():
        async with nodes(3) as (first, *_):
            await first.find_node(bytes(20))
            # A node of IPv4 has no use for an address of IPv6.
            options = {"bind": LOOPBACK, "bootstrap": ["[::1]:9"]}
            with pytest.raises(shadw.UnavailableError):
                await Node.create(**options)
            with pytest.warns(RuntimeWarning, match="remembers"):
                late = await Node.create(remember=await first.contacts(), **options)
            async with late:
                assert await late.joined() >= 1

    within(run())


def test_a_read_only_node_is_not_remembered():
    async def run():
        async with nodes(3) as (first, *_):
            options = {"bind": LOOPBACK, "bootstrap": first.endpoints}
            async with await Node.create(read_only=True, **options) as shy:
                await shy.joined()
                await shy.put(b"text")
                assert not (await shy.stats()).serving
                assert shy.endpoints[0] not in {it.endpoint for it in await first.contacts()}

    within(run())


def test_many_verbs_go_on_at_once():
    async def run():
        async with nodes(4) as (one, *others):
            # Few enough for what one address is sent that has proven nothing.
            values = [b"value %d" % i for i in range(12)]
            puts = await asyncio.gather(*(one.put(value) for value in values))
            gets = await asyncio.gather(
                *(others[i % 3].get(put.lookup.target) for i, put in enumerate(puts))
            )
            assert [got.value for got in gets] == values

    within(run())


def test_python_runs_on_the_thread_of_the_loop_alone():
    seen = set()

    async def run():
        async with nodes(3) as (one, *_):
            real = one._take
            one._loop.remove_reader(one._runner.fileno())

            def take():
                seen.add(threading.get_ident())
                real()

            one._loop.add_reader(one._runner.fileno(), take)
            await asyncio.gather(*(one.put(b"%d" % i) for i in range(50)))
            assert threading.active_count() <= before + 5  # those of the loop's executor

    before = threading.active_count()
    within(run())
    assert seen == {threading.get_ident()}


def test_a_cancelled_verb_leaves_the_node_as_it_was():
    async def run():
        async with nodes(2) as (one, other):
            verb = asyncio.ensure_future(one.put(b"text"))
            await asyncio.sleep(0)
            verb.cancel()
            with pytest.raises(asyncio.CancelledError):
                await verb
            assert (await one.ping(other.endpoints[0])).answered

    within(run())


def test_an_outcome_that_nobody_waits_for_leaves_the_others():
    async def run():
        troubles = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: troubles.append(context))
        async with await Node.create(bind=LOOPBACK) as node:
            lost, kept = (asyncio.ensure_future(node.stats()) for _ in range(2))
            await asyncio.sleep(0)
            node._waiting.pop(min(node._waiting))
            assert (await kept).operations == 0
            lost.cancel()
            with pytest.raises(asyncio.CancelledError):
                await lost
        assert troubles == []

    within(run())


# --- errors ---


def test_a_closed_node_says_so_and_closing_again_does_nothing():
    async def run():
        silent = await Node.create(bind=LOOPBACK)
        node = await Node.create(bind=LOOPBACK, bootstrap=["127.0.0.1:9"])
        pending = [
            asyncio.ensure_future(it)
            for it in (node.ping("127.0.0.1:9"), node.joined())
        ]
        await silent.stats()
        await node.close()
        await node.close()
        for verb in pending:
            with pytest.raises(shadw.UnavailableError):
                await verb
        with pytest.raises(shadw.UnavailableError):
            await node.stats()
        with pytest.raises(shadw.UnavailableError):
            await node.listen(bytes(20)).__anext__()
        await silent.close()

    within(run())


def test_the_port_is_free_after_closing_and_taken_before():
    async def run():
        node = await Node.create(bind=LOOPBACK)
        with pytest.raises(shadw.ConflictError):
            await Node.create(bind=node.endpoints)
        await node.close()
        await (await Node.create(bind=node.endpoints)).close()

    within(run())


@pytest.mark.parametrize(
    ("verb", "error"),
    [
        (lambda it: it.get(bytes(32)), shadw.InvalidArgumentError),
        (lambda it: it.get("text"), TypeError),
        (lambda it: it.find_node(bytes(19)), shadw.InvalidArgumentError),
        (lambda it: it.ping("nowhere"), shadw.InvalidArgumentError),
        (lambda it: it.ping("127.0.0.1:0"), shadw.InvalidArgumentError),
        (lambda it: it.put(bytes(2000)), shadw.InvalidArgumentError),
        (lambda it: it.put(7), TypeError),
        (lambda it: it.put_mutable(SIGNER, bytes(2000), seq=1), shadw.InvalidArgumentError),
        (lambda it: it.put_mutable(SIGNER, b"", seq=-1), shadw.InvalidArgumentError),
        (lambda it: it.put_mutable(SIGNER, b"", seq=1.0), TypeError),
        (lambda it: it.put_mutable(SIGNER, b"", seq=1, salt=bytes(65)), shadw.InvalidArgumentError),
        (lambda it: it.put_mutable(None, b"", seq=1), TypeError),
        (lambda it: it.get_mutable(bytes(31)), shadw.InvalidArgumentError),
        (lambda it: it.announce(bytes(20), port=65536), shadw.InvalidArgumentError),
    ],
)
def test_what_is_not_legal_is_refused_and_the_node_goes_on(verb, error):
    async def run():
        async with await Node.create(bind=LOOPBACK) as node:
            with pytest.raises(error):
                await verb(node)
            assert (await node.stats()).operations == 0

    within(run())


SIGNER = Ed25519Signer(bytes(32))


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"network": "kademlia2000"}, shadw.InvalidArgumentError),
        ({"bind": "nowhere"}, shadw.InvalidArgumentError),
        ({"bind": [LOOPBACK, LOOPBACK]}, shadw.InvalidArgumentError),
        ({"bind": []}, shadw.InvalidArgumentError),
        ({"bootstrap": ["nowhere"]}, shadw.InvalidArgumentError),
        ({"id": bytes(32)}, shadw.InvalidArgumentError),
        ({"bucket_size": -1}, shadw.InvalidArgumentError),
        ({"listen_every": "often"}, TypeError),
        ({"listen_every": 0.5}, shadw.InvalidArgumentError),
        ({"bind": "192.0.2.1:0"}, shadw.UnavailableError),
    ],
    ids=str,
)
def test_a_node_with_wrong_options_is_not_made(options, error):
    async def run():
        with pytest.raises(error):
            await Node.create(**{"bind": LOOPBACK, **options})

    within(run())


def test_a_call_from_another_loop_is_refused():
    async def make():
        return await Node.create(bind=LOOPBACK)

    async def use(node):
        with pytest.raises(shadw.PreconditionError):
            await node.stats()

    loop = asyncio.new_event_loop()
    node = loop.run_until_complete(make())
    asyncio.run(use(node))
    loop.run_until_complete(node.close())
    loop.close()


# --- values ---


def test_reports_are_values_of_the_public_module():
    pong = dht.Pong(endpoint="127.0.0.1:1", answered=False, id=None, rtt_s=None)
    assert pickle.loads(pickle.dumps(pong)) == pong
    for name in dht.__all__:
        value = getattr(dht, name)
        if isinstance(value, type):
            assert value.__module__ == "shadw.dht"
            assert value.__doc__


def test_the_lists_of_bootstrap_nodes_are_data():
    assert all(":" in name for name in dht.MAINLINE_BOOTSTRAP + dht.HYPERDHT_BOOTSTRAP)
