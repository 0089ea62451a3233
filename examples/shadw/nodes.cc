// SPDX-License-Identifier: Apache-2.0
#include "nodes.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/store/directory_store.h"

namespace shadw::app {

absl::StatusOr<Nodes> Nodes::Open(const std::vector<std::string>& directories, Missing missing,
                                  Console& console) {
  Nodes nodes;
  const auto syncs = std::make_shared<store::SharedSyncs>();
  for (const std::string& directory : directories) {
    auto opened = store::DirectoryStore::Open(
        {.directory = directory, .create = missing == Missing::kMake, .syncs = syncs});
    std::error_code ignored;
    if (absl::IsNotFound(opened.status()) && !std::filesystem::exists(directory, ignored)) {
      console.Warn(absl::StrCat("store ", directory, " is missing"));
      continue;
    }
    if (!opened.ok()) {
      console.Warn(absl::StrCat("store ", directory,
                                " is left out: ", std::string(opened.status().message())));
      continue;
    }
    const auto [first, fresh] = nodes.directories_.emplace((*opened)->node_id(), directory);
    if (!fresh) {
      console.Warn(absl::StrCat("store ", directory, " is left out: it is the same node as ",
                                first->second, ", given twice or a copy"));
      continue;
    }
    nodes.stores_.push_back(*std::move(opened));
  }
  if (nodes.stores_.empty()) {
    return absl::UnavailableError(
        absl::StrCat("none of ", directories.size(), " stores could be opened"));
  }
  return nodes;
}

std::string Nodes::DirectoryOf(const store::NodeId& node) const {
  if (node == store::NodeId{}) return {};
  const auto found = directories_.find(node);
  return found == directories_.end() ? base::ToHex(node) : found->second;
}

std::string Nodes::On(const store::NodeId& node) const {
  const std::string directory = DirectoryOf(node);
  return directory.empty() ? directory : " on " + directory;
}

}  // namespace shadw::app
