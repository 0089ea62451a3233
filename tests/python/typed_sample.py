# SPDX-License-Identifier: Apache-2.0
"""What a typed program writes. mypy --strict accepts all of it but the marked lines."""

import io
import pathlib

import numpy as np
from numpy.typing import NDArray

import shadw
from shadw import crypto, dht, shard, sim, vault
from shadw.erasure import Code, ReedSolomon
from shadw.store import DirectoryStore, MemoryStore, Store


def erasure_codes(data: NDArray[np.uint8]) -> int:
    coder = ReedSolomon(10, 4, backend="isal")
    parity: NDArray[np.uint8] = coder.encode(data)
    found: dict[int, NDArray[np.uint8]] = coder.reconstruct({0: b"a", 1: bytearray(b"b")}, [2])
    rows: NDArray[np.uint8] = coder.reconstruct(data, present=np.ones(14, bool))
    whole: bytes = coder.join([None, *coder.split_and_encode(b"x")[1:]], 1)
    coder.encode(7)  # type: ignore[arg-type]
    coder.reconstruct(data, present=7)  # type: ignore[call-overload]
    ReedSolomon(10, 4, backend="quantum")  # type: ignore[arg-type]
    ReedSolomon(10, 4).code = Code(1, 1)  # type: ignore[misc]
    return len(parity) + len(found) + len(rows) + len(whole)


def keys(seed: crypto.SecretKey) -> str:
    root = crypto.ExtendedPrivateKey.from_seed(seed)
    public: crypto.ExtendedPublicKey = root.derive_path("m/1'/2").to_public()
    bytes(seed)  # type: ignore[call-overload]
    sealed: bytes = crypto.AesGcm(root.private_key).seal(bytes(12), b"text")
    crypto.verify_merkle_proof(bytes(32), bytes(32), 0, 1, [])
    return public.serialize() + sealed.hex()


def segments(owner: shard.VaultKeys, nodes: NDArray[np.uint8]) -> bytes:
    mine = owner.for_name("a")
    sealed = shard.seal_segment(
        mine, b"text", code=Code(4, 2), nodes=nodes, flags=shard.Flag.LAST | shard.Flag.BOUND
    )
    opened = shard.open_segment(mine, sealed.shards[2:], offset=1, count=2)
    kinds = [fault.kind for fault in opened.faults]
    header = shard.open_header(mine, sealed.shards[0], to="verify")
    if header.verify is not None:
        kinds.append("forged" if header.verify.attempt else "missing")
    header.read.codec  # type: ignore[union-attr]
    reader = shard.decode_capability(shard.encode_capability(mine, "read"))
    shard.encode_capability(mine, "own")  # type: ignore[arg-type]
    return opened.plain + (reader.id if reader.may_read else b"")


def vaults(folder: pathlib.Path, stores: list[Store]) -> int:
    mine = vault.Vault(bytes(32), [*stores, folder / "x", MemoryStore(), DirectoryStore(folder)])

    def show(progress: vault.Progress) -> None:
        print(progress.durable_bytes)

    receipt = mine.put("a", folder / "file", progress=show, code=Code(4, 2))
    mine.put("b", io.BytesIO(b"text"))
    mine.put("c", "text")  # type: ignore[arg-type]
    many: vault.PutManyReceipt = mine.put_many(
        [("d", b"text"), vault.Item("e", folder / "file", mode=0o600, kind="file")]
    )
    mine.put_many([vault.Item("f", kind="page")])  # type: ignore[arg-type]
    tree: vault.PutTreeReport = mine.put_tree(folder, "tree", leave_out=[folder / "x"])
    failed: list[vault.NotRestored] = mine.get_tree("tree", folder / "out").failed
    print(many.packed, tree.receipt.packs, [one.why for one in failed], mine.compact().bytes_after)
    if shard.is_member_capability(mine.share("d", "read")):
        member: shard.MemberKeys = shard.decode_member_capability(mine.share("d", "read"))
        vault.SharedObject(member, stores).get()
    report: vault.ReadReport = mine.get_to("a", io.BytesIO())
    with open(folder / "copy", "wb") as file:
        mine.get_to("a", file, offset=5)
    names: list[str] = [entry.name for entry in mine.list("a")]
    try:
        shared = vault.SharedObject(mine.share("a", "verify"), stores)
        shared.repair()
    except shadw.PermissionDeniedError as error:
        raise PermissionError(str(error)) from error
    return receipt.stored_bytes + report.bytes + len(names)


async def tables(signer: crypto.Ed25519Signer) -> int:
    async with await dht.Node.create(bind="127.0.0.1:0", read_only=True) as node:
        report: dht.PutReport = await node.put_mutable(signer, b"text", seq=1)
        await node.put("text")  # type: ignore[arg-type]
        got: bytes | None = (await node.get(report.lookup.target)).value
        async for record in node.listen_mutable(signer.public_key):
            print(record.seq + 1)
        name = dht.NameRecord.make(bytes(32), "printer", addresses=["9.9.9.9:631"])
        await node.publish(bytes(32), name.update(bytes(32), addresses=[]), keep=True)
        found: dht.NameRecord | None = (await node.resolve(name.owner, "printer")).record
        await node.resolve(name.owner, b"printer")  # type: ignore[arg-type]
        dht.NameRecord.make(bytes(32), "a", addresses=[], kind="page")  # type: ignore[arg-type]
        return report.stored + len(got or b"") + (found.seq if found else 0)


def simulations() -> float:
    run: sim.DhtRun = sim.dht(nodes=100, seed=7, latency=(0.005, 0.12))
    sim.dht(nodes=100)  # type: ignore[call-arg]
    sim.dht(seed=7, lie="white")  # type: ignore[arg-type]
    sim.dht(seed=7, sessions=sim.Weibull(60, shape=0.5), latency=np.zeros((2, 2)))
    sim.dht(seed=7, latency=sim.Regions([[0.1]], shares=[1]), sessions=np.arange(3))
    sim.dht(seed=7, sessions="long")  # type: ignore[arg-type]
    messages: NDArray[np.uint32] = run.messages
    frame = shadw.sweep(sim.dht, {"nodes": [10, 20]}, runs=2, seed=1, progress=False)
    return run.success_rate("lookup") + float(messages.mean()) + len(frame)
