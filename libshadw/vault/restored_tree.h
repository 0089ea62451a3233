// SPDX-License-Identifier: Apache-2.0
//
// Files, folders and symbolic links below one folder, by the names that objects have.
//
// Links are made last, and none that is there already is gone through, so that no name
// leads out of the folder; nobody else may change what is below it meanwhile. Folders get
// their modes and times after what is in them.
#ifndef LIBSHADW_VAULT_RESTORED_TREE_H_
#define LIBSHADW_VAULT_RESTORED_TREE_H_

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "libshadw/vault/object_info.h"
#include "libshadw/vault/options.h"
#include "libshadw/vault/restored_file.h"

namespace shadw::vault {

// What an object is restored as.
struct RestoredAs {
  shard::ObjectKind kind = shard::ObjectKind::kFile;
  std::optional<uint32_t> mode;
  int64_t mtime_ns = 0;
};

struct NotRestored {
  std::string name;
  absl::Status why;
};

class RestoredTree {
 public:
  // `out` is made if absent; it may be a link.
  explicit RestoredTree(std::filesystem::path out) : out_(std::move(out)) {}

  // Restores what `read` hands to its sink, and returns where. Files get their names some at
  // a time, after one sync for all of them. A name that is no path
  // below the folder, or that is taken by a folder, gets another one (SafeRelativePath).
  //   Errors   kAlreadyExists  something has the name: it stays
  //            kDataLoss       a link without a target
  //            those of `read` and of the file system: then nothing is there
  absl::StatusOr<std::filesystem::path> Add(
      std::string_view name, const RestoredAs& as,
      const std::function<absl::Status(const ByteSink& sink)>& read);

  // Gives the last files their names, makes the links, sets modes and times of folders, and
  // makes it all durable. Returns those that could not be, also of those added.
  std::vector<NotRestored> Finish();

 private:
  struct Link {
    std::string name;
    std::filesystem::path path;
    std::string target;
    int64_t mtime_ns = 0;
  };
  struct Folder {
    std::string name;
    std::filesystem::path path;
    RestoredAs as;
  };

  struct Nameless {
    std::string name;  // the object's
    RestoredFile file;
  };

  void NameFiles();
  void SyncFolders(std::vector<NotRestored>& failed) const;
  // Makes the folder and those above it, up to `out`.
  //   Errors   kAlreadyExists  one of them is something else, maybe a link
  absl::Status MakeFolder(const std::filesystem::path& relative);
  absl::StatusOr<std::filesystem::path> AddFile(
      std::string_view name, const RestoredAs& as,
      const std::function<absl::Status(const ByteSink& sink)>& read);
  absl::StatusOr<std::filesystem::path> AddLink(
      std::string_view name, const RestoredAs& as,
      const std::function<absl::Status(const ByteSink& sink)>& read);

  std::filesystem::path out_;
  std::vector<Link> links_;
  std::vector<Folder> folders_;
  std::vector<Nameless> nameless_;
  std::set<std::filesystem::path> nameless_paths_;  // that they will have
  std::vector<NotRestored> failed_;
  std::set<std::filesystem::path> made_;  // relative; folders, and no links
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_RESTORED_TREE_H_
