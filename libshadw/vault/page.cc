// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/page.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/shard/metadata.h"

namespace shadw::vault {
namespace {

constexpr uint8_t kPageVersion = 1;
constexpr uint32_t kNoMode = 0xffff'ffff;

enum Kind : uint8_t { kLeaf = 0, kSplit = 1 };

absl::Status Malformed(std::string_view why) {
  return absl::DataLossError(
      absl::StrCat("vault: a page of the catalogue is malformed: ", std::string(why)));
}

enum ExtensionType : uint8_t { kTypeKind = 2, kTypePacked = 4 };

base::Bytes EncodeExtension(const CatalogueEntry& entry) {
  base::ByteWriter out;
  if (entry.kind != shard::ObjectKind::kFile) {
    out.U8(kTypeKind).U16(1).U8(static_cast<uint8_t>(entry.kind));
  }
  if (entry.packed) {
    out.U8(kTypePacked).U16(16 + 8 + 4 + 4).Raw(entry.packed->record);
    out.U64(entry.packed->pack_sequence).U32(entry.packed->offset).U32(entry.packed->bytes);
  }
  return std::move(out).Take();
}

absl::Status DecodeExtension(base::ByteSpan extension, CatalogueEntry& entry) {
  base::ByteReader in(extension);
  int previous = -1;
  while (in.ok() && in.remaining() > 0) {
    const uint8_t type = in.U8();
    base::ByteReader value(in.View(in.U16()));
    if (type <= previous) return Malformed("an extension's types are not in order");
    previous = type;
    if (type == kTypeKind) {
      const uint8_t kind = value.U8();
      entry.kind = static_cast<shard::ObjectKind>(kind);
      if (kind > static_cast<uint8_t>(shard::ObjectKind::kDeadList) || !IsUsers(entry.kind)) {
        return Malformed("an entry's kind is not known");
      }
    } else if (type == kTypePacked) {
      PackedPlace& place = entry.packed.emplace();
      value.Raw(place.record);
      place.pack_sequence = value.U64();
      place.offset = value.U32();
      place.bytes = value.U32();
    } else if (type % 2 == 0) {
      return absl::UnimplementedError(
          absl::StrCat("vault: got a catalogue entry with a value of type ", type,
                       ", which is not known and may not be ignored"));
    } else {
      continue;
    }
    if (!value.Finished()) return Malformed("an extension has the wrong length");
  }
  return in.Finished() ? absl::OkStatus() : Malformed("an extension is cut off");
}

void EncodeEntry(const CatalogueEntry& entry, base::ByteWriter& out) {
  out.U16(static_cast<uint16_t>(entry.name.size())).Raw(base::AsBytes(entry.name));
  out.Raw(entry.id).U32(entry.generation).U64(entry.sequence).U64(entry.object_bytes);
  out.U64(static_cast<uint64_t>(entry.mtime_ns)).U32(entry.mode.value_or(kNoMode));
  const base::Bytes extension = EncodeExtension(entry);
  out.U64(static_cast<uint64_t>(entry.put_time_ns));
  out.U16(static_cast<uint16_t>(extension.size())).Raw(extension);
}

absl::StatusOr<CatalogueEntry> DecodeEntry(base::ByteReader& in) {
  CatalogueEntry entry;
  const uint16_t name_bytes = in.U16();
  if (name_bytes > shard::kMaxNameBytes) return Malformed("a name is too long");
  entry.name = base::AsText(in.View(name_bytes));
  in.Raw(entry.id);
  entry.generation = in.U32();
  entry.sequence = in.U64();
  entry.object_bytes = in.U64();
  entry.mtime_ns = static_cast<int64_t>(in.U64());
  const uint32_t mode = in.U32();
  if (mode != kNoMode) entry.mode = mode;
  entry.put_time_ns = static_cast<int64_t>(in.U64());
  const base::ByteSpan extension = in.View(in.U16());
  if (!in.ok()) return Malformed("an entry is cut off");
  SHADW_RETURN_IF_ERROR(DecodeExtension(extension, entry));
  return entry;
}

}  // namespace

absl::Status CheckName(std::string_view name) {
  if (name.empty() || name.size() > shard::kMaxNameBytes ||
      name.find('\0') != std::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat("vault: got a name of ", name.size(),
                                                   " bytes, need 1 to ", shard::kMaxNameBytes,
                                                   " and no zero byte"));
  }
  return absl::OkStatus();
}

base::Bytes EncodePage(const Page& page) {
  base::ByteWriter out;
  out.U8(kPageVersion).U8(page.depth).U8(page.split ? kSplit : kLeaf);
  out.Raw(page.split_id);
  out.U32(static_cast<uint32_t>(page.entries.size()));
  for (const CatalogueEntry& entry : page.entries) EncodeEntry(entry, out);
  return std::move(out).Take();
}

absl::StatusOr<Page> DecodePage(base::ByteSpan bytes) {
  base::ByteReader in(bytes);
  const uint8_t version = in.U8();
  if (in.ok() && version != kPageVersion) {
    return absl::UnimplementedError(
        absl::StrCat("vault: got a catalogue page of version ", version, ", know 1"));
  }
  Page page;
  page.depth = in.U8();
  const uint8_t kind = in.U8();
  in.Raw(page.split_id);
  const uint32_t count = in.U32();
  if (!in.ok()) return Malformed("it is cut off");
  if (kind > kSplit || page.depth > kMaxPageDepth) return Malformed("its kind is not known");
  if (count > kMaxPageEntries) return Malformed("too many entries");
  page.split = kind == kSplit;
  for (uint32_t i = 0; i < count; ++i) {
    SHADW_ASSIGN_OR_RETURN(CatalogueEntry entry, DecodeEntry(in));
    if (!page.entries.empty() && entry.name <= page.entries.back().name) {
      return Malformed("its names are not in order");
    }
    page.entries.push_back(std::move(entry));
  }
  if (!in.Finished()) return Malformed("bytes are left over");
  if (page.split && !page.entries.empty()) return Malformed("a split page has entries");
  return page;
}

}  // namespace shadw::vault
