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

void EncodeEntry(const CatalogueEntry& entry, base::ByteWriter& out) {
  out.U16(static_cast<uint16_t>(entry.name.size())).Raw(base::AsBytes(entry.name));
  out.Raw(entry.id).U32(entry.generation).U64(entry.sequence).U64(entry.object_bytes);
  out.U64(static_cast<uint64_t>(entry.mtime_ns)).U32(entry.mode.value_or(kNoMode));
  out.U64(static_cast<uint64_t>(entry.put_time_ns)).U16(0);
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
  in.Skip(in.U16());
  if (!in.ok()) return Malformed("an entry is cut off");
  return entry;
}

}  // namespace

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
