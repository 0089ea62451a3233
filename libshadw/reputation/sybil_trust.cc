// SPDX-License-Identifier: Apache-2.0
#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/log2.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/reputation/attacks.h"

namespace shadw::reputation {
namespace {

constexpr uint64_t kMostEdges = 10'000'000;

// One of 0 … count - 1; the bias of 2^-32 * count does not matter to a crowd.
uint32_t Draw(base::RandomSource& random, uint32_t count) {
  const auto bytes = random.Array<8>();
  const uint64_t value = base::LoadLittleEndian<uint64_t>(bytes.data());
  return static_cast<uint32_t>(static_cast<base::Uint128>(value) * count >> 64);
}

struct EdgeList {
  std::vector<uint32_t> from;
  std::vector<uint32_t> to;
  std::vector<double> trust;

  void Add(uint32_t source, uint32_t target) {
    from.push_back(source);
    to.push_back(target);
    trust.push_back(1);
  }
};

// Honest nodes are 0 … honest - 1, the leader comes next.
EdgeList MakeEdges(const SybilTrust& attack, base::RandomSource& random) {
  EdgeList edges;
  for (uint32_t node = 0; node < attack.honest; ++node) {
    for (uint32_t i = 0; i < attack.edges_per_honest; ++i) {
      edges.Add(node, Draw(random, attack.honest));
    }
  }
  if (attack.sybils == 0) return edges;
  for (uint32_t i = 0; i < attack.deceived; ++i) {
    edges.Add(Draw(random, attack.honest), attack.honest + Draw(random, attack.sybils));
  }
  // Each sybil trusts the leader, and the leader gives the trust back to all of them.
  for (uint32_t i = 1; i < attack.sybils; ++i) {
    edges.Add(attack.honest + i, attack.honest);
    edges.Add(attack.honest, attack.honest + i);
  }
  return edges;
}

absl::Status Check(const SybilTrust& attack) {
  const uint64_t edges = uint64_t{attack.honest} * attack.edges_per_honest +
                         2 * uint64_t{attack.sybils} + attack.deceived;
  if (attack.honest == 0 || attack.pre_trusted > attack.honest || edges > kMostEdges) {
    return absl::InvalidArgumentError(absl::StrCat(
        "reputation: got ", attack.honest, " honest nodes, ", attack.pre_trusted,
        " of them pre-trusted, and ", edges, " edges, need as many and at most ", kMostEdges));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SybilTrustReport> RunSybilTrust(const SybilTrust& attack,
                                               base::RandomSource& random) {
  SHADW_RETURN_IF_ERROR(Check(attack));
  const EdgeList edges = MakeEdges(attack, random);
  const size_t nodes = size_t{attack.honest} + attack.sybils;
  SHADW_ASSIGN_OR_RETURN(
      const TrustGraph graph,
      TrustGraph::Create(nodes, {.from = edges.from, .to = edges.to, .trust = edges.trust}));
  std::vector<uint32_t> pre_trusted(attack.pre_trusted);
  std::iota(pre_trusted.begin(), pre_trusted.end(), 0U);
  SHADW_ASSIGN_OR_RETURN(
      const EigenTrust result,
      Solve(graph, {.pre_trusted = pre_trusted, .pre_trust_share = attack.pre_trust_share}));
  SybilTrustReport report{.iterations = result.iterations};
  for (size_t i = 0; i < nodes; ++i) {
    (i < attack.honest ? report.honest_mean : report.sybil_share) += result.trust[i];
  }
  report.honest_mean /= attack.honest;
  if (attack.sybils > 0) report.leader_trust = result.trust[attack.honest];
  // What flows in stays until the share of the pre-trusted has taken it back.
  double inflow = 0;
  for (size_t i = 0; i < edges.from.size(); ++i) {
    if (edges.from[i] < attack.honest && edges.to[i] >= attack.honest) {
      inflow += result.trust[edges.from[i]] * edges.trust[i] / graph.given()[edges.from[i]];
    }
  }
  const double share = attack.pre_trust_share;
  const double named =
      attack.pre_trusted > 0 ? 0 : static_cast<double>(attack.sybils) / static_cast<double>(nodes);
  report.bound = share > 0 ? ((1 - share) * inflow + share * named) / share : 1;
  return report;
}

}  // namespace shadw::reputation
