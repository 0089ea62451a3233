// SPDX-License-Identifier: Apache-2.0
//
// Walks a folder of the local file system: what is in it, in one order on every run,
// each folder before what is below it.
//
// No link is followed, except that the folder itself may be one. A folder stays the one
// that was entered, wherever it is moved meanwhile. Two descriptors are open, and those
// of files that were handed out.
//   Limits   memory: the names in the folders on the way down
#ifndef LIBSHADW_VAULT_TREE_WALK_H_
#define LIBSHADW_VAULT_TREE_WALK_H_

#include <sys/types.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/shard/metadata.h"
#include "libshadw/store/posix.h"

namespace shadw::vault {

// What tells a file or a folder from all others of a machine.
using FileIdentity = std::pair<dev_t, ino_t>;

struct WalkedFile {
  std::string name;  // of the object
  std::string path;  // below the folder
  shard::ObjectKind kind = shard::ObjectKind::kFile;
  std::optional<uint32_t> mode;  // permission bits; none of a link
  int64_t mtime_ns = 0;
  uint64_t bytes = 0;          // when it was opened
  std::string target;          // where a link points
  store::FileDescriptor file;  // open for reading; of a file
};

// Something in the folder that is not handed out, or not as it should be.
struct TreeRemark {
  std::string path;
  std::string why;
};

class TreeWalk {
 public:
  struct Remarks {
    std::vector<TreeRemark> skipped;  // neither file, folder nor link, or to be left out
    std::vector<TreeRemark> failed;   // could not be opened, or has no legal name
  };

  // Names of objects are `name`, a slash, and the path below the folder; where `name` is
  // empty the path alone, and the folder itself is not handed out. `path` may be a file.
  //   Errors   those of the file system
  static absl::StatusOr<TreeWalk> Open(const std::string& path, std::string name);

  void LeaveOut(std::set<FileIdentity> identities) { left_out_ = std::move(identities); }

  // The next one, or nothing at the end.
  std::optional<WalkedFile> Next(Remarks& remarks);
  // One that Next() gave, once more.
  absl::StatusOr<WalkedFile> Reopen(const WalkedFile& walked) const;

 private:
  // A folder that was entered.
  struct Level {
    FileIdentity identity;
    std::string path;  // below the root, empty or with a slash at its end
    std::vector<std::string> entries;
    size_t next = 0;
  };

  TreeWalk(std::string path, std::string name) : shown_(std::move(path)), name_(std::move(name)) {}
  std::string NameOf(const std::string& path) const;
  std::string Shown(const std::string& path) const;
  // One entry of the folder that is being walked.
  std::optional<WalkedFile> Take(const std::string& entry, const std::string& path,
                                 Remarks& remarks);
  void Enter(store::FileDescriptor folder, const std::string& path, Remarks& remarks);
  void Leave(Remarks& remarks);
  // A folder below the root, by its path.
  store::FileDescriptor OpenFolder(std::string_view path) const;

  std::string shown_;  // the path as it was given
  std::string name_;
  std::set<FileIdentity> left_out_;
  store::FileDescriptor root_;     // the folder, or the file
  store::FileDescriptor current_;  // the last of `levels_`
  std::vector<Level> levels_;
  bool started_ = false;
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_TREE_WALK_H_
