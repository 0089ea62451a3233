// SPDX-License-Identifier: Apache-2.0
//
// shadw.shard: sealed, self-describing shards. This part seals, opens, checks and
// rewraps whole segments; keys and headers are in bind_shard_keys.cc and
// bind_shard_headers.cc.
#include "bindings/python/src/bind_shard.h"

#include <algorithm>
#include <bit>

#include "libshadw/shard/compression.h"
#include "libshadw/shard/geometry.h"
#include "libshadw/shard/metadata.h"
#include "libshadw/shard/rewrap.h"
#include "libshadw/shard/segment_check.h"
#include "libshadw/shard/segment_reader.h"
#include "libshadw/shard/segment_sealer.h"

namespace shadw::python {
namespace {

using shard::CellFault;
using shard::Header;
using shard::ObjectKeys;
using shard::SegmentReader;
using shard::SegmentReport;
using shard::SegmentSealer;
using shard::ShardReport;

// --- seal -----------------------------------------------------------------------------

// The shards of one sealed segment. The arrays share the sealer's memory: it lives as
// long as any of them.
struct SealedSegment {
  std::shared_ptr<SegmentSealer> sealer;
  std::vector<shard::ShardAddress> addresses;

  std::vector<Array> Shards() const {
    std::vector<Array> arrays;
    for (uint16_t j = 0; j < addresses.size(); ++j)
      arrays.push_back(Adopt(sealer, sealer->shard(j)));
    return arrays;
  }
};

// What a caller says about the segment beside its bytes.
struct SealArguments {
  shard::SegmentLabel label;
  shard::ReadBox read;
};

// The smallest power of two of stripes that holds the bytes; 128 where none does, so
// that the sealer itself says what the limit is.
uint32_t StripesFor(shard::Geometry geometry, size_t plain_bytes) {
  if (plain_bytes > geometry.capacity_bytes()) return geometry.max_stripes;
  return geometry.CellsFor(geometry.ChunksFor(plain_bytes));
}

SealedSegment SealSegment(const ObjectKeys& keys, const Bytes& plain, const erasure::Code& code,
                          SealArguments arguments, const std::optional<Int<uint32_t>>& cell_bytes,
                          Int<size_t> threads, const Random& random) {
  shard::Geometry geometry{
      .code = code,
      .cell_bytes = cell_bytes.value_or(Int<uint32_t>{shard::ChooseCellBytes(plain.size(), code)})};
  Check(geometry.Validate());
  geometry.max_stripes = StripesFor(geometry, plain.size());
  const shard::SegmentLabel& label = arguments.label;
  SealedSegment sealed;
  const std::unique_ptr<base::WorkPool> pool = Value(base::WorkPool::Create(threads));
  Check(Unlocked([&]() -> absl::Status {
    auto sealer = SegmentSealer::Create(geometry, pool.get());
    if (!sealer.ok()) return sealer.status();
    sealed.sealer = std::make_shared<SegmentSealer>(*std::move(sealer));
    return sealed.sealer->Seal(keys, label, std::move(arguments.read), plain.span(),
                               SealWith(random));
  }));
  for (uint16_t j = 0; j < label.nodes.size(); ++j) {
    sealed.addresses.push_back({label.version, label.segment, j, 0, label.nodes[j], label.epoch});
  }
  return sealed;
}

std::vector<shard::NodeId> NodesOf(const Rows& nodes) {
  std::vector<shard::NodeId> ids;
  for (const base::ByteSpan node : nodes.spans()) {
    if (node.size() != 32) {
      Refuse("shard: got a node id of " + std::to_string(node.size()) + " bytes, need 32");
    }
    std::ranges::copy(node, ids.emplace_back().begin());
  }
  return ids;
}

void BindSeal(py::module_& m) {
  py::class_<SealedSegment>(m, "SealedSegment", "The stored shards of one segment.")
      .def_property_readonly("shards", &SealedSegment::Shards)
      .def_readonly("addresses", &SealedSegment::addresses)
      .def_property_readonly("public_roots",
                             [](const SealedSegment& self) {
                               std::vector<py::bytes> roots;
                               for (uint16_t j = 0; j < self.addresses.size(); ++j) {
                                 roots.push_back(ToPython(self.sealer->public_root(j)));
                               }
                               return roots;
                             })
      .def_property_readonly("sealed_bytes",
                             [](const SealedSegment& self) { return self.sealer->sealed_bytes(); })
      .def_property_readonly("cells",
                             [](const SealedSegment& self) { return self.sealer->cells(); });
  m.def(
      "seal_segment",
      [](const ObjectKeys& keys, const Bytes& plain, const erasure::Code& code, const Rows& nodes,
         const std::optional<Bytes>& version, Int<uint32_t> segment, Int<uint32_t> segment_count,
         Int<uint64_t> sequence, Int<uint32_t> generation, Int<uint8_t> flags, Int<uint32_t> epoch,
         Int<int64_t> time_ns, Int<uint32_t> attempt,
         const std::optional<Int<uint64_t>>& object_bytes, Int<int64_t> mtime_ns,
         const shard::Metadata* metadata, const std::optional<Bytes>& path_tag,
         Int<uint64_t> previous_sequence, Int<uint8_t> codec,
         const std::optional<Int<uint32_t>>& cell_bytes, Int<size_t> threads,
         const Random& random) {
        SealArguments arguments{
            .label = {.flags = flags,
                      .generation = generation,
                      .sequence = sequence,
                      .version = version ? ToArray<16>(*version, "a version id")
                                         : Source(random)->Array<16>(),
                      .segment = segment,
                      .segment_count = segment_count,
                      .epoch = epoch,
                      .time_ns = time_ns,
                      .attempt = attempt,
                      .nodes = NodesOf(nodes)},
            .read = {.object_bytes = object_bytes ? object_bytes->value : plain.size(),
                     .mtime_ns = mtime_ns,
                     .previous_sequence = previous_sequence,
                     .codec = codec}};
        if (path_tag) arguments.read.path_tag = Id32(*path_tag, "a path tag");
        if (metadata != nullptr) arguments.read.metadata = Value(shard::EncodeMetadata(*metadata));
        return SealSegment(keys, plain, code, std::move(arguments), cell_bytes, threads, random);
      },
      py::arg("keys"), py::arg("plain"), py::kw_only(), py::arg("code"), py::arg("nodes"),
      py::arg("version") = py::none(), py::arg("segment") = 0, py::arg("segment_count") = 1,
      py::arg("sequence") = 1, py::arg("generation") = 0,
      py::arg("flags") = static_cast<int>(shard::kFlagLast), py::arg("epoch") = 0,
      py::arg("time_ns") = 0, py::arg("attempt") = 0, py::arg("object_bytes") = py::none(),
      py::arg("mtime_ns") = 0, py::arg("metadata") = py::none(), py::arg("path_tag") = py::none(),
      py::arg("previous_sequence") = 0, py::arg("codec") = 0, py::arg("cell_bytes") = py::none(),
      py::arg("threads") = 1, py::arg("random") = py::none(),
      "Seals one segment into the n shards of its n nodes.");
}

// --- open and check ---------------------------------------------------------------------

const char* KindName(CellFault::Kind kind) {
  switch (kind) {
    case CellFault::Kind::kMissing:
      return "missing";
    case CellFault::Kind::kCorrupt:
      return "corrupt";
    case CellFault::Kind::kForged:
      return "forged";
  }
  return "unknown";
}

struct OpenedSegment {
  py::bytes plain;
  std::vector<CellFault> faults;
  std::vector<size_t> unopened;
};

OpenedSegment OpenSegment(const ObjectKeys& keys, const Rows& shards, Int<uint64_t> offset,
                          const std::optional<Int<uint64_t>>& count, Int<size_t> threads) {
  const std::unique_ptr<base::WorkPool> pool = Value(base::WorkPool::Create(threads));
  Gathered gathered = Value(Unlocked([&] { return Gather(keys, shards, shard::OpenTo::kRead); }));
  SegmentReader reader = Value(Unlocked([&] {
    return SegmentReader::Create(keys, gathered.headers,
                                 gathered.source ? &*gathered.source : nullptr, pool.get());
  }));
  const uint64_t rest = reader.plain_bytes() - std::min(offset.value, reader.plain_bytes());
  const uint64_t bytes = count ? count->value : rest;
  // Refused before room is made: the reader refuses it in the same words.
  if (offset > reader.plain_bytes() || bytes > rest) {
    Check(reader.Read(offset, bytes, [](base::ByteSpan) { return absl::OkStatus(); }));
  }
  const NewBytes plain(bytes);
  Check(Unlocked([&] {
    base::MutableByteSpan room = plain.span;
    return reader.Read(offset, bytes, [&room](base::ByteSpan piece) {
      std::ranges::copy(piece, room.begin());
      room = room.subspan(piece.size());
      return absl::OkStatus();
    });
  }));
  return {plain.object, reader.faults(), std::move(gathered.unopened)};
}

void BindOpen(py::module_& m) {
  py::class_<CellFault>(m, "CellFault", "One cell of one shard that did not hold what it should.")
      .def_readonly("index", &CellFault::index)
      .def_readonly("cell", &CellFault::cell)
      .def_property_readonly("kind", [](const CellFault& self) { return KindName(self.kind); })
      .def("__eq__",
           [](const CellFault& self, const py::object& other) -> py::object {
             if (!py::isinstance<CellFault>(other)) {
               return py::reinterpret_borrow<py::object>(Py_NotImplemented);
             }
             return py::bool_(self == other.cast<const CellFault&>());
           })
      .def("__hash__",
           [](const CellFault& self) {
             return py::hash(py::make_tuple(self.index, self.cell, KindName(self.kind)));
           })
      .def("__repr__", [](const CellFault& self) {
        return "CellFault(index=" + std::to_string(self.index) +
               ", cell=" + std::to_string(self.cell) + ", kind='" + KindName(self.kind) + "')";
      });
  Show(py::class_<OpenedSegment>(m, "OpenedSegment", "What open_segment read, and what was wrong.")
           .def_readonly("plain", &OpenedSegment::plain)
           .def_readonly("faults", &OpenedSegment::faults)
           .def_readonly("unopened", &OpenedSegment::unopened));
  m.def("open_segment", &OpenSegment, py::arg("keys"), py::arg("shards"), py::kw_only(),
        py::arg("offset") = 0, py::arg("count") = py::none(), py::arg("threads") = 1,
        "Plaintext of a segment, or a part of it, from any k of its shards in any order.");
}

void BindCheck(py::module_& m) {
  struct Report {
    SegmentReport report;
    std::vector<size_t> unopened;
  };
  Show(py::class_<ShardReport>(m, "ShardReport", "What check_segment found of one shard.")
           .def_readonly("index", &ShardReport::index)
           .def_readonly("bad_cells", &ShardReport::bad_cells)
           .def_readonly("body_root_holds", &ShardReport::body_root_holds)
           .def_readonly("body_mac_holds", &ShardReport::body_mac_holds)
           .def_property_readonly("whole", &ShardReport::whole));
  Show(py::class_<Report>(m, "SegmentReport", "What check_segment found.")
           .def_property_readonly("shards", [](const Report& self) { return self.report.shards; })
           .def_property_readonly("faults", [](const Report& self) { return self.report.faults; })
           .def_property_readonly(
               "contradictory_stripes",
               [](const Report& self) { return self.report.contradictory_stripes; })
           .def_readonly("unopened", &Report::unopened));
  m.def(
      "check_segment",
      [](const ObjectKeys& keys, const Rows& shards) {
        return Value(Unlocked([&]() -> absl::StatusOr<Report> {
          auto gathered = Gather(keys, shards, shard::OpenTo::kVerify);
          if (!gathered.ok()) return gathered.status();
          auto report = shard::CheckSegment(keys, gathered->headers,
                                            gathered->source ? &*gathered->source : nullptr);
          if (!report.ok()) return report.status();
          return Report{*std::move(report), std::move(gathered->unopened)};
        }));
      },
      py::arg("keys"), py::arg("shards"),
      "Tells, without reading a byte of plaintext, which shards are whole.");
}

// --- rewrap -------------------------------------------------------------------------

struct Target {
  shard::RewrapTarget target;
  std::optional<Header> replaces;
};

struct Rewrapped {
  Array bytes;
  shard::ShardAddress address;
  shard::Hash public_root;
};

std::vector<Rewrapped> RewrapShards(const ObjectKeys& keys, const Rows& shards,
                                    const std::vector<Target>& targets, const Random& random) {
  std::vector<shard::RewrapTarget> wanted;
  for (const Target& target : targets) {
    if (target.replaces && !target.replaces->verify) {
      Refuse("shard: got a header to replace that was not opened to verify");
    }
    wanted.push_back(target.target);
    wanted.back().replaces = target.replaces ? &*target.replaces : nullptr;
  }
  auto made = Value(Unlocked([&]() -> absl::StatusOr<std::vector<shard::RewrappedShard>> {
    auto gathered = Gather(keys, shards, shard::OpenTo::kVerify);
    if (!gathered.ok()) return gathered.status();
    return shard::RewrapShards(keys, gathered->headers,
                               gathered->source ? &*gathered->source : nullptr, wanted,
                               SealWith(random));
  }));
  std::vector<Rewrapped> result;
  for (shard::RewrappedShard& shard : made) {
    result.push_back({Adopt(std::move(shard.bytes)), shard.address, shard.public_root});
  }
  return result;
}

void BindRewrap(py::module_& m) {
  py::class_<Target>(m, "RewrapTarget", "A stored shard to be made.")
      .def(py::init([](Int<uint16_t> index, const Bytes& node, Int<uint32_t> epoch,
                       Int<uint16_t> copy, const Header* replaces) {
             Target target{
                 {.index = index, .copy = copy, .node = Id32(node, "a node id"), .epoch = epoch},
                 std::nullopt};
             if (replaces != nullptr) target.replaces = *replaces;
             return target;
           }),
           py::arg("index"), py::arg("node"), py::arg("epoch"), py::arg("copy") = 0,
           py::arg("replaces") = py::none());
  Show(py::class_<Rewrapped>(m, "RewrappedShard", "A stored shard that rewrap_shards made.")
           .def_readonly("bytes", &Rewrapped::bytes)
           .def_readonly("address", &Rewrapped::address)
           .def_property_readonly("public_root", BytesOf(&Rewrapped::public_root)));
  m.def("rewrap_shards", &RewrapShards, py::arg("keys"), py::arg("shards"), py::arg("targets"),
        py::kw_only(), py::arg("random") = py::none(),
        "New stored shards from old ones, with no plaintext: rotation and repair.");
}

// --- compression --------------------------------------------------------------------

py::bytes UnpackFrames(const Bytes& stream, Int<uint64_t> plain_bytes) {
  const uint64_t table_bytes = shard::FrameTableBytes(plain_bytes);
  const base::ByteSpan table = stream.span().first(std::min<uint64_t>(table_bytes, stream.size()));
  const auto frames =
      Value(Unlocked([&] { return shard::ParseFrameTable(table, plain_bytes, stream.size()); }));
  const NewBytes plain(plain_bytes);
  Check(Unlocked([&]() -> absl::Status {
    shard::FrameOpener opener;
    base::MutableByteSpan room = plain.span;
    for (const shard::FrameExtent& frame : frames) {
      const auto out = room.first(std::min(room.size(), shard::kFrameBytes));
      const base::ByteSpan packed = stream.span().subspan(frame.offset, frame.bytes);
      if (auto status = opener.Open(packed, frame.stored, out); !status.ok()) return status;
      room = room.subspan(out.size());
    }
    return absl::OkStatus();
  }));
  return plain.object;
}

py::bytes PackFrames(const Bytes& plain) {
  return ToPython(Value(Unlocked([&]() -> absl::StatusOr<base::Bytes> {
    // Frames that do not shrink are stored, so this is room for all of them.
    base::Bytes room(plain.size() + shard::FrameTableBytes(plain.size()));
    shard::FramePacker packer(room);
    if (packer.Add(plain.span()) != plain.size()) {
      return absl::ResourceExhaustedError("shard: got more frames than one stream may have");
    }
    room.resize(packer.Finish().size());
    return room;
  })));
}

void BindCompression(py::module_& m) {
  m.def(
      "worth_compressing",
      [](const Bytes& beginning) {
        return Unlocked([&] { return shard::WorthCompressing(beginning.span()); });
      },
      py::arg("beginning"));
  m.def("pack_frames", &PackFrames, py::arg("plain"),
        "Independent zstd frames of 128 KiB behind a table of their lengths.");
  m.def("unpack_frames", &UnpackFrames, py::arg("stream"), py::arg("plain_bytes"));
}

}  // namespace

absl::StatusOr<Gathered> Gather(const ObjectKeys& keys, const Rows& shards, shard::OpenTo depth) {
  Gathered gathered;
  shard::HeaderMemo memo;
  for (size_t i = 0; i < shards.size(); ++i) {
    auto header = shard::OpenHeader(shards.spans()[i], keys, depth, &memo);
    if (!header.ok()) {
      gathered.unopened.push_back(i);
      continue;
    }
    if (!gathered.source) gathered.source.emplace(header->audit.cell_bytes);
    const Header& first = gathered.headers.empty() ? *header : gathered.headers.front();
    const bool same_attempt =
        !header->verify || header->verify->read_box_hash == first.verify->read_box_hash;
    if (header->audit.version != first.audit.version ||
        header->audit.segment != first.audit.segment || !same_attempt) {
      return absl::InvalidArgumentError(
          "shard: got shards of different versions, segments or attempts, need those of one");
    }
    gathered.source->Add(header->audit.index, shards.spans()[i]);
    gathered.headers.push_back(*std::move(header));
  }
  return gathered;
}

void BindShard(py::module_& root) {
  py::module_ m = Submodule(root, "shard", "Sealed shards that carry their own map.");
  m.attr("HEADER_BYTES") = shard::kHeaderBytes;
  m.attr("MAX_NAME_BYTES") = shard::kMaxNameBytes;
  m.attr("_FLAGS") = py::dict(py::arg("LAST") = static_cast<int>(shard::kFlagLast),
                              py::arg("META") = static_cast<int>(shard::kFlagMeta),
                              py::arg("BOUND") = static_cast<int>(shard::kFlagBound),
                              py::arg("HEAD") = static_cast<int>(shard::kFlagHead),
                              py::arg("TOMBSTONE") = static_cast<int>(shard::kFlagTombstone),
                              py::arg("PRIVATE") = static_cast<int>(shard::kFlagPrivate),
                              py::arg("INTENT") = static_cast<int>(shard::kFlagIntent),
                              py::arg("PACK") = static_cast<int>(shard::kFlagPack));
  BindShardKeys(m);
  BindShardHeaders(m);
  BindSeal(m);
  BindOpen(m);
  BindCheck(m);
  BindRewrap(m);
  BindCompression(m);
}

}  // namespace shadw::python
