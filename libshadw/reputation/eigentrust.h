// SPDX-License-Identifier: Apache-2.0
//
// Global trust from whom everybody trusts: EigenTrust. A node's trust is what the trust of
// others says of it, with a share for a set that is trusted from the start; the fixed
// point is found by repeated multiplication with the sparse matrix of local trust.
//
//   TrustGraph graph = *TrustGraph::Create(4, {.from = from, .to = to, .trust = trust});
//   EigenTrust result = *Solve(graph, {.pre_trusted = std::vector<uint32_t>{0}});
//   result.trust;                                  // one number a node, of sum 1
//
// Local trust is whatever one node saw of another, 0 or more: `LocalTrust` makes it from
// good and bad transactions. Each node's local trust counts in proportion to the sum of
// all it gives; several edges between two nodes are one of their sum, and what a node says
// of itself is ignored. A node that trusts nobody trusts the pre-trusted set.
//
// The matrix lies in square tiles of 2^15 nodes a side, each an unsorted list of edges, so
// that both vectors of a tile stay in the processor's second cache: it is made in one pass
// over the edges, without sorting, and multiplied at the speed of the memory. Numbers lie
// as 32-bit floating point where that loses nothing, counts of transactions for example.
//
// Limits: kMaxTrustNodes; 2^40 edges. Sums are in the order of the edges given: the same
// order, the same bits.
//   Source   Kamvar, Schlosser, Garcia-Molina 2003, algorithm 2; catalogue S142
#ifndef LIBSHADW_REPUTATION_EIGENTRUST_H_
#define LIBSHADW_REPUTATION_EIGENTRUST_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace shadw::reputation {

inline constexpr size_t kMaxTrustNodes = size_t{1} << 24;

// What one node's transactions with another say of it.
//   Range    0 to satisfactory
//   Monotone in  satisfactory; unsatisfactory (falling)
//   Units    transactions
//   Source   Kamvar et al. 2003, (1): max(sat - unsat, 0)
constexpr uint64_t LocalTrust(uint64_t satisfactory, uint64_t unsatisfactory) {
  return satisfactory > unsatisfactory ? satisfactory - unsatisfactory : 0;
}

// Columns of equal length.
struct TrustEdges {
  std::span<const uint32_t> from;
  std::span<const uint32_t> to;
  std::span<const double> trust;
};

class TrustGraph {
 public:
  //   Shapes   edges  columns of one length, in any order
  //   Errors   kInvalidArgument  columns of different lengths; a node that is none; trust
  //                              that is negative, infinite or no number; sums that are
  //                              infinite. The first such edge is named
  //   Cost     two passes; 12 bytes an edge, 8 where 32 bits hold every number
  static absl::StatusOr<TrustGraph> Create(size_t nodes, const TrustEdges& edges);

  size_t nodes() const { return given_.size(); }
  size_t edges() const;
  // The sum of the local trust that a node gives to others.
  std::span<const double> given() const { return given_; }

  // out[to] = sum over edges of trust * scaled[from]. Both have nodes() elements, and are
  // not the same.
  void Multiply(std::span<const double> scaled, std::span<double> out) const;

 private:
  static constexpr int kTileBits = 15;

  // Positions within a tile.
  template <typename Number>
  struct Edge {
    Number trust;
    uint16_t from;
    uint16_t to;
  } __attribute__((packed, aligned(4)));
  template <typename Number>
  using Edges = std::vector<Edge<Number>>;

  absl::Status Count(const TrustEdges& edges);
  template <typename Number>
  void Place(const TrustEdges& edges);
  template <typename Number>
  void MultiplyTiles(const Edges<Number>& edges, const double* scaled, double* out) const;

  size_t side_ = 0;              // tiles in a row
  std::vector<uint64_t> tiles_;  // where each tile's edges begin, and the end
  std::variant<Edges<float>, Edges<double>> edges_;
  std::vector<double> given_;
  bool narrow_ = true;  // 32 bits hold every number
};

struct EigenTrustOptions {
  // Nodes trusted from the start, each alike; empty: all nodes.
  std::span<const uint32_t> pre_trusted;
  double pre_trust_share = 0.15;  // `a` of the paper
  double tolerance = 1e-9;        // of the sum of absolute changes in one step
  uint32_t max_iterations = 1000;

  absl::Status Validate(size_t nodes) const;
};

struct EigenTrust {
  std::vector<double> trust;  // of sum 1
  uint32_t iterations = 0;
  double change = 0;  // of the last step
};

// The trust of each node.
//   Range    each 0 to 1
//   Errors   kInvalidArgument   the options'; a graph without nodes
//            kDeadlineExceeded  max_iterations passed. The message says why: the share of
//                               the pre-trusted is 0 and the graph goes round in a circle,
//                               or more iterations are needed, and how many suffice
//   Promise  with a share a > 0 every graph converges: a step of the paper shrinks the
//            change to 1 - a of it or less, so log(tolerance / 2) / log(1 - a) of them
//            suffice. Steps that begin at the best combination of the last three (Anderson)
//            need a fifth of that in clustered graphs; one that shrinks less than the
//            paper's is taken back, so twice as many suffice always
//   Paper    "t = (1 - a) C^T t + a p", from t = p
//   Source   Kamvar et al. 2003, algorithm 2; Walker, Ni 2011
absl::StatusOr<EigenTrust> Solve(const TrustGraph& graph, const EigenTrustOptions& options);

}  // namespace shadw::reputation

#endif  // LIBSHADW_REPUTATION_EIGENTRUST_H_
