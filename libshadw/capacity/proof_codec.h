// SPDX-License-Identifier: Apache-2.0
//
// What the two proofs have in common as bytes: magic (3) · format (1) · log2 of the labels
// (4) · number of openings (4), integers little-endian; and an opening: a label and its
// path. Private to this module.
#ifndef LIBSHADW_CAPACITY_PROOF_CODEC_H_
#define LIBSHADW_CAPACITY_PROOF_CODEC_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/coding.h"
#include "libshadw/capacity/space_proof.h"

namespace shadw::capacity {

inline constexpr std::string_view kSpaceProofMagic = "sPs";
inline constexpr std::string_view kOriginProofMagic = "sPo";

struct ProofHead {
  std::string_view magic;
  uint32_t labels_log2;
  uint32_t openings;
};

//   Errors   kInvalidArgument  0, or over the maximum
absl::Status CheckOpenings(uint32_t openings, uint32_t max);
//   Errors   kPermissionDenied  a proof about a plot of another size
absl::Status CheckSize(const PlotCommitment& commitment, uint32_t labels_log2);

void WriteProofHead(base::ByteWriter& out, const ProofHead& head);
//   Errors   kDataLoss       cut short, another magic, a number out of range
//            kUnimplemented  another format
absl::StatusOr<ProofHead> ReadProofHead(base::ByteReader& in, std::string_view magic,
                                        uint32_t max_openings);

void WritePath(base::ByteWriter& out, std::span<const Hash256> path);
std::vector<Hash256> ReadPath(base::ByteReader& in, uint32_t labels_log2);
void WriteOpening(base::ByteWriter& out, const Opening& opening);
Opening ReadOpening(base::ByteReader& in, uint32_t labels_log2);

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_PROOF_CODEC_H_
