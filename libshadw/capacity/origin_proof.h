// SPDX-License-Identifier: Apache-2.0
//
// The first proof after plotting: that the labels a node committed to are the ones its
// plot must have. For each place challenged it opens the labels of all four layers there
// and all their parents, and the verifier makes the four labels anew.
//
//   SHADW_ASSIGN_OR_RETURN(const FreshPlot plot, FreshPlot::Make(parameters));
//   const OriginChallenge challenge = {.seed = fresh};       // drawn after the commitment
//   SHADW_ASSIGN_OR_RETURN(const OriginProof proof, plot.ProveOrigin(challenge));
//   SHADW_RETURN_IF_ERROR(VerifyOrigin(plot.commitment(), challenge, proof));
//
// A plot in which a part e of the places is not as it must be passes with probability
// (1 - e)^openings: of 128 openings, 0.14 % with a twentieth wrong. What little may still
// be wrong counts as not kept. Openings of the kept layer alone would say nothing: any
// bytes have a Merkle root.
//
// Limits. About 19 KB an opening of a plot of 1 GiB. Only who has all layers can make it,
// that is who has just plotted: ask once, right after the commitment.
//   Source   proofs.md, "Proof of space"
#ifndef LIBSHADW_CAPACITY_ORIGIN_PROOF_H_
#define LIBSHADW_CAPACITY_ORIGIN_PROOF_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/capacity/plot.h"
#include "libshadw/capacity/space_proof.h"

namespace shadw::capacity {

inline constexpr uint32_t kDefaultOriginOpenings = 128;
inline constexpr uint32_t kMaxOriginOpenings = 1024;

struct OriginChallenge {
  base::ByteArray<32> seed{};
  uint32_t openings = kDefaultOriginOpenings;

  //   Errors   kInvalidArgument  openings is 0 or over kMaxOriginOpenings
  absl::Status Validate() const;
};

// The labels of layers 1, 2 and 3 at one place, with their path.
struct Column {
  std::array<Label, kLayers - 1> labels{};
  std::vector<Hash256> path;

  bool operator==(const Column&) const = default;
};

// The place itself first, then its back parents (none in row 0), then, of the columns
// alone, its expander parents.
struct OriginOpening {
  std::vector<Opening> kept;  // of layer 4
  std::vector<Column> columns;

  bool operator==(const OriginOpening&) const = default;
};

struct OriginProof {
  uint32_t labels_log2 = 0;
  std::vector<OriginOpening> openings;

  bool operator==(const OriginProof&) const = default;
};

// Which places are to be opened, in the order of the proof.
std::vector<uint64_t> ChallengedPlaces(const PlotCommitment& commitment,
                                       const OriginChallenge& challenge);

// The places whose layer-4 labels and whose columns an opening of `place` holds.
struct OpenedPlaces {
  std::vector<uint64_t> kept;
  std::vector<uint64_t> columns;
};
OpenedPlaces PlacesOpenedWith(const Graph& graph, uint64_t place);

//   Errors   kInvalidArgument   the commitment's parameters or the challenge are out of range
//            kPermissionDenied  the proof does not hold
//   Promise  safe on hostile input: the work is bounded by openings and labels_log2
absl::Status VerifyOrigin(const PlotCommitment& commitment, const OriginChallenge& challenge,
                          const OriginProof& proof);

base::Bytes EncodeOriginProof(const OriginProof& proof);
//   Errors   kDataLoss       cut short, too long, a size or count out of range
//            kUnimplemented  a format of another version
//   Promise  one proof, one spelling; allocates in proportion to the bytes it is given
absl::StatusOr<OriginProof> ParseOriginProof(base::ByteSpan bytes);

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_ORIGIN_PROOF_H_
