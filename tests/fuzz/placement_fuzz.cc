// SPDX-License-Identifier: Apache-2.0
//
// Placement over rosters and rules made of the input: whatever they say, there is an
// assignment that obeys the rule or a clear error, never a crash or a broken rule.
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "libshadw/base/coding.h"
#include "libshadw/placement/placement.h"

namespace shadw::placement {
namespace {

constexpr size_t kMaxRoster = 64;

void Require(bool condition) {
  if (!condition) abort();
}

void Run(base::ByteReader in) {
  base::ByteArray<32> seed = {};
  seed[0] = in.U8();
  const Rule rule = {in.U16(), in.U16(), in.U16(), in.U16()};
  const uint16_t shards = in.U16() % 300;
  const uint16_t lost = in.U16();
  std::vector<Node> nodes;
  while (in.remaining() > 0 && nodes.size() < kMaxRoster) {
    Node node;
    node.id = {in.U8(), static_cast<uint8_t>(nodes.size() % 63)};
    node.weight = in.U32();
    const uint8_t names = in.U8();
    if (names & 15) node.owner = std::string(1, 'a' + (names & 15));
    if (names >> 4) node.subnet = std::string(1, 'a' + (names >> 4));
    nodes.push_back(node);
  }
  Require(Rank(nodes, seed, {}).size() <= nodes.size());
  const auto assigned = Assign(nodes, shards, rule, seed, {});
  std::vector<std::optional<size_t>> holders(shards);
  if (assigned.ok()) {
    Require(assigned->size() == shards);
    holders.assign(assigned->begin(), assigned->end());
    Require(CheckRule(nodes, rule, holders).ok());
    if (lost < shards) holders[lost] = std::nullopt;
  }
  const auto replacement = AssignReplacement(nodes, rule, seed, {}, lost, holders);
  if (!replacement.ok()) {
    // There is room where the shard has just been.
    Require(!assigned.ok() || lost >= shards);
    return;
  }
  holders[lost] = *replacement;
  Require(CheckRule(nodes, rule, holders).ok());
}

}  // namespace
}  // namespace shadw::placement

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::placement::Run(shadw::base::ByteReader({data, size}));
  return 0;
}
