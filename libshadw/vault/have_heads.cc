// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/have_heads.h"

#include <algorithm>

namespace shadw::vault {
namespace {

constexpr size_t kNamesAtOnce = 512;

}  // namespace

std::vector<bool> HaveHeads(const Environment& env, const shard::VaultKeys& vault,
                            std::span<const std::string> names) {
  std::vector<bool> have(names.size());
  const size_t nodes = env.roster.size();
  std::vector<std::vector<store::StorageId>> ids(nodes);
  for (size_t first = 0; first < names.size(); first += kNamesAtOnce) {
    const size_t count = std::min(kNamesAtOnce, names.size() - first);
    for (auto& of_node : ids) of_node.clear();
    for (const std::string& name : names.subspan(first, count)) {
      // Whatever came later, the first head of generation 0 is kept for ever.
      const shard::ObjectKeys keys = vault.ForName(name, 0);
      for (size_t node = 0; node < nodes; ++node) {
        ids[node].push_back(keys.HeadStorageId(1, env.roster.node_id(node)));
      }
    }
    for (size_t node = 0; node < nodes; ++node) {
      for (const Sighting& seen : env.roster.Look(node, ids[node])) {
        have[first + seen.position] = true;
      }
    }
  }
  return have;
}

}  // namespace shadw::vault
