// SPDX-License-Identifier: Apache-2.0
//
// Opening a directory as a store: making it, recognising it, refusing what is none.
// Where nothing can be written, a finished store can still be opened for reading.
#ifndef LIBSHADW_STORE_OPEN_DIRECTORY_H_
#define LIBSHADW_STORE_OPEN_DIRECTORY_H_

#include <filesystem>

#include "absl/status/statusor.h"
#include "libshadw/base/random.h"
#include "libshadw/store/posix.h"
#include "libshadw/store/store.h"

namespace shadw::store {

struct OpenedDirectory {
  NodeId node_id;
  FileDescriptor root, blobs;
  FileDescriptor lock, tmp;  // not ok() where the store is only read
};

struct HowToOpen {
  bool create;
  bool sync;
  base::RandomSource* random;  // not null
};

// Leaves `lock` held; the caller drops it with Unlock when its own files are made.
//   Errors   as DirectoryStore::Open
absl::StatusOr<OpenedDirectory> OpenStoreDirectory(const std::filesystem::path& path,
                                                   const HowToOpen& how);
// Takes no lock, makes nothing, changes nothing.
//   Errors   kNotFound  no finished store
absl::StatusOr<OpenedDirectory> OpenForReading(const std::filesystem::path& path);
void Unlock(const FileDescriptor& lock);

}  // namespace shadw::store

#endif  // LIBSHADW_STORE_OPEN_DIRECTORY_H_
