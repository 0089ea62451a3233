# SPDX-License-Identifier: Apache-2.0
"""Names of owners, public under the name of shadw.dht."""

from __future__ import annotations

import collections.abc
import dataclasses
import time
import typing

from shadw import _dht
from shadw._reports import GetReport, Lookup
from shadw._units import Span, nanoseconds

if typing.TYPE_CHECKING:
    from shadw._types import Buffer, Key

_DAY = 86_400.0
NameKind: typing.TypeAlias = typing.Literal["endpoint", "service"]


@dataclasses.dataclass(frozen=True)
class NameRecord:
    """What an owner says of a name of theirs, signed; whoever reads it checks that.

        record = NameRecord.make(seed, "printer", addresses=["9.9.9.9:631"])
        await node.publish(seed, record)
        await node.publish(seed, record.update(seed, addresses=["[2001:db8::7]:631"]))
    """

    encoded: bytes = dataclasses.field(repr=False)  # what all else is read from
    owner: bytes = dataclasses.field(init=False, compare=False)  # public key
    label: str = dataclasses.field(init=False, compare=False)
    kind: NameKind = dataclasses.field(init=False, compare=False)
    # The preferred one first.
    addresses: tuple[str, ...] = dataclasses.field(init=False, compare=False)
    capabilities: tuple[str, ...] = dataclasses.field(init=False, compare=False)
    created_ns: int = dataclasses.field(init=False, compare=False)  # valid from here
    expires_ns: int = dataclasses.field(init=False, compare=False)  # up to, not at, this
    seq: int = dataclasses.field(init=False, compare=False)
    # A tombstone: while it is in force nothing else stands for the name.
    revoked: bool = dataclasses.field(init=False, compare=False)
    signature: bytes = dataclasses.field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "encoded", bytes(self.encoded))
        for name, value in _dht.decode_name(self.encoded).items():
            object.__setattr__(self, name, value)

    @classmethod
    def make(
        cls,
        owner: Key,
        label: str,
        *,
        addresses: collections.abc.Sequence[str],
        capabilities: collections.abc.Sequence[str] = (),
        kind: NameKind = "endpoint",
        lifetime: Span = _DAY,
        created_ns: int | None = None,
        seq: int = 1,
    ) -> NameRecord:
        """The first record of a name. `owner`: the seed of the owner's Ed25519 key.

        created_ns   None: now
        """
        begin, end = _times(created_ns, lifetime)
        return cls(
            _dht.make_name(
                owner, label, kind, list(addresses), list(capabilities), begin, end, seq
            )
        )

    def update(
        self,
        owner: Key,
        *,
        addresses: collections.abc.Sequence[str],
        capabilities: collections.abc.Sequence[str] = (),
        kind: NameKind = "endpoint",
        lifetime: Span = _DAY,
        created_ns: int | None = None,
    ) -> NameRecord:
        """The record that takes the place of this one."""
        begin, end = _times(created_ns, lifetime)
        return NameRecord(
            _dht.update_name(
                owner, self.encoded, kind, list(addresses), list(capabilities), begin, end
            )
        )

    def revoke(
        self, owner: Key, *, until_ns: int = 0, now_ns: int | None = None
    ) -> NameRecord:
        """The tombstone that ends the name: as long as this record would have stood, or
        until then, if that is later."""
        return NameRecord(_dht.revoke_name(owner, self.encoded, _now(now_ns), until_ns))

    def verify(self) -> None:
        """PermissionDeniedError where it is forged. Whether it is in time is for a NameBook."""
        _dht.verify_name(self.encoded)

    @property
    def namespace_id(self) -> bytes:
        return namespace_id(self.owner, self.label)


@dataclasses.dataclass(frozen=True)
class Resolution:
    """What stands for a name, and why other versions do not."""

    record: NameRecord | None  # None: none, or the name is revoked
    revoked: bool
    refused: list[Exception]  # one for each version that was not accepted
    lookup: Lookup


class NameBook:
    """Which record of a name to believe, of all that were seen."""

    def __init__(self) -> None:
        self._book = _dht.NameBook()

    def offer(self, record: NameRecord, *, owner: Buffer, label: str, now_ns: int | None = None,
              ) -> None:  # fmt: skip
        """Considers one record as an answer to the name of `owner` and `label`.

        Raises PermissionDeniedError  another owner, another label, forged
               PreconditionError      not valid yet, expired, revoked
               ConflictError          a lower sequence number, or the same with other content
        """
        self._book.offer(_now(now_ns), owner, label, record.encoded)

    def find(self, owner: Buffer, label: str, *, now_ns: int | None = None) -> NameRecord:
        """The record that stands.

        Raises NotFoundError      none is known
               PreconditionError  it expired, or revokes the name
        """
        return NameRecord(self._book.find(_now(now_ns), owner, label))

    def latest(self, owner: Buffer, label: str) -> NameRecord | None:
        """What is known, expired and revoked or not."""
        encoded = self._book.latest(owner, label)
        return None if encoded is None else NameRecord(encoded)

    def forget(self, owner: Buffer, label: str) -> None:
        self._book.forget(owner, label)

    def forget_expired(self, *, now_ns: int | None = None) -> None:
        """And with them their sequence numbers."""
        self._book.forget_expired(_now(now_ns))

    def __len__(self) -> int:
        return len(self._book)

    def take(
        self,
        network: str,
        owner: Buffer,
        label: str,
        report: GetReport,
        *,
        now_ns: int | None = None,
    ) -> Resolution:
        """Considers all that a get of the name's slot brought home."""
        carriers = [
            (it.record.encoded, it.record.key, it.record.salt, it.record.seq)
            for it in report.versions
        ]
        encoded, revoked, refused = self._book.take(
            network, _now(now_ns), owner, label, carriers
        )
        record = None if encoded is None else NameRecord(encoded)
        return Resolution(record, revoked, refused, report.lookup)


def namespace_id(owner: Buffer, label: str) -> bytes:
    """32 bytes that stand for the name."""
    return _dht.namespace_id(owner, label)


def _now(now_ns: int | None) -> int:
    return time.time_ns() if now_ns is None else now_ns


def _times(created_ns: int | None, lifetime: Span) -> tuple[int, int]:
    begin = _now(created_ns)
    return begin, begin + nanoseconds("lifetime", lifetime)


for _thing in (NameRecord, Resolution, NameBook, namespace_id):
    _thing.__module__ = "shadw.dht"
