// SPDX-License-Identifier: Apache-2.0
#include "libshadw/store/touched.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "libshadw/base/status_macros.h"
#include "libshadw/store/blob_path.h"
#include "libshadw/store/posix.h"

namespace shadw::store {
namespace {

// With more directories than this, one sync of the file system is cheaper than theirs.
constexpr size_t kMaxSingleSyncs = 64;

absl::Status SyncDirectory(const FileDescriptor& directory) {
  if (!directory.ok()) return ErrnoStatus("cannot open a directory to sync", errno);
  if (fsync(directory.get()) != 0) return ErrnoStatus("cannot sync a directory", errno);
  return absl::OkStatus();
}

}  // namespace

void Touched::Add(uint16_t leaf) {
  const std::lock_guard lock(mutex_);
  const uint8_t branch = static_cast<uint8_t>(leaf >> 8);
  directories_.leaves.insert(leaf);
  if (!met_leaves_[leaf]) directories_.branches.insert(branch);
  if (!met_branches_[branch]) directories_.top = true;
  met_leaves_.set(leaf);
  met_branches_.set(branch);
}

bool Touched::empty() const {
  const std::lock_guard lock(mutex_);
  return directories_.empty();
}

absl::Status Touched::SyncAll(int blobs) {
  const std::lock_guard working(syncing_);
  Directories taken;
  {
    const std::lock_guard lock(mutex_);
    std::swap(taken, directories_);
  }
  if (taken.empty()) return absl::OkStatus();
  absl::Status status = Sync(blobs, taken);
  if (!status.ok()) {
    const std::lock_guard lock(mutex_);
    directories_.leaves.merge(taken.leaves);
    directories_.branches.merge(taken.branches);
    directories_.top |= taken.top;
  }
  return status;
}

absl::Status Touched::Sync(int blobs, const Directories& directories) {
  if (directories.leaves.size() > kMaxSingleSyncs) {
    if (syncfs(blobs) == 0) return absl::OkStatus();
    return ErrnoStatus("cannot sync the file system", errno);
  }
  for (const uint16_t leaf : directories.leaves) {
    const FileDescriptor branch =
        OpenDirectoryAt(blobs, DirectoryName(static_cast<uint8_t>(leaf >> 8)).c_str());
    if (!branch.ok()) return ErrnoStatus("cannot open a directory to sync", errno);
    SHADW_RETURN_IF_ERROR(SyncDirectory(
        OpenDirectoryAt(branch.get(), DirectoryName(static_cast<uint8_t>(leaf & 0xff)).c_str())));
  }
  for (const uint8_t branch : directories.branches) {
    SHADW_RETURN_IF_ERROR(SyncDirectory(OpenDirectoryAt(blobs, DirectoryName(branch).c_str())));
  }
  if (directories.top && fsync(blobs) != 0) return ErrnoStatus("cannot sync blobs", errno);
  return absl::OkStatus();
}

}  // namespace shadw::store
