// SPDX-License-Identifier: Apache-2.0
//
// shadw.shard, first part: addresses, keys, capabilities, geometry.
#include "bindings/python/src/bind_shard.h"
#include "libshadw/shard/capability.h"
#include "libshadw/shard/geometry.h"
#include "libshadw/shard/keys.h"

namespace shadw::python {
namespace {

using crypto::SecretKey;
using shard::Geometry;
using shard::MemberKeys;
using shard::ObjectKeys;
using shard::ShardAddress;
using shard::VaultKeys;

void NeedRight(bool held, const char* what) {
  if (held) return;
  Check(absl::PermissionDeniedError(std::string("shard: got keys that may not ") + what));
}

std::optional<SecretKey> CopyOf(const SecretKey* key) {
  if (key == nullptr) return std::nullopt;
  return key->Clone();
}

void BindAddress(py::module_& m) {
  py::class_<ShardAddress>(m, "ShardAddress", "Where one stored shard lies.")
      .def(py::init([](const Bytes& version, Int<uint32_t> segment, Int<uint16_t> index,
                       const Bytes& node, Int<uint32_t> epoch, Int<uint16_t> copy) {
             return ShardAddress{.version = ToArray<16>(version, "a version id"),
                                 .segment = segment,
                                 .index = index,
                                 .copy = copy,
                                 .node = Id32(node, "a node id"),
                                 .epoch = epoch};
           }),
           py::arg("version"), py::arg("segment"), py::arg("index"), py::arg("node"),
           py::arg("epoch"), py::arg("copy") = 0)
      .def_property_readonly("version", BytesOf(&ShardAddress::version))
      .def_readonly("segment", &ShardAddress::segment)
      .def_readonly("index", &ShardAddress::index)
      .def_readonly("copy", &ShardAddress::copy)
      .def_property_readonly("node", BytesOf(&ShardAddress::node))
      .def_readonly("epoch", &ShardAddress::epoch)
      .def("__eq__",
           [](const ShardAddress& self, const py::object& other) -> py::object {
             if (!py::isinstance<ShardAddress>(other)) {
               return py::reinterpret_borrow<py::object>(Py_NotImplemented);
             }
             return py::bool_(self == other.cast<const ShardAddress&>());
           })
      .def("__hash__",
           [](const ShardAddress& self) { return py::hash(ToPython(EncodeAddress(self))); })
      .def("__repr__", [](const ShardAddress& self) {
        return "ShardAddress(version=" + base::ToHex(self.version) +
               ", segment=" + std::to_string(self.segment) +
               ", index=" + std::to_string(self.index) + ", node=" + base::ToHex(self.node) +
               ", epoch=" + std::to_string(self.epoch) + ", copy=" + std::to_string(self.copy) +
               ")";
      });
}

void BindVaultKeys(py::module_& m) {
  py::class_<VaultKeys>(m, "VaultKeys", "The keys of one vault: everything an owner can do.")
      .def_static(
          "from_seed",
          [](const Sensitive& seed, Int<uint32_t> network, Int<uint32_t> vault,
             Int<uint32_t> purpose) {
            return Value(VaultKeys::FromSeed(
                seed.span(), {.network = network, .vault = vault, .purpose = purpose}));
          },
          py::arg("seed"), py::kw_only(), py::arg("network") = 0, py::arg("vault") = 0,
          py::arg("purpose") = 0, "The root: a 32-byte seed, through BIP-32.")
      .def_static(
          "from_vault_key", [](const Key& key) { return VaultKeys::FromVaultKey(key.Copy()); },
          py::arg("vault_key"))
      .def(
          "for_name",
          [](const VaultKeys& self, const Name& name, Int<uint32_t> generation) {
            return self.ForName(name.bytes, generation);
          },
          py::arg("name"), py::arg("generation") = 0, "The object that a name stands for.")
      .def(
          "for_salt",
          [](const VaultKeys& self, const Bytes& salt, Int<uint32_t> generation) {
            return self.ForSalt(ToArray<16>(salt, "a salt"), generation);
          },
          py::arg("salt"), py::arg("generation") = 0)
      .def(
          "name_salt",
          [](const VaultKeys& self, const Name& name) {
            return ToPython(self.NameSalt(name.bytes));
          },
          py::arg("name"))
      .def(
          "path_tag",
          [](const VaultKeys& self, const Name& name) {
            return ToPython(self.PathTag(name.bytes));
          },
          py::arg("name"))
      .def(
          "name_bucket",
          [](const VaultKeys& self, const Name& name) {
            return ToPython(self.NameBucket(name.bytes));
          },
          py::arg("name"))
      .def(
          "page_salt",
          [](const VaultKeys& self, Int<uint8_t> depth, const Bytes& prefix) {
            return ToPython(self.PageSalt(depth, prefix.span()));
          },
          py::arg("depth"), py::arg("prefix"))
      .def(
          "member_key",
          [](const VaultKeys& self, const Bytes& record) {
            return self.MemberKey(ToArray<16>(record, "a record id"));
          },
          py::arg("record"), "The key of one member of a pack.")
      .def_property_readonly("intent_salt",
                             [](const VaultKeys& self) { return ToPython(self.IntentSalt()); })
      .def_property_readonly("match_key",
                             [](const VaultKeys& self) { return self.match_key().Clone(); })
      .def("__repr__", [](const VaultKeys&) { return "VaultKeys(hidden)"; });
}

void BindObjectKeysMakers(py::class_<ObjectKeys>& keys) {
  keys.def_static(
          "for_writer",
          [](const Key& write_key, const Bytes& salt, Int<uint32_t> generation,
             const Key& match_key) {
            return ObjectKeys::ForWriter(write_key.Copy(), ToArray<16>(salt, "a salt"), generation,
                                         match_key.Copy());
          },
          py::arg("write_key"), py::arg("salt"), py::arg("generation"), py::arg("match_key"))
      .def_static(
          "for_reader",
          [](const Bytes& id, const Key& read_key) {
            return ObjectKeys::ForReader(Id32(id, "an object id"), read_key.Copy());
          },
          py::arg("id"), py::arg("read_key"))
      .def_static(
          "for_repairer",
          [](const Bytes& id, const Key& verify_key, const Key& delete_key, const Key& match_key) {
            return ObjectKeys::ForRepairer(Id32(id, "an object id"), verify_key.Copy(),
                                           delete_key.Copy(), match_key.Copy());
          },
          py::arg("id"), py::arg("verify_key"), py::arg("delete_key"), py::arg("match_key"))
      .def_static(
          "for_auditor",
          [](const Bytes& id, const Key& audit_key) {
            return ObjectKeys::ForAuditor(Id32(id, "an object id"), audit_key.Copy());
          },
          py::arg("id"), py::arg("audit_key"));
}

void BindObjectKeysParts(py::class_<ObjectKeys>& keys) {
  keys.def_property_readonly(
          "right",
          [](const ObjectKeys& self) { return std::string(shard::ToString(self.right())); })
      .def_property_readonly("may_write", &ObjectKeys::may_write)
      .def_property_readonly("may_read", &ObjectKeys::may_read)
      .def_property_readonly("may_verify", &ObjectKeys::may_verify)
      .def_property_readonly("may_repair", &ObjectKeys::may_repair)
      .def_property_readonly("id", [](const ObjectKeys& self) { return ToPython(self.id()); })
      .def_property_readonly("write_key",
                             [](const ObjectKeys& self) { return CopyOf(self.write_key()); })
      .def_property_readonly("read_key",
                             [](const ObjectKeys& self) { return CopyOf(self.read_key()); })
      .def_property_readonly("verify_key",
                             [](const ObjectKeys& self) { return CopyOf(self.verify_key()); })
      .def_property_readonly("audit_key",
                             [](const ObjectKeys& self) { return self.audit_key().Clone(); })
      .def_property_readonly("delete_key",
                             [](const ObjectKeys& self) { return CopyOf(self.delete_key()); })
      .def_property_readonly("match_key",
                             [](const ObjectKeys& self) { return CopyOf(self.match_key()); })
      .def_property_readonly("locate_key",
                             [](const ObjectKeys& self) { return self.locate_key().Clone(); });
}

void BindObjectKeysUses(py::class_<ObjectKeys>& keys) {
  keys.def(
          "shard_storage_id",
          [](const ObjectKeys& self, const ShardAddress& address) {
            return ToPython(self.ShardStorageId(address));
          },
          py::arg("address"))
      .def(
          "head_storage_id",
          [](const ObjectKeys& self, Int<uint64_t> sequence, const Bytes& node) {
            NeedRight(self.may_verify(), "find heads, need the verify key");
            return ToPython(self.HeadStorageId(sequence, Id32(node, "a node id")));
          },
          py::arg("sequence"), py::arg("node"))
      .def(
          "token_for",
          [](const ObjectKeys& self, const Bytes& node, const Bytes& id) {
            NeedRight(self.may_repair(), "delete, need the delete key");
            return ToPython(self.TokenFor(Id32(node, "a node id"), Id32(id, "a storage id")));
          },
          py::arg("node"), py::arg("storage_id"))
      .def(
          "outer_key",
          [](const ObjectKeys& self, const ShardAddress& address, const Bytes& nonce) {
            return self.OuterKey(address, ToArray<24>(nonce, "a header nonce"));
          },
          py::arg("address"), py::arg("nonce"), "The key that wraps the cells of one shard.")
      .def(
          "body_mac_key",
          [](const ObjectKeys& self, const Bytes& nonce) {
            NeedRight(self.may_verify(), "verify, need the verify key");
            return self.BodyMacKey(ToArray<24>(nonce, "a header nonce"));
          },
          py::arg("nonce"))
      .def("__repr__", [](const ObjectKeys& self) {
        return "ObjectKeys(" + std::string(shard::ToString(self.right())) +
               ", id=" + base::ToHex(self.id()) + ")";
      });
}

void BindCapabilities(py::module_& m) {
  m.def(
      "encode_capability",
      [](const ObjectKeys& keys, const std::string& right) {
        return Value(shard::EncodeCapability(keys, RightNamed(right)));
      },
      py::arg("keys"), py::arg("right"),
      "A right to one object as a string; whoever reads the string has the right.");
  m.def(
      "decode_capability",
      [](const std::string& text) { return Value(shard::DecodeCapability(text)); },
      py::arg("text"));
  py::class_<MemberKeys>(m, "MemberKeys", "The right to read one member of a pack.")
      .def(py::init([](const ObjectKeys& pack, const Bytes& record, const Key& key) {
             return std::make_unique<MemberKeys>(
                 MemberKeys{pack, ToArray<16>(record, "a record id"), key.Copy()});
           }),
           py::arg("pack"), py::arg("record"), py::arg("key"))
      .def_readonly("pack", &MemberKeys::pack)
      .def_property_readonly("record", BytesOf(&MemberKeys::record))
      .def_property_readonly("key", [](const MemberKeys& self) { return self.key.Clone(); })
      .def("__repr__", [](const MemberKeys& self) {
        return "MemberKeys(pack=" + base::ToHex(self.pack.id()) +
               ", record=" + base::ToHex(self.record) + ")";
      });
  m.def(
      "is_member_capability",
      [](const std::string& text) { return shard::IsMemberCapability(text); }, py::arg("text"),
      "Whether it is to be decoded as one of a member.");
  m.def(
      "encode_member_capability",
      [](const MemberKeys& member) { return Value(shard::EncodeMemberCapability(member)); },
      py::arg("member"), "The right to read one member of a pack as a string.");
  m.def(
      "decode_member_capability",
      [](const std::string& text) { return Value(shard::DecodeMemberCapability(text)); },
      py::arg("text"));
}

Geometry MakeGeometry(const erasure::Code& code, Int<uint32_t> cell_bytes,
                      Int<uint32_t> max_stripes) {
  const Geometry geometry{.code = code, .cell_bytes = cell_bytes, .max_stripes = max_stripes};
  Check(geometry.Validate());
  return geometry;
}

uint32_t ChunksFor(const Geometry& geometry, Int<uint64_t> plain_bytes) {
  if (plain_bytes > geometry.capacity_bytes()) {
    Refuse("shard: got " + std::to_string(plain_bytes.value) +
           " bytes for a segment, need at most " + std::to_string(geometry.capacity_bytes()));
  }
  return geometry.ChunksFor(plain_bytes);
}

uint32_t CellsFor(const Geometry& geometry, Int<uint32_t> chunks) {
  const uint64_t most = uint64_t{geometry.max_stripes} * geometry.code.data_shards;
  if (chunks == 0 || chunks > most) {
    Refuse("shard: got " + std::to_string(chunks.value) + " chunks, need 1 to " +
           std::to_string(most));
  }
  return geometry.CellsFor(chunks);
}

void BindGeometry(py::module_& m) {
  py::class_<Geometry>(m, "Geometry", "How an object is cut into segments, stripes and cells.")
      .def(py::init(&MakeGeometry), py::arg("code"), py::arg("cell_bytes") = shard::kCellBytes,
           py::arg("max_stripes") = shard::kMaxCells)
      .def_readonly("code", &Geometry::code)
      .def_readonly("cell_bytes", &Geometry::cell_bytes)
      .def_readonly("max_stripes", &Geometry::max_stripes)
      .def_property_readonly("chunk_bytes", &Geometry::chunk_bytes)
      .def_property_readonly("stored_cell_bytes", &Geometry::stored_cell_bytes)
      .def_property_readonly("capacity_bytes", &Geometry::capacity_bytes)
      .def("chunks_for", &ChunksFor, py::arg("plain_bytes"))
      .def("cells_for", &CellsFor, py::arg("chunks"))
      .def(
          "shard_bytes",
          [](const Geometry& self, Int<uint32_t> cells) { return self.ShardBytes(cells); },
          py::arg("cells"));
  m.def(
      "choose_cell_bytes",
      [](Int<uint64_t> object_bytes, const erasure::Code& code) {
        return shard::ChooseCellBytes(object_bytes, code);
      },
      py::arg("object_bytes"), py::arg("code"));
  m.def(
      "choose_stripes",
      [](const erasure::Code& code, Int<uint32_t> cell_bytes, Int<uint64_t> memory_budget_bytes) {
        return shard::ChooseStripes(code, cell_bytes, memory_budget_bytes);
      },
      py::arg("code"), py::arg("cell_bytes"), py::arg("memory_budget_bytes"));
}

}  // namespace

shard::Right RightNamed(const std::string& name) {
  for (const shard::Right right :
       {shard::Right::kAudit, shard::Right::kVerify, shard::Right::kRead, shard::Right::kWrite}) {
    if (name == shard::ToString(right)) return right;
  }
  Refuse("shard: got right '" + name + "', need one of: audit verify read write");
}

shard::OpenTo OpenToNamed(const std::string& name) {
  if (name == "audit") return shard::OpenTo::kAudit;
  if (name == "verify") return shard::OpenTo::kVerify;
  if (name == "read") return shard::OpenTo::kRead;
  Refuse("shard: got depth '" + name + "', need one of: audit verify read");
}

void BindShardKeys(py::module_& m) {
  BindAddress(m);
  py::class_<ObjectKeys> object_keys(
      m, "ObjectKeys", "The keys of one object: write > read > verify > audit, whichever is held.");
  BindVaultKeys(m);
  BindObjectKeysMakers(object_keys);
  BindObjectKeysParts(object_keys);
  BindObjectKeysUses(object_keys);
  BindCapabilities(m);
  BindGeometry(m);
}

}  // namespace shadw::python
