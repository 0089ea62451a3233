// SPDX-License-Identifier: Apache-2.0
//
// Where under blobs/ a blob lies: two levels of 256 directories, then the whole id.
#ifndef LIBSHADW_STORE_BLOB_PATH_H_
#define LIBSHADW_STORE_BLOB_PATH_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "libshadw/store/store.h"

namespace shadw::store {

struct BlobPath {
  explicit BlobPath(const StorageId& id);

  uint8_t branch_number;           // of 256
  uint16_t leaf_number;            // of 65,536
  std::string branch, leaf, file;  // "ab", "cd", "abcd…"
};

// "ab" for 0xab.
std::string DirectoryName(uint8_t number);
// The number that a directory's name spells, the id that a file's name spells; nothing
// for names that are not ours, such as those in capitals.
std::optional<uint8_t> ParseDirectoryName(std::string_view name);
std::optional<StorageId> ParseBlobName(std::string_view name);

}  // namespace shadw::store

#endif  // LIBSHADW_STORE_BLOB_PATH_H_
