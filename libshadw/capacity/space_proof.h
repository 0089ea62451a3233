// SPDX-License-Identifier: Apache-2.0
//
// The proof of an epoch: that a node still keeps the labels it committed to.
//
//   const SpaceChallenge challenge = {.seed = fresh, .epoch = epoch};
//   SHADW_ASSIGN_OR_RETURN(const SpaceProof proof, plot_file.Prove(challenge));    // the node
//   SHADW_RETURN_IF_ERROR(VerifySpace(commitment, challenge, proof));              // anyone
//
// Who keeps a part f of the labels, and makes none anew, passes with probability
// f^openings: 0.8^30 is 0.12 %. Who makes them anew needs nearly all of the plotting
// again (README.md has the curve), so ask for the proof within a time that is short
// against it. Proofs say nothing about how the labels came to be: the first one does
// that (`origin_proof.h`).
//
// The seed is fresh randomness of 32 bytes, unknown to the node before. Which labels are
// opened hangs on seed, epoch, plot and commitment, so no proof serves twice.
//   Source   proofs.md, "Proof of space"; catalogue S62
#ifndef LIBSHADW_CAPACITY_SPACE_PROOF_H_
#define LIBSHADW_CAPACITY_SPACE_PROOF_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/capacity/plot.h"

namespace shadw::capacity {

inline constexpr uint32_t kDefaultOpenings = 30;
inline constexpr uint32_t kMaxOpenings = 1024;

struct SpaceChallenge {
  base::ByteArray<32> seed{};
  uint64_t epoch = 0;
  uint32_t openings = kDefaultOpenings;

  //   Errors   kInvalidArgument  openings is 0 or over kMaxOpenings
  absl::Status Validate() const;
};

// A label and the siblings on its way to the root.
struct Opening {
  Label label{};
  std::vector<Hash256> path;  // labels_log2 of them

  bool operator==(const Opening&) const = default;
};

struct SpaceProof {
  uint32_t labels_log2 = 0;
  std::vector<Opening> openings;

  bool operator==(const SpaceProof&) const = default;
};

// Which labels are to be opened, in the order of the proof; some may come twice.
std::vector<uint64_t> ChallengedLabels(const PlotCommitment& commitment,
                                       const SpaceChallenge& challenge);

//   Errors   kInvalidArgument   the commitment's parameters or the challenge are out of range
//            kPermissionDenied  the proof does not hold
//   Promise  safe on hostile input: at most openings * labels_log2 hashes of work
//   Cost     30 openings of a plot of 1 GiB: under a millisecond
absl::Status VerifySpace(const PlotCommitment& commitment, const SpaceChallenge& challenge,
                         const SpaceProof& proof);

base::Bytes EncodeSpaceProof(const SpaceProof& proof);
//   Errors   kDataLoss       cut short, too long, a size or count out of range
//            kUnimplemented  a format of another version
//   Promise  one proof, one spelling; allocates no more than the bytes it is given
absl::StatusOr<SpaceProof> ParseSpaceProof(base::ByteSpan bytes);

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_SPACE_PROOF_H_
