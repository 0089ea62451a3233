# SPDX-License-Identifier: Apache-2.0
"""A node of the BitTorrent mainline DHT or of hyperdht, for asyncio.

    async with await Node.create(bootstrap=MAINLINE_BOOTSTRAP) as node:
        await node.joined()
        report = await node.put(b"some text")
        found = await node.get(report.lookup.target)
        print(report.stored, found.value, found.agreed)

Every verb is awaited and tells honestly what became of it: what nobody found or stored is a
report that says so, not an exception. Sockets and protocol run on a thread of their own,
without the interpreter's lock; Python runs on the thread of the event loop alone, which is
the one that created the node.
"""

from __future__ import annotations

import asyncio
import collections.abc
import dataclasses
import itertools
import types
import typing
import warnings

from shadw import _dht
from shadw._errors import Error, PreconditionError, UnavailableError
from shadw._names import NameBook, NameRecord, Resolution, namespace_id
from shadw._reports import (
    Contact,
    GetReport,
    Joined,
    Lookup,
    Peer,
    PeersReport,
    Pong,
    PutOutcome,
    PutReport,
    Record,
    Stats,
    TargetsReport,
    Version,
)
from shadw._units import Span, nanoseconds

if typing.TYPE_CHECKING:
    from shadw._types import Buffer, Key
    from shadw.crypto import Ed25519Signer

__all__ = [
    "HYPERDHT_BOOTSTRAP",
    "MAINLINE_BOOTSTRAP",
    "MAX_UNHEARD",
    "Approach",
    "Contact",
    "GetReport",
    "Lookup",
    "NameBook",
    "NameRecord",
    "Node",
    "Peer",
    "PeersReport",
    "Pong",
    "PutOutcome",
    "PutReport",
    "Record",
    "Resolution",
    "Stats",
    "TargetsReport",
    "Version",
    "namespace_id",
]

MAINLINE_BOOTSTRAP = _dht.MAINLINE_BOOTSTRAP
HYPERDHT_BOOTSTRAP = _dht.HYPERDHT_BOOTSTRAP
# Values a listener lets wait; then the oldest give way.
MAX_UNHEARD = 1024

_T = typing.TypeVar("_T")


@dataclasses.dataclass(frozen=True)
class Approach:
    """How one operation goes about it."""

    lookup_parallelism: int = 0  # 0: the node's
    disjoint_paths: int = 1
    density_aware: bool = False
    # A put: stores that make it a success. A get of an immutable record: contacts that
    # must agree before it ends early.
    quorum: int = 1


_USUAL = Approach()
_How: typing.TypeAlias = "tuple[int, int, bool, int]"


def _how(approach: Approach) -> _How:
    it = approach
    return (it.lookup_parallelism, it.disjoint_paths, it.density_aware, it.quorum)


class _Listener:
    """The records of one listening, on their way to who iterates."""

    def __init__(self) -> None:
        self._records: collections.deque[Record] = collections.deque(maxlen=MAX_UNHEARD)
        self._wake = asyncio.Event()
        self._closed = False

    def hear(self, record: Record) -> None:
        self._records.append(record)
        self._wake.set()

    def close(self) -> None:
        self._closed = True
        self._wake.set()

    async def next(self) -> Record | None:
        """None once it is closed and empty."""
        while not self._records:
            if self._closed:
                return None
            self._wake.clear()
            await self._wake.wait()
        return self._records.popleft()


class Node:
    """A node on its sockets; `Node.create` makes one, `close` or `async with` ends it."""

    def __init__(self, runner: _dht.Runner, network: str) -> None:
        self._runner = runner
        self._network = network
        self._loop = asyncio.get_running_loop()
        self._tickets = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[typing.Any]] = {}
        self._listeners: dict[int, _Listener] = {}
        self._joined: asyncio.Future[int] = self._loop.create_future()
        self._names = NameBook()
        self._closed = False
        self._loop.add_reader(runner.fileno(), self._take)

    @classmethod
    async def create(
        cls,
        *,
        network: typing.Literal["mainline", "hyperdht"] = "mainline",
        bind: str | collections.abc.Sequence[str] = "0.0.0.0:0",
        bootstrap: collections.abc.Sequence[str] = (),
        remember: collections.abc.Sequence[Contact] = (),
        read_only: bool | None = None,
        id: Buffer | None = None,
        address: str | None = None,
        bucket_size: int = 0,
        lookup_parallelism: int = 0,
        refresh_after: Span = 900.0,
        republish_after: Span = 1800.0,
        listen_every: Span = 60.0,
    ) -> Node:
        """Opens the sockets and begins to join; does not wait for that.

        bind        an address and port, or one of IPv4 and one of IPv6; port 0: the system's
        bootstrap   `host:port`, asked first; `remember`: contacts of an earlier run. Where
                    no name of bootstrap has an address, they do, with a RuntimeWarning
        read_only   None: until others reach the node unasked. True: always. False: never,
                    for a server with a public address
        id, address   ours, where they are known; a server that binds to one address of its
                    own is taken to be there. bucket_size, lookup_parallelism: k and
                    alpha, 0: the network's
        refresh_after, republish_after, listen_every   a second or more
        """
        addresses = [bind] if isinstance(bind, str) else list(bind)
        loop = asyncio.get_running_loop()
        endpoints: list[str] = []
        if bootstrap:
            v6 = any(one.startswith("[") for one in addresses)
            v4 = any(not one.startswith("[") for one in addresses)
            try:
                endpoints = await loop.run_in_executor(None, _dht.resolve, list(bootstrap), v4, v6)
            except UnavailableError as error:
                if not remember:
                    raise
                warnings.warn(
                    f"{error}; begins with what it remembers", RuntimeWarning, stacklevel=2
                )
        serving = {None: "when reachable", True: "never", False: "always"}[read_only]
        runner = _dht.Runner(
            network=network,
            bind=addresses,
            bootstrap=endpoints,
            remember=[(it.id, it.endpoint) for it in remember],
            serving=serving,
            id=id,
            address=address,
            bucket_size=bucket_size,
            lookup_parallelism=lookup_parallelism,
            refresh_after_ns=nanoseconds("refresh_after", refresh_after),
            republish_after_ns=nanoseconds("republish_after", republish_after),
            listen_every_ns=nanoseconds("listen_every", listen_every),
        )
        return cls(runner, network)

    # --- what it is ---

    @property
    def network(self) -> str:
        return self._network

    @property
    def endpoints(self) -> list[str]:
        """Where it listens, with the ports that the system picked."""
        local = (self._runner.local_v4, self._runner.local_v6)
        return [endpoint for endpoint in local if endpoint is not None]

    async def joined(self) -> int:
        """Waits until the first lookup of its own surroundings is over: its contacts.

        A node that nobody answers waits on; so does the first of a network.
        """
        self._check()
        return await asyncio.shield(self._joined)

    async def stats(self) -> Stats:
        return await self._ask(Stats, self._runner.stats)

    async def contacts(self) -> list[Contact]:
        """Contacts that answered: what `create` is to remember next time."""
        contacts: list[Contact] = await self._begin(self._runner.contacts)
        return contacts

    def target_of(self, value: Buffer) -> bytes:
        """Where an immutable value lies."""
        return _dht.target_of(self._network, value)

    def mutable_target(self, key: Buffer, salt: Buffer = b"") -> bytes:
        """Where the record of an owner lies."""
        return _dht.mutable_target(self._network, key, salt)

    # --- verbs ---

    async def ping(self, endpoint: str) -> Pong:
        return await self._ask(Pong, self._runner.ping, endpoint)

    async def find_node(self, target: Buffer, *, how: Approach = _USUAL) -> Lookup:
        """The live nodes closest to the target."""
        return await self._ask(Lookup, self._runner.find_node, target, _how(how))

    async def get(self, target: Buffer, *, how: Approach = _USUAL) -> GetReport:
        """An immutable value."""
        return await self._ask(GetReport, self._runner.get, target, _how(how))

    async def get_mutable(
        self,
        key: Buffer,
        *,
        salt: Buffer = b"",
        least_seq: int | None = None,
        how: Approach = _USUAL,
    ) -> GetReport:
        """What the owner of the key signed last, and older versions that are still about.

        Versions below `least_seq` are neither sent nor reported."""
        return await self._ask(
            GetReport, self._runner.get_mutable, key, salt, least_seq, _how(how)
        )

    async def put(
        self, value: Buffer, *, how: Approach = _USUAL, keep: bool = False
    ) -> PutReport:
        """An immutable value. `keep`: it is put again and again until `forget`."""
        return await self._ask(PutReport, self._runner.put, value, _how(how), keep)

    async def put_mutable(
        self,
        signer: Ed25519Signer,
        value: Buffer,
        *,
        seq: int,
        salt: Buffer = b"",
        cas: int | None = None,
        how: Approach = _USUAL,
        keep: bool = False,
    ) -> PutReport:
        """A record of the signer's, in place of one with a lower `seq`.

        With `cas` only where the sequence number stored so far is that one.
        """
        return await self._ask(
            PutReport, self._runner.put_mutable, signer, value, salt, seq, cas, _how(how), keep
        )

    async def announce(
        self,
        target: Buffer,
        *,
        port: int | None = None,
        signer: Ed25519Signer | None = None,
        relays: collections.abc.Sequence[str] = (),
        how: Approach = _USUAL,
        keep: bool = False,
    ) -> PutReport:
        """Says that we serve the target: on mainline at `port`, or at the port that our
        datagrams come from; on hyperdht as the signer, reached through the relays."""
        return await self._ask(
            PutReport, self._runner.announce, target, port, signer, list(relays), _how(how), keep
        )

    async def unannounce(
        self,
        target: Buffer,
        *,
        signer: Ed25519Signer | None = None,
        relays: collections.abc.Sequence[str] = (),
        how: Approach = _USUAL,
    ) -> PutReport:
        """Takes it back; hyperdht alone has it."""
        return await self._ask(
            PutReport, self._runner.unannounce, target, signer, list(relays), _how(how)
        )

    async def get_peers(self, target: Buffer, *, how: Approach = _USUAL) -> PeersReport:
        """Who announced the target."""
        return await self._ask(PeersReport, self._runner.get_peers, target, _how(how))

    async def sample_targets(self, target: Buffer, *, how: Approach = _USUAL) -> TargetsReport:
        """Targets that the nodes near this one keep peers of; mainline alone has it."""
        return await self._ask(TargetsReport, self._runner.sample_targets, target, _how(how))

    def listen(
        self, target: Buffer, *, how: Approach = _USUAL
    ) -> collections.abc.AsyncGenerator[Record, None]:
        """`async for record in node.listen(target)`: values as they appear there. Ends when
        the iteration does, or with the node."""
        return self._listen(self._runner.listen, target, _how(how))

    def listen_mutable(
        self, key: Buffer, *, salt: Buffer = b"", how: Approach = _USUAL
    ) -> collections.abc.AsyncGenerator[Record, None]:
        """The same of a record: each version that is newer than the last."""
        return self._listen(self._runner.listen_mutable, key, salt, _how(how))

    async def forget(self, report: PutReport) -> None:
        """Ends the keeping of a put or an announce.

        NotFoundError where it was not kept.
        """
        await self._begin(self._runner.forget, report.operation)

    # --- names ---

    async def publish(
        self, owner: Key, record: NameRecord, *, how: Approach = _USUAL, keep: bool = False
    ) -> PutReport:
        """Puts the record of a name where it is looked for: the first, an update, or a
        tombstone. `owner`: the seed of the key that signed it."""
        return await self._ask(
            PutReport, self._runner.put_name, owner, record.encoded, _how(how), keep
        )

    async def resolve(
        self,
        owner: Buffer,
        label: str,
        *,
        how: Approach = _USUAL,
        book: NameBook | None = None,
        now_ns: int | None = None,
    ) -> Resolution:
        """What stands for the label of the owner, who is named by the public key.

        book     None: the node's own, which refuses what is older than it has seen
        now_ns   None: now
        """
        key, salt = _dht.name_slot(self._network, owner, label)
        report = await self.get_mutable(key, salt=salt, how=how)
        # Not `or`: an empty book is false.
        book = self._names if book is None else book
        return book.take(self._network, owner, label, report, now_ns=now_ns)

    # --- the end ---

    async def close(self) -> None:
        """Closes the sockets. Who still awaits a verb gets an UnavailableError."""
        if self._closed:
            return
        self._check()
        self._closed = True
        self._loop.remove_reader(self._runner.fileno())
        await self._loop.run_in_executor(None, self._runner.stop)
        self._take()
        error = UnavailableError("dht: got a closed node, need one that runs")
        for future in (*self._waiting.values(), self._joined):
            if not future.done():
                future.set_exception(error)
                future.exception()  # nobody need have waited
        self._waiting.clear()
        for listener in self._listeners.values():
            listener.close()

    async def __aenter__(self) -> Node:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        await self.close()

    # --- between the loop and the thread ---

    def _check(self) -> None:
        if asyncio.get_running_loop() is not self._loop:
            raise PreconditionError("dht: got a call from another loop, need the node's own")
        if self._closed:
            raise UnavailableError("dht: got a closed node, need one that runs")

    def _begin(
        self, verb: collections.abc.Callable[..., None], *arguments: typing.Any
    ) -> asyncio.Future[typing.Any]:
        self._check()
        ticket = next(self._tickets)
        verb(ticket, *arguments)
        return self._wait(ticket)

    def _wait(self, ticket: int) -> asyncio.Future[typing.Any]:
        future = self._loop.create_future()
        self._waiting[ticket] = future
        return future

    async def _ask(
        self,
        kind: type[_T],
        verb: collections.abc.Callable[..., None],
        *arguments: typing.Any,
    ) -> _T:
        outcome = await self._begin(verb, *arguments)
        assert isinstance(outcome, kind), outcome
        return outcome

    def _take(self) -> None:
        """On the loop, when something came of the verbs."""
        for ticket, outcome in self._runner.take():
            if isinstance(outcome, Joined):
                # It joins anew after an outage.
                if not self._joined.done():
                    self._joined.set_result(outcome.contacts)
            elif isinstance(outcome, Record):
                listener = self._listeners.get(ticket)
                if listener is not None:
                    listener.hear(outcome)
            else:
                # An error here would take the rest of the batch with it.
                future = self._waiting.pop(ticket, None)
                if future is not None:
                    self._resolve(future, outcome)

    @staticmethod
    def _resolve(future: asyncio.Future[typing.Any], outcome: typing.Any) -> None:
        if future.done():  # who waited was cancelled
            return
        if isinstance(outcome, Error):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)

    async def _listen(
        self, verb: collections.abc.Callable[..., None], *arguments: typing.Any
    ) -> collections.abc.AsyncGenerator[Record, None]:
        self._check()
        ticket = next(self._tickets)
        verb(ticket, *arguments)
        self._listeners[ticket] = listener = _Listener()
        begun = self._wait(ticket)
        try:
            await asyncio.shield(begun)
            while (record := await listener.next()) is not None:
                yield record
        finally:
            del self._listeners[ticket]
            # Also where who listened was cancelled before it had begun.
            begun.add_done_callback(self._stop_listening)

    def _stop_listening(self, begun: asyncio.Future[int]) -> None:
        if not self._closed and begun.exception() is None:
            self._begin(self._runner.forget, begun.result())
