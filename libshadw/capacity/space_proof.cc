// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/space_proof.h"

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/capacity/proof_codec.h"

namespace shadw::capacity {

absl::Status SpaceChallenge::Validate() const { return CheckOpenings(openings, kMaxOpenings); }

std::vector<uint64_t> ChallengedLabels(const PlotCommitment& commitment,
                                       const SpaceChallenge& challenge) {
  base::ByteArray<8> epoch;
  base::StoreLittleEndian(epoch.data(), challenge.epoch);
  return ChoosePlaces("shadw space challenge 1",
                      {EncodeCommitment(commitment), epoch, challenge.seed},
                      commitment.parameters.labels_log2, challenge.openings);
}

absl::Status VerifySpace(const PlotCommitment& commitment, const SpaceChallenge& challenge,
                         const SpaceProof& proof) {
  SHADW_RETURN_IF_ERROR(commitment.parameters.Validate());
  SHADW_RETURN_IF_ERROR(challenge.Validate());
  SHADW_RETURN_IF_ERROR(CheckSize(commitment, proof.labels_log2));
  if (proof.openings.size() != challenge.openings) {
    return absl::PermissionDeniedError(absl::StrCat("capacity: got a proof of ",
                                                    proof.openings.size(), " openings, need ",
                                                    challenge.openings));
  }
  const std::vector<uint64_t> places = ChallengedLabels(commitment, challenge);
  for (size_t i = 0; i < places.size(); ++i) {
    SHADW_RETURN_IF_ERROR(crypto::VerifyMerkleProof(commitment.labels_root, proof.openings[i].label,
                                                    places[i], commitment.parameters.labels(),
                                                    proof.openings[i].path));
  }
  return absl::OkStatus();
}

base::Bytes EncodeSpaceProof(const SpaceProof& proof) {
  base::ByteWriter out;
  WriteProofHead(
      out, {kSpaceProofMagic, proof.labels_log2, static_cast<uint32_t>(proof.openings.size())});
  for (const Opening& opening : proof.openings) WriteOpening(out, opening);
  return std::move(out).Take();
}

absl::StatusOr<SpaceProof> ParseSpaceProof(base::ByteSpan bytes) {
  base::ByteReader in(bytes);
  SHADW_ASSIGN_OR_RETURN(const ProofHead head, ReadProofHead(in, kSpaceProofMagic, kMaxOpenings));
  const uint64_t each = kLabelBytes * (1 + uint64_t{head.labels_log2});
  if (in.remaining() != each * head.openings) {
    return absl::DataLossError(absl::StrCat("capacity: got ", in.remaining(),
                                            " bytes of openings, need ", each * head.openings));
  }
  SpaceProof proof{.labels_log2 = head.labels_log2, .openings = {}};
  proof.openings.reserve(head.openings);
  for (uint32_t i = 0; i < head.openings; ++i) {
    proof.openings.push_back(ReadOpening(in, head.labels_log2));
  }
  return proof;
}

}  // namespace shadw::capacity
