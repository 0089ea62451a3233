// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/eigentrust.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/base/units.h"

namespace shadw::reputation {
namespace {

absl::Status BadEdge(const TrustEdges& edges, size_t row, size_t nodes) {
  return absl::InvalidArgumentError(
      absl::StrCat("reputation: got edge ", edges.from[row], " -> ", edges.to[row], " of trust ",
                   edges.trust[row], " in row ", row, ", need nodes below ", nodes,
                   " and trust of 0 or ", kMinTrust, " to ", kMaxTrust));
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
    const bool is_trust = trust == 0 || (trust >= kMinTrust && trust <= kMaxTrust);
    if (std::max(from, to) >= nodes || !is_trust) {
      return BadEdge(edges, i, nodes);
    }
    narrow &= static_cast<double>(static_cast<float>(trust)) == trust;
    const bool counts = from != to;
    given_[from] += counts ? trust : 0;
    tiles_[(to >> kTileBits) * side_ + (from >> kTileBits) + 1] += counts ? 1 : 0;
  }
  narrow_ = narrow;
  for (size_t tile = 1; tile < tiles_.size(); ++tile) tiles_[tile] += tiles_[tile - 1];
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
  if (!(tolerance >= kMinTolerance && tolerance < 1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "reputation: got tolerance ", tolerance, ", need one from ", kMinTolerance, " to below 1"));
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
  const double plain =
      std::ceil(std::log(options.tolerance / 2) / std::log1p(-options.pre_trust_share));
  return absl::DeadlineExceededError(absl::StrCat(got, 2 * plain + 1, " iterations suffice"));
}

// The paper's step t -> (1 - a) C^T t + a p.
class Step {
 public:
  Step(const TrustGraph& graph, std::span<const double> pre_trust, double share)
      : graph_(graph), pre_trust_(pre_trust), share_(share), scaled_(graph.nodes()) {}

  // change = step(trust) - trust. Returns the sum of absolute changes.
  double Change(std::span<const double> trust, std::span<double> change) {
    const std::span<const double> given = graph_.given();
    double idle = 0;  // trust of those who trust nobody
    for (size_t i = 0; i < trust.size(); ++i) {
      scaled_[i] = given[i] > 0 ? trust[i] / given[i] : 0;
      idle += given[i] > 0 ? 0 : trust[i];
    }
    graph_.Multiply(scaled_, change);
    const double to_pre_trusted = share_ + (1 - share_) * idle;
    double sum = 0;
    for (size_t i = 0; i < trust.size(); ++i) {
      change[i] = (1 - share_) * change[i] + to_pre_trusted * pre_trust_[i] - trust[i];
      sum += std::abs(change[i]);
    }
    return sum;
  }

 private:
  const TrustGraph& graph_;
  std::span<const double> pre_trust_;
  double share_;
  std::vector<double> scaled_;
};

// How the last steps went, and the combination of them that would have changed least: the
// next point begins there. Two steps are kept.
class Acceleration {
 public:
  explicit Acceleration(size_t nodes) {
    for (Past& past : past_) past = {std::vector<double>(nodes), std::vector<double>(nodes)};
  }
  void Forget() { kept_ = 0; }
  bool empty() const { return kept_ == 0; }

  // From `before`, changed by `change_before`, one came to `now`, changed by `change`.
  void Learn(std::span<const double> before, std::span<const double> change_before,
             std::span<const double> now, std::span<const double> change) {
    std::swap(past_[0], past_[1]);
    for (size_t i = 0; i < now.size(); ++i) {
      const double difference = change[i] - change_before[i];
      past_[0].change[i] = difference;
      past_[0].step[i] = now[i] - before[i] + difference;
    }
    kept_ = std::min(kept_ + 1, 2);
  }

  // now + change, less what the past steps say is still to come.
  void Next(std::span<const double> now, std::span<const double> change,
            std::span<double> next) const {
    const auto [first, second] = Weights(change);
    for (size_t i = 0; i < now.size(); ++i) {
      next[i] = now[i] + change[i] - first * past_[0].step[i] - second * past_[1].step[i];
    }
  }

 private:
  struct Past {
    std::vector<double> change;  // how the change changed
    std::vector<double> step;
  };

  // Least squares of change - first * past_[0].change - second * past_[1].change.
  std::pair<double, double> Weights(std::span<const double> change) const {
    if (kept_ == 0) return {0, 0};
    double aa = 0;
    double ab = 0;
    double bb = 0;
    double fa = 0;
    double fb = 0;
    for (size_t i = 0; i < change.size(); ++i) {
      const double a = past_[0].change[i];
      const double b = past_[1].change[i];
      aa += a * a;
      ab += a * b;
      bb += b * b;
      fa += change[i] * a;
      fb += change[i] * b;
    }
    const double determinant = aa * bb - ab * ab;
    if (kept_ == 2 && determinant > 1e-10 * aa * bb) {
      return {(fa * bb - fb * ab) / determinant, (fb * aa - fa * ab) / determinant};
    }
    return {aa > 0 ? fa / aa : 0, 0};
  }

  Past past_[2];
  int kept_ = 0;
};

// Nothing below 0 and a sum of 1: what combining and rounding left.
void Settle(std::vector<double>& trust) {
  double sum = 0;
  for (double& one : trust) {
    one = std::max(one, 0.0);
    sum += one;
  }
  for (double& one : trust) one /= sum;
}

}  // namespace

absl::StatusOr<EigenTrust> Solve(const TrustGraph& graph, const EigenTrustOptions& options) {
  const size_t nodes = graph.nodes();
  if (nodes == 0) return absl::InvalidArgumentError("reputation: got 0 nodes, need at least 1");
  SHADW_RETURN_IF_ERROR(options.Validate(nodes));
  const std::vector<double> pre_trust = PreTrust(nodes, options.pre_trusted);
  Step step(graph, pre_trust, options.pre_trust_share);
  Acceleration past(nodes);
  std::vector<double> before = pre_trust;
  std::vector<double> change_before(nodes);
  std::vector<double> now = pre_trust;
  std::vector<double> change(nodes);
  // A guess must do as well as the paper's step is sure to.
  const double least_progress = 1 - options.pre_trust_share;
  double last = 2;
  double size = 0;
  for (uint32_t iteration = 1; iteration <= options.max_iterations; ++iteration) {
    size = step.Change(now, change);
    if (size <= options.tolerance) {
      for (size_t i = 0; i < nodes; ++i) now[i] += change[i];
      Settle(now);
      return EigenTrust{.trust = std::move(now), .iterations = iteration, .change = size};
    }
    if (!past.empty() && size > least_progress * last) {
      // A bad guess: back to where it was made, and on as the paper does.
      past.Forget();
      for (size_t i = 0; i < nodes; ++i) now[i] = before[i] + change_before[i];
      continue;
    }
    if (iteration > 1 && options.pre_trust_share > 0) {
      past.Learn(before, change_before, now, change);
    }
    past.Next(now, change, before);  // `before` gets the next point, and the names move on
    before.swap(now);
    change_before.swap(change);
    last = size;
  }
  return NotConverged(options, size);
}

}  // namespace shadw::reputation
