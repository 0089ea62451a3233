// SPDX-License-Identifier: Apache-2.0
//
// Puts what is in folders of the local file system: files, folders and links, each an
// object, with modes and times.
//
//   auto tree = vault::PutTree(vault, {.roots = {{"photos", vault::TreeName("photos")}}});
//
// What cannot be read does not keep the rest from being put. GetTree brings it back.
#ifndef LIBSHADW_VAULT_PUT_TREE_H_
#define LIBSHADW_VAULT_PUT_TREE_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "libshadw/vault/tree_walk.h"
#include "libshadw/vault/vault.h"

namespace shadw::vault {

struct TreeRoot {
  std::string path;  // a folder, or a file; a link to one is followed
  std::string name;  // what stands for it in names; empty: nothing, as in `cp -r path/. …`
};

struct PutTreeOptions {
  std::vector<TreeRoot> roots;
  // Folders that are met on the way and left out with all that is below them: stores.
  std::vector<std::string> leave_out;
  PutOptions put;
  // Asked before every file and piece: an error ends it, what is stored stays.
  std::function<absl::Status()> may_go_on;
};

struct PutTreeReport {
  PutManyReceipt receipt;
  std::vector<TreeRemark> skipped;  // neither file, folder nor link, or left out
  std::vector<TreeRemark> failed;   // could not be read or put
  std::vector<TreeRemark> changed;  // put, but changed while it was read
};

// The last part of a path, by which `cp -r` would call a copy of it: nothing for "/", and
// for what ends in "." or "..".
std::string TreeName(std::string_view path);

// Small files share packs, large ones follow by themselves; `put.mode`, `mtime_ns` and
// `kind` are not used.
//   Errors   kNotFound …  a root cannot be opened: nothing is put
//            those of `may_go_on`
//            those of PutMany and Put, except where one file cannot be read or is put by
//            somebody else meanwhile
absl::StatusOr<PutTreeReport> PutTree(Vault& vault, const PutTreeOptions& options);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_PUT_TREE_H_
