// SPDX-License-Identifier: Apache-2.0
#include "libshadw/store/blob_path.h"

#include <algorithm>

namespace shadw::store {
namespace {

// What `name` spells in lower-case hexadecimal of exactly the right length.
bool ParseHex(std::string_view name, base::MutableByteSpan out) {
  if (name.size() != 2 * out.size()) return false;
  const absl::StatusOr<base::Bytes> bytes = base::FromHex(name);
  if (!bytes.ok() || base::ToHex(*bytes) != name) return false;
  std::ranges::copy(*bytes, out.begin());
  return true;
}

}  // namespace

BlobPath::BlobPath(const StorageId& id)
    : branch_number(id[0]),
      leaf_number(static_cast<uint16_t>(id[0] << 8 | id[1])),
      branch(DirectoryName(id[0])),
      leaf(DirectoryName(id[1])),
      file(base::ToHex(id)) {}

std::string DirectoryName(uint8_t number) { return base::ToHex({&number, 1}); }

std::optional<uint8_t> ParseDirectoryName(std::string_view name) {
  uint8_t number;
  if (!ParseHex(name, {&number, 1})) return std::nullopt;
  return number;
}

std::optional<StorageId> ParseBlobName(std::string_view name) {
  StorageId id;
  if (!ParseHex(name, id)) return std::nullopt;
  return id;
}

}  // namespace shadw::store
