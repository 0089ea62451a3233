// SPDX-License-Identifier: Apache-2.0
//
// What `put -r` and `get -r` do with folders.
#ifndef EXAMPLES_SHADW_TREES_H_
#define EXAMPLES_SHADW_TREES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/vault/put_tree.h"
#include "outcome.h"

namespace shadw::app {

absl::StatusOr<Outcome> PutFolders(vault::Vault& vault, vault::PutTreeOptions options,
                                   Console& console);
absl::StatusOr<Outcome> GetFolder(vault::Vault& vault, const std::string& prefix,
                                  const std::string& out, Console& console);

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_TREES_H_
