// SPDX-License-Identifier: Apache-2.0
#include "libshadw/store/shared_syncs.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "libshadw/store/posix.h"

namespace shadw::store {

absl::Status SharedSyncs::FileSystem::SyncUpTo(uint64_t change, int fd) {
  if (Covers(change)) return absl::OkStatus();
  const std::lock_guard lock(syncing_);
  if (Covers(change)) return absl::OkStatus();
  const uint64_t covered = made_;  // before the sync, which may miss what comes during it
  if (syncfs(fd) != 0) return ErrnoStatus("cannot sync the file system", errno);
  synced_ = covered;
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<SharedSyncs::FileSystem>> SharedSyncs::Of(int fd) {
  struct stat stat;
  if (fstat(fd, &stat) != 0) return ErrnoStatus("cannot stat", errno);
  const std::lock_guard lock(mutex_);
  std::shared_ptr<FileSystem>& of_device = by_device_[stat.st_dev];
  if (of_device == nullptr) of_device = std::make_shared<FileSystem>();
  return of_device;
}

}  // namespace shadw::store
