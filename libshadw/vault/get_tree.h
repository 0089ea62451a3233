// SPDX-License-Identifier: Apache-2.0
//
// Restores many objects as files, folders and links below one folder.
//
//   auto tree = vault::GetTree(vault, {.prefix = "photos", .out = "restored"});
//   for (const NotRestored& failed : tree->failed) …
//
// Nothing outside the folder is written, whatever names and links say, and nothing that
// is there is overwritten.
#ifndef LIBSHADW_VAULT_GET_TREE_H_
#define LIBSHADW_VAULT_GET_TREE_H_

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "libshadw/vault/restored_tree.h"
#include "libshadw/vault/vault.h"

namespace shadw::vault {

struct TreeProgress {
  uint64_t objects = 0;
  uint64_t bytes = 0;
  uint64_t total_bytes = 0;
};

struct GetTreeOptions {
  // What is to be restored: the object of this name and those whose names go on with a
  // slash. All where empty.
  std::string prefix;
  // Where; made if absent. An object goes to its whole name below this folder.
  std::filesystem::path out;
  std::function<void(const TreeProgress&)> progress;
  // Asked before every object and piece: an error ends it, what is restored stays.
  std::function<absl::Status()> may_go_on;
};

// An object whose name is no path below the folder, or a taken one.
struct RestoredElsewhere {
  std::string name;
  std::filesystem::path path;
};

struct GetTreeReport {
  uint64_t restored = 0;
  uint64_t bytes = 0;                        // of those
  uint64_t faults = 0;                       // damage that was overcome
  std::vector<RestoredElsewhere> elsewhere;  // of those
  std::vector<NotRestored> failed;
};

// Whether GetTree restores an object of this name. Slashes at the prefix's end mean nothing.
bool IsAtOrBelow(std::string_view name, std::string_view prefix);

//   Errors   kNotFound  no object is at or below the prefix
//            those of `may_go_on`, and of the file system where `out` cannot be made
//            (an object that cannot be restored is no error but in the report)
absl::StatusOr<GetTreeReport> GetTree(Vault& vault, const GetTreeOptions& options);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_GET_TREE_H_
