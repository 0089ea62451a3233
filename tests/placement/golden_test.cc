// SPDX-License-Identifier: Apache-2.0
//
// Placements computed by placement_reference.py, which shares nothing with the C++.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "libshadw/placement/placement.h"
#include "libshadw/placement/waiting_time.h"

namespace shadw::placement {
namespace {

nlohmann::json Vectors() {
  std::ifstream file(SHADW_TEST_VECTORS "/placement.json");
  return nlohmann::json::parse(file);
}

base::ByteArray<32> Array(const std::string& hex) {
  const base::Bytes bytes = base::FromHex(hex).value();
  base::ByteArray<32> array = {};
  std::copy(bytes.begin(), bytes.end(), array.begin());
  return array;
}

std::vector<Node> NodesOf(const nlohmann::json& vector) {
  std::vector<Node> nodes;
  for (const auto& node : vector["nodes"]) {
    nodes.push_back({Array(node["id"]), node["weight"], node["owner"], node["subnet"]});
  }
  return nodes;
}

TEST(Golden, EveryPlacementIsThatOfTheReference) {
  const nlohmann::json cases = Vectors()["cases"];
  ASSERT_EQ(cases.size(), 6u);
  for (const auto& vector : cases) {
    const std::vector<Node> nodes = NodesOf(vector);
    const auto& limits = vector["rule"];
    const Rule rule = {limits["data_shards"], limits["max_per_node"], limits["max_per_owner"],
                       limits["max_per_subnet"]};
    const base::ByteArray<32> seed = Array(vector["seed"]);
    const base::Bytes key = base::FromHex(vector["key"].get<std::string>()).value();
    EXPECT_EQ(Rank(nodes, seed, key), vector["rank"].get<std::vector<size_t>>());
    EXPECT_EQ(Assign(nodes, vector["total_shards"], rule, seed, key).value(),
              vector["holders"].get<std::vector<size_t>>());
  }
}

TEST(Golden, EveryLogarithmIsThatOfTheReference) {
  const nlohmann::json logs = Vectors()["logs"];
  ASSERT_GT(logs.size(), 400u);
  for (const auto& log : logs) {
    const uint64_t h = std::stoull(log[0].get<std::string>());
    EXPECT_EQ(base::NegativeLog2(h), std::stoull(log[1].get<std::string>())) << h;
  }
}

}  // namespace
}  // namespace shadw::placement
