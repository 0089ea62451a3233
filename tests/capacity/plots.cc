// SPDX-License-Identifier: Apache-2.0
#include "tests/capacity/plots.h"

#include <map>
#include <utility>

namespace shadw::capacity {

const FreshPlot& SmallPlot(uint8_t node, uint32_t labels_log2) {
  static std::map<std::pair<uint8_t, uint32_t>, FreshPlot> plots;
  const auto key = std::make_pair(node, labels_log2);
  if (const auto found = plots.find(key); found != plots.end()) return found->second;
  PlotParameters parameters;
  parameters.node_id.fill(node);
  parameters.labels_log2 = labels_log2;
  return plots.emplace(key, FreshPlot::Make(parameters).value()).first->second;
}

std::filesystem::path FreshPath(const std::string& name) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / (std::string(test->name()) + "." + name);
  std::filesystem::remove(path);
  std::filesystem::remove(path.string() + ".part");
  return path;
}

PlotFile Written(const FreshPlot& plot, const std::string& name) {
  const std::filesystem::path path = FreshPath(name);
  EXPECT_TRUE(plot.Write(path).ok());
  return PlotFile::Open(path).value();
}

}  // namespace shadw::capacity
