# SPDX-License-Identifier: Apache-2.0
"""Hands out rights to one object: to read it, and to keep it whole without reading it."""

import shadw
from shadw.crypto import SecretKey
from shadw.erasure import Code
from shadw.store import MemoryStore
from shadw.vault import SharedObject, Vault

stores = [MemoryStore() for _ in range(6)]
owner = Vault(SecretKey.generate(), stores, code=Code(4, 2))
owner.put("letter", b"Only for you.", bound=True)

reader = SharedObject(owner.share("letter", "read"), stores)
agent = SharedObject(owner.share("letter", "verify"), stores)


def allowed(action):
    try:
        action()
    except shadw.PermissionDeniedError:
        return False
    return True


text = reader.get().decode()
print(f"the reader reads '{text}' and may rotate it: {allowed(reader.rotate)}")
print(f"the agent may read it: {allowed(agent.get)}; rotates it: {allowed(agent.rotate)}")
assert text == "Only for you."
assert not allowed(reader.rotate) and not allowed(agent.get) and allowed(agent.rotate)
