# SPDX-License-Identifier: Apache-2.0
"""Eight nodes on sockets of this machine: one publishes where its service is, another finds it
and hears when it moves."""

import asyncio
import contextlib

from shadw.crypto import Ed25519Signer, SecretKey
from shadw.dht import Node

owner = Ed25519Signer(SecretKey.generate())


async def main() -> None:
    async with contextlib.AsyncExitStack() as stack:
        nodes: list[Node] = []
        for _ in range(8):
            node = await Node.create(
                bind="127.0.0.1:0",
                bootstrap=nodes[0].endpoints if nodes else [],
                read_only=False,
                listen_every=1,
            )
            nodes.append(await stack.enter_async_context(node))
        for node in nodes[1:]:
            await node.joined()
        publisher, reader = nodes[3], nodes[6]

        put = await publisher.put_mutable(owner, b"9.9.9.9:631", seq=1, salt=b"printer")
        print(f"stored by {put.stored} of {len(put.outcomes)} nodes")
        found = await reader.get_mutable(owner.public_key, salt=b"printer")
        print(f"printer: {found.value!r}, says {found.agreed} of {found.lookup.answers} nodes")
        assert found.value == b"9.9.9.9:631"

        async for record in reader.listen_mutable(owner.public_key, salt=b"printer"):
            print(f"printer: {record.value!r}, version {record.seq}")
            if record.seq == 2:
                break
            await publisher.put_mutable(owner, b"[2001:db8::7]:631", seq=2, salt=b"printer")

        late = await publisher.put_mutable(owner, b"9.9.9.9:631", seq=1, salt=b"printer")
        refused = sum(it.result == "refused" for it in late.outcomes)
        print(f"an older version: refused by {refused}, as version {late.newer_seq} is there")
        assert refused >= 6


asyncio.run(main())
