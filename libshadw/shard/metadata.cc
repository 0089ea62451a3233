// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/metadata.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"

namespace shadw::shard {
namespace {

// Ascending in an encoding, each at most once: type 1, length 2, value.
enum Type : uint8_t {
  kTypeName = 2,
  kTypeKind = 4,
  kTypeExtent = 6,
  kTypeIntent = 8,
  kTypeMode = 11,
  kTypeRoster = 13,
};

void AppendTlv(Type type, base::ByteSpan value, base::ByteWriter& out) {
  out.U8(type).U16(static_cast<uint16_t>(value.size())).Raw(value);
}

absl::Status Malformed(std::string_view what) {
  return absl::DataLossError(absl::StrCat("shard: metadata is malformed: ", std::string(what)));
}

absl::Status DecodeName(base::ByteSpan value, Metadata& metadata) {
  if (value.size() > kMaxNameBytes) return Malformed("name too long");
  metadata.name = base::AsText(value);
  if (metadata.name.find('\0') != std::string::npos) return Malformed("zero byte in the name");
  return absl::OkStatus();
}

absl::Status DecodeKind(base::ByteReader& in, Metadata& metadata) {
  const uint8_t kind = in.U8();
  if (kind > static_cast<uint8_t>(ObjectKind::kDeadList)) {
    return absl::UnimplementedError(absl::StrCat("shard: got object kind ", kind, ", know 0 to 5"));
  }
  metadata.kind = static_cast<ObjectKind>(kind);
  return absl::OkStatus();
}

void DecodeIntent(base::ByteReader& in, Metadata& metadata) {
  IntentRecord& intent = metadata.intent.emplace();
  in.Raw(intent.object);
  intent.generation = in.U32();
  intent.sequence = in.U64();
  in.Raw(intent.version);
  intent.lease_end_ns = static_cast<int64_t>(in.U64());
  intent.epoch = in.U32();
}

absl::Status DecodeValue(uint8_t type, base::ByteSpan value, Metadata& metadata) {
  base::ByteReader in(value);
  switch (type) {
    case kTypeName:
      return DecodeName(value, metadata);
    case kTypeKind:
      SHADW_RETURN_IF_ERROR(DecodeKind(in, metadata));
      break;
    case kTypeExtent: {
      const uint64_t offset = in.U64();
      metadata.extent = SegmentExtent{offset, in.U64()};
      break;
    }
    case kTypeIntent:
      DecodeIntent(in, metadata);
      break;
    case kTypeMode:
      metadata.mode = in.U32();
      break;
    case kTypeRoster:
      if (value.empty() || value.size() > kMaxRosterPrefixes * sizeof(NodePrefix)) {
        return Malformed("a roster of the wrong length");
      }
      metadata.roster.resize(value.size() / sizeof(NodePrefix));
      for (NodePrefix& prefix : metadata.roster) in.Raw(prefix);
      break;
    default:
      if (type % 2 == 1) return absl::OkStatus();
      return absl::UnimplementedError(
          absl::StrCat("shard: metadata of type ", type, " is not known and may not be ignored"));
  }
  if (!in.Finished()) return Malformed("a value of the wrong length");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<base::Bytes> EncodeMetadata(const Metadata& metadata) {
  if (metadata.name.size() > kMaxNameBytes) {
    return absl::InvalidArgumentError(absl::StrCat("shard: got a name of ", metadata.name.size(),
                                                   " bytes, need at most ", kMaxNameBytes));
  }
  if (metadata.name.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError("shard: got a name with a zero byte, need none");
  }
  if (metadata.roster.size() > kMaxRosterPrefixes) {
    return absl::InvalidArgumentError(absl::StrCat("shard: got a roster of ",
                                                   metadata.roster.size(), " nodes, need at most ",
                                                   kMaxRosterPrefixes));
  }
  base::ByteWriter out;
  if (!metadata.name.empty()) AppendTlv(kTypeName, base::AsBytes(metadata.name), out);
  if (metadata.kind != ObjectKind::kFile) {
    const uint8_t kind = static_cast<uint8_t>(metadata.kind);
    AppendTlv(kTypeKind, {&kind, 1}, out);
  }
  if (metadata.extent) {
    base::ByteWriter value;
    value.U64(metadata.extent->offset).U64(metadata.extent->bytes);
    AppendTlv(kTypeExtent, value.bytes(), out);
  }
  if (metadata.intent) {
    const IntentRecord& intent = *metadata.intent;
    base::ByteWriter value;
    value.Raw(intent.object).U32(intent.generation).U64(intent.sequence).Raw(intent.version);
    value.U64(static_cast<uint64_t>(intent.lease_end_ns)).U32(intent.epoch);
    AppendTlv(kTypeIntent, value.bytes(), out);
  }
  if (metadata.mode) {
    base::ByteWriter value;
    value.U32(*metadata.mode);
    AppendTlv(kTypeMode, value.bytes(), out);
  }
  if (!metadata.roster.empty()) {
    base::ByteWriter value;
    for (const NodePrefix& prefix : metadata.roster) value.Raw(prefix);
    AppendTlv(kTypeRoster, value.bytes(), out);
  }
  return std::move(out).Take();
}

absl::StatusOr<Metadata> DecodeMetadata(base::ByteSpan tlvs) {
  if (tlvs.size() > kMaxMetadataBytes) return Malformed("longer than 8192 bytes");
  Metadata metadata;
  base::ByteReader in(tlvs);
  int previous = -1;
  while (in.ok() && in.remaining() > 0) {
    const uint8_t type = in.U8();
    const uint16_t length = in.U16();
    const base::ByteSpan value = in.View(length);
    if (!in.ok()) return Malformed("truncated");
    if (type <= previous) return Malformed("types repeated or out of order");
    previous = type;
    SHADW_RETURN_IF_ERROR(DecodeValue(type, value, metadata));
  }
  if (!in.Finished()) return Malformed("truncated");
  return metadata;
}

}  // namespace shadw::shard
