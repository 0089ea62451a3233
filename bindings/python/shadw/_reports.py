# SPDX-License-Identifier: Apache-2.0
"""What the verbs of shadw.dht.Node return; public under the name of that module."""

from __future__ import annotations

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Contact:
    """A node: its id and where it listens."""

    id: bytes
    endpoint: str  # "1.2.3.4:80" or "[::1]:80"


@dataclasses.dataclass(frozen=True)
class Lookup:
    """Whom an operation asked on its way to the nodes closest to a target."""

    target: bytes
    closest: list[Contact]  # that answered, closest first
    messages: int  # requests sent, all of the operation
    answers: int
    silent: int  # requests that were given up
    hops: int  # to the closest: 1 when it stood in our own table
    crowded: bool  # denser around the target than the network explains


@dataclasses.dataclass(frozen=True)
class PutOutcome:
    """What one contact made of a put."""

    contact: Contact
    rank: int  # 0: the closest to the target of those written to
    result: typing.Literal["stored", "refused", "silent", "not sent"]
    code: int  # of a refusal, as on the wire
    text: str


@dataclasses.dataclass(frozen=True)
class PutReport:
    """What became of a put or an announce, told by every contact written to."""

    operation: int  # for Node.forget, where it is kept
    lookup: Lookup
    outcomes: list[PutOutcome]
    stored: int
    quorum_met: bool
    # The highest sequence number met on the way, where it is above the one put.
    newer_seq: int | None


@dataclasses.dataclass(frozen=True)
class Record:
    """What is stored at a target. Mutable ones have a key."""

    value: bytes | None  # None: something else than a string of bytes
    encoded: bytes  # as it travels
    key: bytes | None
    salt: bytes
    seq: int
    signature: bytes | None


@dataclasses.dataclass(frozen=True)
class Version:
    """A record and how many contacts gave exactly this."""

    record: Record
    agreed: int


@dataclasses.dataclass(frozen=True)
class GetReport:
    """What was found and verified, the highest sequence number first."""

    lookup: Lookup
    versions: list[Version]

    @property
    def value(self) -> bytes | None:
        """Of the newest version; None where nothing was found."""
        return self.versions[0].record.value if self.versions else None

    @property
    def agreed(self) -> int:
        """How many contacts gave the newest version."""
        return self.versions[0].agreed if self.versions else 0

    @property
    def seqs(self) -> list[int]:
        """The sequence numbers that were seen, the highest first."""
        return [version.record.seq for version in self.versions]


@dataclasses.dataclass(frozen=True)
class Peer:
    """Who announced: on mainline one endpoint; on hyperdht a key and its relays."""

    endpoints: list[str]
    key: bytes | None


@dataclasses.dataclass(frozen=True)
class PeersReport:
    """Who was announced under a target."""

    lookup: Lookup
    peers: list[Peer]


@dataclasses.dataclass(frozen=True)
class TargetsReport:
    """Targets that peers are announced under."""

    lookup: Lookup
    targets: list[bytes]


@dataclasses.dataclass(frozen=True)
class Pong:
    """Whether somebody answered a ping, and how soon."""

    endpoint: str
    answered: bool
    id: bytes | None  # None: silence, or a node that does not say it
    rtt_s: float | None


@dataclasses.dataclass(frozen=True)
class Joined:
    """The first lookup of a node's own surroundings is over."""

    contacts: int


@dataclasses.dataclass(frozen=True)
class Stats:
    """A node and what it did so far."""

    id: bytes  # ours, which on mainline changes once the address is known
    address: str | None  # ours, as others see it
    serving: bool
    contacts: int
    records: int
    peer_targets: int
    operations: int
    requests: int
    queries: int  # of others, answered or not
    replies: int  # of ours to them
    silenced: int  # met with silence: too many, or too dear
    noise: int  # datagrams that were no messages
    unexpected: int  # answers to nothing we asked
    forwarded: int
    sent: int  # requests of ours
    lost: int  # of them never answered
    down_hints: int  # contacts that were asked as somebody said they are gone
    nat: str  # "open", "consistent", "random" or "unknown", as others see us
    network_nodes: float  # estimated; 0: unknown yet
    datagrams_in: int
    datagrams_out: int


for _class in [it for it in list(vars().values()) if isinstance(it, type)]:
    if _class.__module__ == __name__:
        _class.__module__ = "shadw.dht"
