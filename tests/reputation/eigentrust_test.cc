// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/eigentrust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "libshadw/crypto/random.h"

namespace shadw::reputation {
namespace {

struct EdgeList {
  std::vector<uint32_t> from;
  std::vector<uint32_t> to;
  std::vector<double> trust;

  void Add(uint32_t source, uint32_t target, double value) {
    from.push_back(source);
    to.push_back(target);
    trust.push_back(value);
  }
  TrustEdges span() const { return {.from = from, .to = to, .trust = trust}; }
};

uint32_t Draw(crypto::SeededRandom& random, uint32_t below) {
  const auto bytes = random.Array<4>();
  return (bytes[0] | bytes[1] << 8 | bytes[2] << 16 | uint32_t{bytes[3]} << 24) % below;
}

EdgeList RandomEdges(uint32_t nodes, size_t edges, uint64_t seed) {
  crypto::SeededRandom random(seed);
  EdgeList list;
  for (size_t i = 0; i < edges; ++i) {
    list.Add(Draw(random, nodes), Draw(random, nodes), Draw(random, 1'000'000) / 977.0);
  }
  return list;
}

// (I - (1 - a) C^T) t = a p as a dense system, by elimination.
std::vector<double> SolveDense(size_t nodes, const EdgeList& edges,
                               const std::vector<uint32_t>& pre_trusted, double a) {
  std::vector<double> p(nodes, pre_trusted.empty() ? 1.0 / static_cast<double>(nodes) : 0);
  for (const uint32_t node : pre_trusted) p[node] = 1.0 / static_cast<double>(pre_trusted.size());
  std::vector<std::vector<double>> local(nodes, std::vector<double>(nodes));
  for (size_t i = 0; i < edges.from.size(); ++i) {
    if (edges.from[i] != edges.to[i]) local[edges.from[i]][edges.to[i]] += edges.trust[i];
  }
  std::vector<std::vector<double>> system(nodes, std::vector<double>(nodes + 1));
  for (size_t i = 0; i < nodes; ++i) {
    const double sum = std::accumulate(local[i].begin(), local[i].end(), 0.0);
    for (size_t j = 0; j < nodes; ++j) {
      system[j][i] = (i == j ? 1 : 0) - (1 - a) * (sum > 0 ? local[i][j] / sum : p[j]);
    }
    system[i][nodes] = a * p[i];
  }
  for (size_t i = 0; i < nodes; ++i) {
    for (size_t row = 0; row < nodes; ++row) {
      if (row == i) continue;
      const double factor = system[row][i] / system[i][i];
      for (size_t j = i; j <= nodes; ++j) system[row][j] -= factor * system[i][j];
    }
  }
  std::vector<double> trust(nodes);
  for (size_t i = 0; i < nodes; ++i) trust[i] = system[i][nodes] / system[i][i];
  return trust;
}

double Distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum;
}

TEST(EigenTrust, IsTheFixedPointThatEliminationFinds) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const EdgeList edges = RandomEdges(60, 60 * seed, seed);
    const std::vector<uint32_t> pre_trusted = {3, 7};
    const EigenTrust result =
        *Solve(*TrustGraph::Create(60, edges.span()), {.pre_trusted = pre_trusted});
    EXPECT_LT(Distance(result.trust, SolveDense(60, edges, pre_trusted, 0.15)), 1e-8);
    EXPECT_NEAR(std::accumulate(result.trust.begin(), result.trust.end(), 0.0), 1, 1e-12);
  }
}

TEST(EigenTrust, LooksAcrossTilesAndInBothWidths) {
  // Wider than two tiles; with thirds no number fits 32 bits.
  constexpr uint32_t kNodes = 70'000;
  for (const double unit : {1.0, 1.0 / 3}) {
    EdgeList edges;
    for (uint32_t i = 0; i < kNodes; ++i) {
      edges.Add(i, (i + 33'000) % kNodes, unit);
      edges.Add(i, (i + 1) % kNodes, 3 * unit);
    }
    const TrustGraph graph = *TrustGraph::Create(kNodes, edges.span());
    std::vector<double> ones(kNodes, 1.0);
    std::vector<double> out(kNodes);
    graph.Multiply(ones, out);
    EXPECT_THAT(out, testing::Each(testing::DoubleNear(4 * unit, 1e-12)));
    EXPECT_EQ(graph.edges(), 2 * kNodes);
  }
}

TEST(EigenTrust, CountsRepeatedEdgesAsTheirSumAndNothingAboutOneself) {
  EdgeList split;
  split.Add(0, 1, 1);
  split.Add(0, 1, 2);
  split.Add(0, 2, 1);
  split.Add(1, 1, 1000);
  split.Add(1, 0, 1);
  EdgeList whole;
  whole.Add(0, 2, 1);
  whole.Add(0, 1, 3);
  whole.Add(1, 0, 7);
  EXPECT_LT(Distance(Solve(*TrustGraph::Create(3, split.span()), {})->trust,
                     Solve(*TrustGraph::Create(3, whole.span()), {})->trust),
            1e-12);
}

TEST(EigenTrust, ConvergesWithinTheStepsItPromises) {
  EdgeList circle;
  for (uint32_t i = 0; i < 100; ++i) circle.Add(i, (i + 1) % 100, 1);
  const std::vector<uint32_t> one = {0};
  const EigenTrust result = *Solve(*TrustGraph::Create(100, circle.span()), {.pre_trusted = one});
  EXPECT_LE(result.iterations, 2 * std::ceil(std::log(1e-9 / 2) / std::log(0.85)) + 1);
  EXPECT_LE(result.change, 1e-9);
}

TEST(EigenTrust, ConvergesAtBothEndsOfWhatTrustMayBe) {
  const EdgeList edges = RandomEdges(50, 300, 4);
  for (const double scale : {kMinTrust, 1.0, kMaxTrust}) {
    EdgeList scaled = edges;
    for (double& one : scaled.trust) one = scale;
    const auto result = Solve(*TrustGraph::Create(50, scaled.span()),
                              {.tolerance = EigenTrustOptions::kMinTolerance});
    ASSERT_TRUE(result.ok()) << result.status();
    for (const double one : result->trust) EXPECT_TRUE(one > 0 && one < 1);
  }
}

TEST(EigenTrust, SaysWhyItDoesNotConverge) {
  EdgeList pair;
  pair.Add(0, 1, 1);
  pair.Add(1, 0, 1);
  const std::vector<uint32_t> one = {0};
  const TrustGraph graph = *TrustGraph::Create(2, pair.span());
  const auto circle = Solve(graph, {.pre_trusted = one, .pre_trust_share = 0});
  EXPECT_EQ(circle.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(circle.status().message(), testing::HasSubstr("goes round in circles"));
  const auto early = Solve(graph, {.pre_trusted = one, .max_iterations = 1});
  EXPECT_THAT(early.status().message(), testing::HasSubstr("265 iterations suffice"));
}

TEST(EigenTrust, NamesTheFirstBadEdge) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double bad :
       {-1.0, nan, std::numeric_limits<double>::infinity(), 1e301, 1e-310, 1e-101}) {
    EdgeList edges = RandomEdges(10, 20, 1);
    edges.Add(1, 2, bad);
    const auto graph = TrustGraph::Create(10, edges.span());
    EXPECT_EQ(graph.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(graph.status().message(), testing::HasSubstr("in row 20"));
  }
  EdgeList edges;
  edges.Add(0, 10, 1);
  EXPECT_FALSE(TrustGraph::Create(10, edges.span()).ok());
  edges.to.push_back(1);
  EXPECT_FALSE(TrustGraph::Create(11, edges.span()).ok());
}

TEST(EigenTrust, RefusesOptionsThatMeanNothing) {
  const EdgeList edges = RandomEdges(10, 20, 1);
  const TrustGraph graph = *TrustGraph::Create(10, edges.span());
  const std::vector<uint32_t> nobody = {10};
  EXPECT_FALSE(Solve(graph, {.pre_trusted = nobody}).ok());
  EXPECT_FALSE(Solve(graph, {.pre_trust_share = 1.01}).ok());
  EXPECT_FALSE(Solve(graph, {.tolerance = 0}).ok());
  EXPECT_FALSE(Solve(graph, {.tolerance = 1e-300}).ok());
  EXPECT_FALSE(Solve(graph, {.max_iterations = 0}).ok());
  EXPECT_FALSE(Solve(*TrustGraph::Create(0, {}), {}).ok());
}

TEST(EigenTrust, TrustsThePreTrustedWhereNobodyTrustsAnyone) {
  const std::vector<uint32_t> two = {1, 2};
  const EigenTrust result = *Solve(*TrustGraph::Create(4, {}), {.pre_trusted = two});
  EXPECT_THAT(result.trust, testing::ElementsAre(0, 0.5, 0.5, 0));
}

}  // namespace
}  // namespace shadw::reputation
