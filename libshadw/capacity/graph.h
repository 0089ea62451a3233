// SPDX-License-Identifier: Apache-2.0
//
// Which labels a label of a plot is made from: a graph of four layers in which what was
// thrown away can only be had again by making nearly everything anew.
//
// Labels stand in rows of eight, one a lane. Within a layer a row depends on six rows
// before it: the one just before, and five at distances that spread evenly over the
// powers of two, which keeps long paths alive whatever an adversary takes out (depth
// robust). From the second layer on it also depends on eight rows anywhere in the layer
// below, one by each of eight permutations (an expander). A parent's `turn` says which
// lane: the label of lane l takes that of lane (l + turn) mod 8, so the lanes are one
// graph, and eight labels are hashed side by side.
//
//   Graph graph(17);                                 // 2^17 rows, 2^20 labels, 32 MiB
//   std::array<Parent, kParents> parents;
//   graph.ParentsOf(row, parents);                   // the first six: of the same layer
//
// The graph depends on the number of rows alone: everybody can look at it beforehand, and
// nobody can choose it.
//   Source   Dziembowski, Faust, Kolmogorov, Pietrzak 2015; Ren, Devadas 2016 (stacks of
//            expanders); Alwen, Blocki, Harsha 2017 (sampling of distances)
#ifndef LIBSHADW_CAPACITY_GRAPH_H_
#define LIBSHADW_CAPACITY_GRAPH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace shadw::capacity {

inline constexpr size_t kLanes = 8;
inline constexpr size_t kLayers = 4;
inline constexpr size_t kBackParents = 6;
inline constexpr size_t kExpanderParents = 8;
inline constexpr size_t kParents = kBackParents + kExpanderParents;
inline constexpr uint32_t kMaxRowsLog2 = 24;

struct Parent {
  uint32_t row;
  uint32_t turn;  // below kLanes

  bool operator==(const Parent&) const = default;
};

class Graph {
 public:
  //   Shapes   rows_log2  1 to kMaxRowsLog2; cut to that range otherwise
  explicit Graph(uint32_t rows_log2);

  uint32_t rows() const { return mask_ + 1; }

  // The back parents, then the expander parents. Row 0 has no back parents: theirs are
  // given as row 0, and their labels count as zeros.
  //   Shapes   row  below rows()
  //   Promise  each back parent is below `row`; two rows never share the expander parent
  //            of one slot
  void ParentsOf(uint32_t row, std::span<Parent, kParents> out) const;

 private:
  Parent BackParent(uint32_t row, uint32_t slot) const;
  Parent ExpanderParent(uint32_t row, uint32_t slot) const;

  uint32_t rows_log2_;
  uint32_t mask_;
  struct Slot {
    std::array<uint32_t, 3> odd;
    std::array<uint32_t, 3> plus;
  };
  std::array<Slot, kExpanderParents> slots_;
};

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_GRAPH_H_
