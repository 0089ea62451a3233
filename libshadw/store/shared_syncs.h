// SPDX-License-Identifier: Apache-2.0
//
// One sync of a file system for all the stores on it.
//
// syncfs makes every change durable that was made before it, whoever made it. So stores
// that are handed the same SharedSyncs number their changes together, and one whose
// changes a sync has covered already needs none of its own. Fourteen stores on one disk
// that are flushed one after another, or by several threads at once, cost one sync.
//
// Why syncfs and not a sync per file and directory. Each of those commits the journal of
// the file system anew as soon as anybody has changed anything, and a put of n shards needs
// up to 4n: on ext4 fourteen small blobs in fresh directories take 60 to 230 ms that way and
// 4 to 12 ms in two calls of syncfs. The price: syncfs waits for what others have written
// too. Somebody who wrote 700 MB without syncing them cost it some 0.3 s, once.
#ifndef LIBSHADW_STORE_SHARED_SYNCS_H_
#define LIBSHADW_STORE_SHARED_SYNCS_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace shadw::store {

class SharedSyncs {
 public:
  class FileSystem {
   public:
    // Numbers a change that has been made, from 1 on.
    uint64_t Note() { return ++made_; }
    bool Covers(uint64_t change) const { return change <= synced_; }
    // Returns when the change is durable. One caller at a time syncs, the others wait and
    // are mostly covered then. What fails stays uncovered.
    //   Shapes   fd  of anything on the file system
    absl::Status SyncUpTo(uint64_t change, int fd);

   private:
    std::atomic<uint64_t> made_ = 0;
    std::atomic<uint64_t> synced_ = 0;
    std::mutex syncing_;
  };

  // The file system that `fd` lies on.
  absl::StatusOr<std::shared_ptr<FileSystem>> Of(int fd);

 private:
  std::mutex mutex_;
  std::map<uint64_t, std::shared_ptr<FileSystem>> by_device_;
};

}  // namespace shadw::store

#endif  // LIBSHADW_STORE_SHARED_SYNCS_H_
