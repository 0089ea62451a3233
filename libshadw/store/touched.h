// SPDX-License-Identifier: Apache-2.0
//
// Which directories under blobs/ have names in them that are not durable yet. A leaf
// that this process meets for the first time makes its parents touched too, for
// another process may have made it and not lived to sync it.
#ifndef LIBSHADW_STORE_TOUCHED_H_
#define LIBSHADW_STORE_TOUCHED_H_

#include <bitset>
#include <cstdint>
#include <mutex>
#include <set>

#include "absl/status/status.h"

namespace shadw::store {

class Touched {
 public:
  void Add(uint16_t leaf);
  bool empty() const;
  // Syncs what was added before the call. What fails stays touched. One caller at a time
  // works, the others wait: none may return before a sync that covers it has ended.
  absl::Status SyncAll(int blobs);

 private:
  struct Directories {
    std::set<uint16_t> leaves;
    std::set<uint8_t> branches;
    bool top = false;

    bool empty() const { return leaves.empty() && branches.empty() && !top; }
  };
  static absl::Status Sync(int blobs, const Directories& directories);

  std::mutex syncing_;
  mutable std::mutex mutex_;  // of what follows
  Directories directories_;
  std::bitset<65'536> met_leaves_;
  std::bitset<256> met_branches_;
};

}  // namespace shadw::store

#endif  // LIBSHADW_STORE_TOUCHED_H_
