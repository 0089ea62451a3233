// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/options.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::vault {

absl::Status Options::Validate() const {
  if (stores.empty() || stores.size() > kMaxStores) {
    return absl::InvalidArgumentError(
        absl::StrCat("vault: got ", stores.size(), " stores, need 1 to ", kMaxStores));
  }
  std::map<store::NodeId, size_t> positions;
  for (size_t i = 0; i < stores.size(); ++i) {
    if (stores[i] == nullptr) return absl::InvalidArgumentError("vault: got a null store");
    const auto [first, fresh] = positions.emplace(stores[i]->node_id(), i);
    if (!fresh) {
      return absl::InvalidArgumentError(
          absl::StrCat("vault: got one node id for stores[", first->second, "] and stores[", i,
                       "], need different ones: leave out one of the two, which is a copy of the "
                       "other or the same store again"));
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
  if (threads == 0 || threads > base::kMaxThreads) {
    return absl::InvalidArgumentError(
        absl::StrCat("vault: got ", threads, " threads, need 1 to ", base::kMaxThreads));
  }
  if (intent_lease <= base::Duration::zero()) {
    return absl::InvalidArgumentError("vault: got an intent lease that is not positive");
  }
  return code.Validate();
}

}  // namespace shadw::vault
