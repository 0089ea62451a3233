// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::placement and nothing else: fourteen shards on fourteen nodes.
#include "libshadw/placement/placement.h"

#include <cstdio>
#include <set>
#include <vector>

int main() {
  std::vector<shadw::placement::Node> roster(14);
  for (size_t i = 0; i < roster.size(); ++i) roster[i].id[0] = static_cast<uint8_t>(i);
  const shadw::placement::Rule rule = {.data_shards = 10};
  const shadw::base::ByteArray<32> seed = {7};
  const auto holders = shadw::placement::Assign(roster, 14, rule, seed, seed);
  if (!holders.ok()) return 1;
  if (std::set<size_t>(holders->begin(), holders->end()).size() != 14) return 1;
  std::puts("placement: ok");
  return 0;
}
