// SPDX-License-Identifier: Apache-2.0
//
// The directories given with --store, each one node. One that is missing or broken is
// what the redundancy is for: it is warned about and left out. So is a copy of one that
// was given before: it is no second node.
#ifndef EXAMPLES_SHADW_NODES_H_
#define EXAMPLES_SHADW_NODES_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/store/store.h"
#include "outcome.h"

namespace shadw::app {

class Nodes {
 public:
  // What becomes of a directory that is not there.
  enum class Missing { kMake, kLeaveOut };

  //   Errors   kUnavailable  none could be opened
  static absl::StatusOr<Nodes> Open(const std::vector<std::string>& directories, Missing missing,
                                    Console& console);

  const std::vector<std::shared_ptr<store::Store>>& stores() const { return stores_; }
  // The directory as the user named it; the id in hex where it is none of these nodes;
  // nothing for the id zero, which stands for no node.
  std::string DirectoryOf(const store::NodeId& node) const;
  // " on DIR", or nothing.
  std::string On(const store::NodeId& node) const;

 private:
  std::vector<std::shared_ptr<store::Store>> stores_;
  std::map<store::NodeId, std::string> directories_;
};

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_NODES_H_
