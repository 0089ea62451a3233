// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/eigentrust.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/base/units.h"

namespace shadw::reputation {
namespace {

absl::Status BadEdge(const TrustEdges& edges, size_t row, size_t nodes) {
  return absl::InvalidArgumentError(absl::StrCat("reputation: got edge ", edges.from[row], " -> ",
                                                 edges.to[row], " of trust ", edges.trust[row],
                                                 " in row ", row, ", need nodes below ", nodes,
                                                 " and finite trust of 0 or more"));
}

}  // namespace

absl::StatusOr<TrustGraph> TrustGraph::Create(size_t nodes, const TrustEdges& edges) {
  if (nodes > kMaxTrustNodes) {
    return absl::InvalidArgumentError(
        absl::StrCat("reputation: got ", nodes, " nodes, need at most ", kMaxTrustNodes));
  }
  if (edges.from.size() != edges.to.size() || edges.from.size() != edges.trust.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("reputation: got ", edges.from.size(), " sources, ", edges.to.size(),
                     " targets and ", edges.trust.size(), " numbers, need columns of one length"));
  }
  TrustGraph graph;
  graph.given_.resize(nodes);
  graph.side_ = base::CeilDivide(nodes, size_t{1} << kTileBits);
  SHADW_RETURN_IF_ERROR(graph.Count(edges));
  if (graph.narrow_) {
    graph.Place<float>(edges);
  } else {
    graph.Place<double>(edges);
  }
  return graph;
}

// How many edges lie in each tile, what each node gives, and whether 32 bits hold it all.
absl::Status TrustGraph::Count(const TrustEdges& edges) {
  const size_t nodes = given_.size();
  tiles_.assign(side_ * side_ + 1, 0);
  bool narrow = true;
  for (size_t i = 0; i < edges.from.size(); ++i) {
    const uint32_t from = edges.from[i];
    const uint32_t to = edges.to[i];
    const double trust = edges.trust[i];
    // Written so that what is no number is refused too.
    if (std::max(from, to) >= nodes || !(trust >= 0 && trust <= 1e300)) {
      return BadEdge(edges, i, nodes);
    }
    narrow &= static_cast<double>(static_cast<float>(trust)) == trust;
    const bool counts = from != to;
    given_[from] += counts ? trust : 0;
    tiles_[(to >> kTileBits) * side_ + (from >> kTileBits) + 1] += counts ? 1 : 0;
  }
  narrow_ = narrow;
  for (size_t tile = 1; tile < tiles_.size(); ++tile) tiles_[tile] += tiles_[tile - 1];
  for (size_t node = 0; node < nodes; ++node) {
    if (!std::isfinite(given_[node])) {
      return absl::InvalidArgumentError(
          absl::StrCat("reputation: got infinite trust given by ", node, ", need a finite sum"));
    }
  }
  return absl::OkStatus();
}

template <typename Number>
void TrustGraph::Place(const TrustEdges& edges) {
  Edges<Number>& placed = edges_.emplace<Edges<Number>>(tiles_.back());
  std::vector<uint64_t> next(tiles_.begin(), tiles_.end() - 1);
  constexpr uint32_t kMask = (1 << kTileBits) - 1;
  for (size_t i = 0; i < edges.from.size(); ++i) {
    const uint32_t from = edges.from[i];
    const uint32_t to = edges.to[i];
    if (from == to) continue;
    const size_t tile = (to >> kTileBits) * side_ + (from >> kTileBits);
    placed[next[tile]++] = {static_cast<Number>(edges.trust[i]),
                            static_cast<uint16_t>(from & kMask), static_cast<uint16_t>(to & kMask)};
  }
}

size_t TrustGraph::edges() const { return tiles_.back(); }

template <typename Number>
void TrustGraph::MultiplyTiles(const Edges<Number>& edges, const double* scaled,
                               double* out) const {
  for (size_t row = 0; row < side_; ++row) {
    double* const to = out + (row << kTileBits);
    for (size_t column = 0; column < side_; ++column) {
      const double* const from = scaled + (column << kTileBits);
      const Edge<Number>* const end = edges.data() + tiles_[row * side_ + column + 1];
      for (const Edge<Number>* edge = edges.data() + tiles_[row * side_ + column]; edge != end;
           ++edge) {
        to[edge->to] += static_cast<double>(edge->trust) * from[edge->from];
      }
    }
  }
}

void TrustGraph::Multiply(std::span<const double> scaled, std::span<double> out) const {
  std::ranges::fill(out, 0.0);
  std::visit([&](const auto& edges) { MultiplyTiles(edges, scaled.data(), out.data()); }, edges_);
}

absl::Status EigenTrustOptions::Validate(size_t nodes) const {
  for (size_t i = 0; i < pre_trusted.size(); ++i) {
    if (pre_trusted[i] >= nodes) {
      return absl::InvalidArgumentError(absl::StrCat("reputation: got pre-trusted node ",
                                                     pre_trusted[i], " in row ", i,
                                                     ", need one below ", nodes));
    }
  }
  if (!(pre_trust_share >= 0 && pre_trust_share <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("reputation: got a pre-trusted share of ", pre_trust_share, ", need 0 to 1"));
  }
  if (!(tolerance > 0 && tolerance < 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("reputation: got tolerance ", tolerance, ", need one between 0 and 1"));
  }
  if (max_iterations == 0) {
    return absl::InvalidArgumentError("reputation: got 0 iterations, need at least 1");
  }
  return absl::OkStatus();
}

namespace {

// p of the paper: the same share for each that is trusted from the start.
std::vector<double> PreTrust(size_t nodes, std::span<const uint32_t> pre_trusted) {
  if (pre_trusted.empty()) return std::vector<double>(nodes, 1 / static_cast<double>(nodes));
  std::vector<double> share(nodes);
  for (const uint32_t node : pre_trusted) share[node] = 1;
  double members = 0;  // a node that was named twice is one
  for (const double one : share) members += one;
  for (double& one : share) one /= members;
  return share;
}

absl::Status NotConverged(const EigenTrustOptions& options, double change) {
  const std::string got =
      absl::StrCat("reputation: got a change of ", change, " after ", options.max_iterations,
                   " iterations, need ", options.tolerance, "; ");
  if (options.pre_trust_share == 0) {
    return absl::DeadlineExceededError(
        absl::StrCat(got,
                     "without pre-trusted share the graph goes round in circles, or falls "
                     "apart slowly: give a share above 0"));
  }
  const double enough =
      std::ceil(std::log(options.tolerance / 2) / std::log1p(-options.pre_trust_share)) + 1;
  return absl::DeadlineExceededError(absl::StrCat(got, enough, " iterations suffice"));
}

}  // namespace

absl::StatusOr<EigenTrust> Solve(const TrustGraph& graph, const EigenTrustOptions& options) {
  const size_t nodes = graph.nodes();
  if (nodes == 0) return absl::InvalidArgumentError("reputation: got 0 nodes, need at least 1");
  SHADW_RETURN_IF_ERROR(options.Validate(nodes));
  const std::span<const double> given = graph.given();
  const std::vector<double> pre_trust = PreTrust(nodes, options.pre_trusted);
  const double share = options.pre_trust_share;
  EigenTrust result{.trust = pre_trust};
  std::vector<double> scaled(nodes);
  std::vector<double> next(nodes);
  for (result.iterations = 1; result.iterations <= options.max_iterations; ++result.iterations) {
    double idle = 0;  // trust of those who trust nobody
    for (size_t i = 0; i < nodes; ++i) {
      scaled[i] = given[i] > 0 ? result.trust[i] / given[i] : 0;
      idle += given[i] > 0 ? 0 : result.trust[i];
    }
    graph.Multiply(scaled, next);
    const double to_pre_trusted = share + (1 - share) * idle;
    double sum = 0;
    for (size_t i = 0; i < nodes; ++i) {
      next[i] = (1 - share) * next[i] + to_pre_trusted * pre_trust[i];
      sum += next[i];
    }
    result.change = 0;
    for (size_t i = 0; i < nodes; ++i) {
      next[i] /= sum;  // what rounding took
      result.change += std::abs(next[i] - result.trust[i]);
    }
    result.trust.swap(next);
    if (result.change <= options.tolerance) return result;
  }
  return NotConverged(options, result.change);
}

}  // namespace shadw::reputation
