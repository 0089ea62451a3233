# SPDX-License-Identifier: Apache-2.0
"""Two nodes on sockets of this machine: one stores a value with the other, and gets it back by
its hash."""

import asyncio

from shadw.dht import Node


async def main() -> None:
    server = await Node.create(bind="127.0.0.1:0", read_only=False)
    client = await Node.create(bind="127.0.0.1:0", bootstrap=server.endpoints, read_only=True)
    async with server, client:
        await client.joined()
        put = await client.put(b"some text")
        target = put.lookup.target
        print(f"stored by {put.stored} of {len(put.outcomes)} nodes under {target.hex()}")
        got = await client.get(target)
        assert got.value is not None
        print(f"found: {got.value.decode()}")
        assert put.stored == 1 and got.value == b"some text"


asyncio.run(main())
