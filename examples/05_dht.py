# SPDX-License-Identifier: Apache-2.0
"""Eight nodes on sockets of this machine: one publishes a service under a name of its owner's,
another finds it, finds it again when it moved, and hears when it is revoked."""

import asyncio
import contextlib

from shadw.crypto import SecretKey
from shadw.dht import NameRecord, Node

seed = SecretKey.generate()


async def main() -> None:
    async with contextlib.AsyncExitStack() as stack:
        nodes: list[Node] = []
        for _ in range(8):
            node = await Node.create(
                bind="127.0.0.1:0",
                bootstrap=nodes[0].endpoints if nodes else [],
                read_only=False,
            )
            nodes.append(await stack.enter_async_context(node))
            if len(nodes) > 1:
                await node.joined()
        publisher, reader = nodes[3], nodes[6]

        async def publish_and_resolve(record: NameRecord) -> None:
            put = await publisher.publish(seed, record)
            found = await reader.resolve(record.owner, record.label)
            where = found.record.addresses[0] if found.record else "revoked"
            print(f"printer: {where}, stored by {put.stored} nodes")
            assert found.record == record or (found.revoked and record.revoked)

        def facts(endpoint: str) -> dict:
            return {"kind": "service", "addresses": [endpoint], "capabilities": ["ipp"]}

        record = NameRecord.make(seed, "printer", **facts("9.9.9.9:631"))
        await publish_and_resolve(record)
        record = record.update(seed, **facts("[2001:db8::7]:631"))
        await publish_and_resolve(record)
        await publish_and_resolve(record.revoke(seed))


asyncio.run(main())
