// SPDX-License-Identifier: Apache-2.0
//
// Which of many names stand for objects with heads of their own. An object that had heads
// once keeps having them, also when it is removed, and readers look for those first: what
// the catalogue says of a packed object of that name counts no more.
#ifndef LIBSHADW_VAULT_HAVE_HEADS_H_
#define LIBSHADW_VAULT_HAVE_HEADS_H_

#include <span>
#include <string>
#include <vector>

#include "libshadw/shard/keys.h"
#include "libshadw/vault/environment.h"

namespace shadw::vault {

// For each name, whether it has or had heads. A few hundred names are asked for at once.
std::vector<bool> HaveHeads(const Environment& env, const shard::VaultKeys& vault,
                            std::span<const std::string> names);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_HAVE_HEADS_H_
