// SPDX-License-Identifier: Apache-2.0
//
// One page of the catalogue: either entries, or a note that its names went on to 16
// pages below.
//
//   version 1 | depth 1 | kind 1 | split id 16 | count 4, then an entry each:
//   name length 2, name, object id 32, generation 4, sequence 8, size 8, mtime 8, mode 4
//   (0xffffffff: none), put time 8, extension length 2, extension: type 1, length 2, value
//   of each: 2 kind 1; 4 packed: record id 16, pack's sequence 8, offset 4, length 4
//
//   Limits   kMaxPageBytes; any bytes give a page or an error
//   Source   libshadw/shard/FORMAT.md, "Catalogue"
#ifndef LIBSHADW_VAULT_PAGE_H_
#define LIBSHADW_VAULT_PAGE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/shard/ids.h"
#include "libshadw/shard/metadata.h"

namespace shadw::vault {

// What a page holds before it splits, and what it may hold at all: names that share
// their bucket cannot be split apart.
inline constexpr size_t kSplitEntries = 2'000;
inline constexpr size_t kMaxPageEntries = 100'000;
inline constexpr size_t kMaxPageBytes = 64 << 20;
inline constexpr uint8_t kMaxPageDepth = 16;

// Which record of a pack an object is, and where it was when the pack had that sequence.
// In a later version of the pack it may have moved.
struct PackedPlace {
  shard::RecordId record{};
  uint64_t pack_sequence = 0;
  uint32_t offset = 0;
  uint32_t bytes = 0;

  bool operator==(const PackedPlace&) const = default;
};

struct CatalogueEntry {
  std::string name;
  // Of a packed object, id and generation are the pack's.
  shard::ObjectId id{};
  uint32_t generation = 0;
  uint64_t sequence = 0;
  uint64_t object_bytes = 0;
  int64_t mtime_ns = 0;
  std::optional<uint32_t> mode;
  int64_t put_time_ns = 0;
  shard::ObjectKind kind = shard::ObjectKind::kFile;
  std::optional<PackedPlace> packed;

  bool operator==(const CatalogueEntry&) const = default;
};

struct Page {
  uint8_t depth = 0;
  bool split = false;  // the 16 pages below hold the entries
  // Of a split page: the version that was split. The salts of the pages below depend on
  // it, so that whoever splits that version makes the same pages, and nobody else does.
  shard::VersionId split_id{};
  std::vector<CatalogueEntry> entries;  // by name, ascending

  bool operator==(const Page&) const = default;
};

//   Errors   kInvalidArgument  not 1 to kMaxNameBytes bytes, or a zero byte in it
absl::Status CheckName(std::string_view name);

base::Bytes EncodePage(const Page& page);

//   Errors   kDataLoss       malformed
//            kUnimplemented  a later version's page
absl::StatusOr<Page> DecodePage(base::ByteSpan bytes);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_PAGE_H_
