# SPDX-License-Identifier: Apache-2.0
"""The extension's half of shadw.dht."""

from shadw import _shadw

HYPERDHT_BOOTSTRAP = _shadw._dht.HYPERDHT_BOOTSTRAP
MAINLINE_BOOTSTRAP = _shadw._dht.MAINLINE_BOOTSTRAP
NameBook = _shadw._dht.NameBook
Runner = _shadw._dht.Runner
decode_name = _shadw._dht.decode_name
make_name = _shadw._dht.make_name
mutable_target = _shadw._dht.mutable_target
name_slot = _shadw._dht.name_slot
namespace_id = _shadw._dht.namespace_id
resolve = _shadw._dht.resolve
revoke_name = _shadw._dht.revoke_name
target_of = _shadw._dht.target_of
update_name = _shadw._dht.update_name
verify_name = _shadw._dht.verify_name

__all__ = [
    "HYPERDHT_BOOTSTRAP",
    "MAINLINE_BOOTSTRAP",
    "NameBook",
    "Runner",
    "decode_name",
    "make_name",
    "mutable_target",
    "name_slot",
    "namespace_id",
    "resolve",
    "revoke_name",
    "target_of",
    "update_name",
    "verify_name",
]
