// SPDX-License-Identifier: Apache-2.0
//
// What a plot is, for the one who made it and for the one who checks it: its parameters,
// the labels they determine, and the commitment that a verifier keeps.
//
// A plot fills space with labels of 32 bytes that take time to make and belong to one
// node. It has four layers over the graph of `graph.h`; only the last one is kept. Label i
// of a layer is
//
//   BLAKE2b-256(plot id (32) ‖ i (8) ‖ layer, 1 … 4 (8) ‖ zeros (16)
//               ‖ 6 back parents, of this layer ‖ 8 expander parents, of the layer below)
//
// without the last part in layer 1, and with zeros for the back parents of row 0. The plot
// id is BLAKE2b-256 of node id, seed and size: another node's plot is another plot.
//
// The commitment holds two Merkle roots: over the kept labels, which each epoch's proof
// opens (`space_proof.h`), and over BLAKE2b-256 of the other three layers' labels at each
// place, which the first proof opens (`origin_proof.h`).
//   Source   proofs.md, "Proof of space"; catalogue S62
#ifndef LIBSHADW_CAPACITY_PLOT_H_
#define LIBSHADW_CAPACITY_PLOT_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/capacity/graph.h"
#include "libshadw/crypto/merkle.h"

namespace shadw::capacity {

using crypto::Hash256;
using NodeId = base::ByteArray<32>;
using Label = Hash256;

inline constexpr size_t kLabelBytes = 32;
inline constexpr uint32_t kMinLabelsLog2 = 10;                // 32 KiB
inline constexpr uint32_t kMaxLabelsLog2 = kMaxRowsLog2 + 3;  // 4 GiB

struct PlotParameters {
  NodeId node_id{};
  base::ByteArray<32> seed{};  // the node's choice: different for each of its plots
  uint32_t labels_log2 = 0;

  uint64_t labels() const { return uint64_t{1} << labels_log2; }
  uint64_t bytes() const { return labels() * kLabelBytes; }
  uint32_t rows_log2() const { return labels_log2 - 3; }
  base::ByteArray<32> id() const;

  //   Errors   kInvalidArgument  labels_log2 is out of range
  absl::Status Validate() const;
  bool operator==(const PlotParameters&) const = default;
};

// What a verifier keeps of a plot; `Φ` in the paper.
struct PlotCommitment {
  PlotParameters parameters;
  Hash256 origin_root{};  // over the three layers that are thrown away
  Hash256 labels_root{};  // over the layer that is kept

  bool operator==(const PlotCommitment&) const = default;
};

inline constexpr size_t kCommitmentBytes = 4 + 4 + 4 * 32;

base::Bytes EncodeCommitment(const PlotCommitment& commitment);
//   Errors   kDataLoss         another length, another magic, or a size out of range
//   Promise  one commitment, one spelling
absl::StatusOr<PlotCommitment> ParseCommitment(base::ByteSpan bytes);

// One label, the slow way: what a verifier does.
//   Shapes   layer    1 to kLayers
//            parents  6 labels in layer 1, 14 above, in the graph's order
Label MakeLabel(const base::ByteArray<32>& plot_id, uint64_t index, uint32_t layer,
                std::span<const Label> parents);

// BLAKE2b-256 of the labels of layers 1, 2 and 3 at one place, and 32 zeros.
Hash256 OriginLeaf(std::span<const Label, kLayers - 1> column);

// The number of the label of (row, lane), and where parent `parent` of a label lies.
inline uint64_t LabelIndex(uint64_t row, uint64_t lane) { return row * kLanes + lane; }
inline uint64_t ParentIndex(uint64_t label, const Parent& parent) {
  return LabelIndex(parent.row, (label + parent.turn) % kLanes);
}

// `count` places out of 2^labels_log2 that hang on the domain and all parts.
//   Promise  same arguments, same places; each as likely as any other
std::vector<uint64_t> ChoosePlaces(std::string_view domain,
                                   std::initializer_list<base::ByteSpan> parts,
                                   uint32_t labels_log2, uint32_t count);

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_PLOT_H_
