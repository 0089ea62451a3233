// SPDX-License-Identifier: Apache-2.0
//
// shadw.shard, second part: headers, metadata, and finding shards in a pile.
#include <tuple>

#include "bindings/python/src/bind_shard.h"
#include "libshadw/shard/head.h"
#include "libshadw/shard/header.h"
#include "libshadw/shard/metadata.h"
#include "libshadw/shard/scan.h"

namespace shadw::python {
namespace {

using shard::AuditBox;
using shard::Header;
using shard::IntentRecord;
using shard::Metadata;
using shard::ObjectKeys;
using shard::ReadBox;
using shard::VerifyBox;

void BindAuditBox(py::module_& m) {
  Show(py::class_<AuditBox>(m, "AuditBox", "Box A of a header: what an auditor sees.")
           .def_readonly("flags", &AuditBox::flags)
           .def_readonly("generation", &AuditBox::generation)
           .def_readonly("sequence", &AuditBox::sequence)
           .def_property_readonly("version", BytesOf(&AuditBox::version))
           .def_readonly("segment", &AuditBox::segment)
           .def_readonly("segment_count", &AuditBox::segment_count)
           .def_readonly("data_shards", &AuditBox::data_shards)
           .def_readonly("total_shards", &AuditBox::total_shards)
           .def_readonly("index", &AuditBox::index)
           .def_readonly("copy", &AuditBox::copy)
           .def_readonly("cell_bytes", &AuditBox::cell_bytes)
           .def_readonly("cells", &AuditBox::cells)
           .def_readonly("epoch", &AuditBox::epoch)
           .def_readonly("time_ns", &AuditBox::time_ns)
           .def_property_readonly("node", BytesOf(&AuditBox::node))
           .def_property_readonly("body_root", BytesOf(&AuditBox::body_root))
           .def_property_readonly("address", &AuditBox::address));
}

void BindVerifyBox(py::module_& m) {
  Show(py::class_<VerifyBox>(m, "VerifyBox", "Box V of a header: what a repair agent sees besides.")
           .def_readonly("sealed_bytes", &VerifyBox::sealed_bytes)
           .def_property_readonly("public_key", BytesOf(&VerifyBox::public_key))
           .def_property_readonly("signature", BytesOf(&VerifyBox::signature))
           .def_property_readonly("cek_commitment", BytesOf(&VerifyBox::cek_commitment))
           .def_property_readonly("content_root", BytesOf(&VerifyBox::content_root))
           .def_property_readonly("read_box_hash", BytesOf(&VerifyBox::read_box_hash))
           .def_property_readonly("body_mac", BytesOf(&VerifyBox::body_mac))
           .def_readonly("attempt", &VerifyBox::attempt));
}

void BindReadBox(py::module_& m) {
  Show(py::class_<ReadBox>(m, "ReadBox", "Box R of a header: what a reader sees besides.")
           .def_property_readonly("content_key",
                                  [](const ReadBox& self) -> std::optional<crypto::SecretKey> {
                                    if (self.content_key == nullptr) return std::nullopt;
                                    return self.content_key->Clone();
                                  })
           .def_readonly("object_bytes", &ReadBox::object_bytes)
           .def_readonly("plain_bytes", &ReadBox::plain_bytes)
           .def_readonly("mtime_ns", &ReadBox::mtime_ns)
           .def_property_readonly("path_tag", BytesOf(&ReadBox::path_tag))
           .def_readonly("previous_sequence", &ReadBox::previous_sequence)
           .def_property_readonly("catalogue_hint", BytesOf(&ReadBox::catalogue_hint))
           .def_readonly("codec", &ReadBox::codec)
           .def_readonly("metadata_bytes", &ReadBox::metadata_bytes)
           .def_property_readonly("metadata",
                                  [](const ReadBox& self) { return ToPython(self.metadata); }));
}

void BindHeader(py::module_& m) {
  Show(py::class_<Header>(m, "Header",
                          "The 1024 bytes before every shard, as far as keys open them.")
           .def_property_readonly("nonce", BytesOf(&Header::nonce))
           .def_property_readonly("audit", [](const Header& self) { return self.audit; })
           .def_property_readonly("verify", [](const Header& self) { return self.verify; })
           .def_property_readonly("read", [](const Header& self) { return self.read; })
           .def_property_readonly("header_hash", BytesOf(&Header::header_hash)));
  m.def(
      "open_header",
      [](const ObjectKeys& keys, const Bytes& header, const std::string& to) {
        const shard::OpenTo depth = OpenToNamed(to);
        return Value(Unlocked([&] { return shard::OpenHeader(header.span(), keys, depth); }));
      },
      py::arg("keys"), py::arg("header"), py::arg("to") = "read",
      "Opens a header as far as `to` and the keys allow.");
  m.def(
      "head_hash",
      [](const Bytes& object, const Header& head) {
        if (!head.verify) Refuse("shard: got a head that was not opened to verify");
        return ToPython(shard::HeadHash(Id32(object, "an object id"), head));
      },
      py::arg("object"), py::arg("head"), "What the next head points back to.");
  m.def(
      "kept_sequences", [](Int<uint64_t> newest) { return shard::KeptSequences(newest); },
      py::arg("newest"), "The sequences whose heads are kept, ascending.");
}

// --- metadata -----------------------------------------------------------------------

using Extent = std::tuple<Int<uint64_t>, Int<uint64_t>>;

Metadata MakeMetadata(const Name& name, const std::optional<Int<uint32_t>>& mode,
                      const std::string& kind, const std::optional<Extent>& extent) {
  Metadata metadata{.name = name.bytes, .kind = ObjectKindNamed(kind)};
  if (mode) metadata.mode = mode->value;
  if (extent) metadata.extent = shard::SegmentExtent{std::get<0>(*extent), std::get<1>(*extent)};
  return metadata;
}

void BindMetadata(py::module_& m) {
  Show(py::class_<IntentRecord>(m, "IntentRecord", "What an intent announces.")
           .def_property_readonly("object", BytesOf(&IntentRecord::object))
           .def_readonly("generation", &IntentRecord::generation)
           .def_readonly("sequence", &IntentRecord::sequence)
           .def_property_readonly("version", BytesOf(&IntentRecord::version))
           .def_readonly("lease_end_ns", &IntentRecord::lease_end_ns)
           .def_readonly("epoch", &IntentRecord::epoch));
  py::class_<Metadata>(m, "Metadata", "What an object says of itself.")
      .def(py::init(&MakeMetadata), py::arg("name") = "", py::kw_only(),
           py::arg("mode") = py::none(), py::arg("kind") = "file", py::arg("extent") = py::none())
      .def_static(
          "decode", [](const Bytes& tlvs) { return Value(shard::DecodeMetadata(tlvs.span())); },
          py::arg("tlvs"))
      .def("encode",
           [](const Metadata& self) { return ToPython(Value(shard::EncodeMetadata(self))); })
      .def_property_readonly("name", [](const Metadata& self) { return ToText(self.name); })
      .def_readonly("mode", &Metadata::mode)
      .def_property_readonly("kind", [](const Metadata& self) { return NameOf(self.kind); })
      .def_property_readonly(
          "extent",
          [](const Metadata& self) -> std::optional<std::tuple<uint64_t, uint64_t>> {
            if (!self.extent) return std::nullopt;
            return std::tuple(self.extent->offset, self.extent->bytes);
          })
      .def_readonly("intent", &Metadata::intent)
      .def("__repr__", &ShowFields)
      .def("__eq__", [](const Metadata& self, const py::object& other) -> py::object {
        if (!py::isinstance<Metadata>(other)) {
          return py::reinterpret_borrow<py::object>(Py_NotImplemented);
        }
        return py::bool_(self == other.cast<const Metadata&>());
      });
}

// --- scan ---------------------------------------------------------------------------

// Which of many headers are the vault's, one call for all of them.
py::array_t<bool> RecogniseHeaders(const Rows& headers, const Key& match_key) {
  const crypto::SecretKey key = match_key.Copy();
  py::array_t<bool> ours(static_cast<py::ssize_t>(headers.size()));
  bool* const out = ours.mutable_data();
  Unlocked([&] {
    for (size_t i = 0; i < headers.size(); ++i) {
      out[i] = shard::RecogniseHeader(headers.spans()[i], key).has_value();
    }
  });
  return ours;
}

void BindScan(py::module_& m) {
  m.def(
      "recognise_header",
      [](const Bytes& header, const Key& match_key) -> std::optional<py::bytes> {
        const auto id = shard::RecogniseHeader(header.span(), match_key.Copy());
        if (!id) return std::nullopt;
        return ToPython(*id);
      },
      py::arg("header"), py::arg("match_key"), "The object id in a header of the vault, or None.");
  m.def("recognise_headers", &RecogniseHeaders, py::arg("headers"), py::arg("match_key"),
        "For every row whether it is a header of the vault.");
  using Scanner = Guarded<shard::ShardScanner>;
  using Found = shard::ShardScanner::Found;
  Show(py::class_<Found>(m, "FoundShard", "A shard that a ShardScanner identified.")
           .def_readonly("keys", &Found::keys)
           .def_readonly("header", &Found::header));
  py::class_<Scanner>(m, "ShardScanner", "Finds a vault's shards in any pile of files.")
      .def(py::init([](const shard::VaultKeys& vault) { return std::make_unique<Scanner>(vault); }),
           py::arg("vault"))
      .def(
          "identify",
          [](Scanner& self, const Bytes& header) {
            return Unlocked([&] {
              const std::lock_guard lock(self.lock);
              return self.value.Identify(header.span());
            });
          },
          py::arg("header"), "Nothing for what is not the vault's, or does not open.");
}

constexpr const char* kKindNames[] = {"file", "directory", "page", "pack", "symlink", "dead_list"};

}  // namespace

const char* NameOf(shard::ObjectKind kind) {
  const auto number = static_cast<size_t>(kind);
  return number < std::size(kKindNames) ? kKindNames[number] : "unknown";
}

shard::ObjectKind ObjectKindNamed(const std::string& name) {
  for (uint8_t kind = 0; kind < std::size(kKindNames); ++kind) {
    if (name == kKindNames[kind]) return static_cast<shard::ObjectKind>(kind);
  }
  Refuse("shard: got kind '" + name + "', need one of: file directory page pack symlink dead_list");
}

void BindShardHeaders(py::module_& m) {
  BindMetadata(m);
  BindAuditBox(m);
  BindVerifyBox(m);
  BindReadBox(m);
  BindHeader(m);
  BindScan(m);
}

}  // namespace shadw::python
