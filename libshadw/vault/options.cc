// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/options.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::vault {

absl::Status Options::Validate() const {
  if (stores.empty() || stores.size() > kMaxStores) {
    return absl::InvalidArgumentError(
        absl::StrCat("vault: got ", stores.size(), " stores, need 1 to ", kMaxStores));
  }
  std::set<store::NodeId> nodes;
  for (const auto& store : stores) {
    if (store == nullptr) return absl::InvalidArgumentError("vault: got a null store");
    if (!nodes.insert(store->node_id()).second) {
      return absl::InvalidArgumentError(
          "vault: got two stores with one node id: is a directory given twice, or a copy?");
    }
  }
  if (clock == nullptr || random == nullptr) {
    return absl::InvalidArgumentError("vault: got no clock or no random source, need both");
  }
  if (memory_budget_bytes < kMinMemoryBudgetBytes) {
    return absl::InvalidArgumentError(absl::StrCat("vault: got a memory budget of ",
                                                   memory_budget_bytes, " bytes, need at least ",
                                                   kMinMemoryBudgetBytes));
  }
  if (intent_lease <= base::Duration::zero()) {
    return absl::InvalidArgumentError("vault: got an intent lease that is not positive");
  }
  return code.Validate();
}

}  // namespace shadw::vault
