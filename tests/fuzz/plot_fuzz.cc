// SPDX-License-Identifier: Apache-2.0
//
// Hostile plot files, commitments and proofs of space and work: byte 0 chooses what the
// rest is. What is read is written the same again, and none of it is accepted by a verifier
// that expects another's.
#include <cstdlib>

#include "libshadw/capacity/origin_proof.h"
#include "libshadw/capacity/plot_file.h"
#include "libshadw/capacity/space_proof.h"
#include "libshadw/capacity/work_chain.h"
#include "libshadw/crypto/blake2b.h"

namespace shadw::capacity {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

PlotCommitment SomeCommitment(uint32_t labels_log2) {
  PlotCommitment commitment;
  commitment.parameters.labels_log2 = labels_log2;
  commitment.labels_root.fill(1);
  commitment.origin_root.fill(2);
  return commitment;
}

void CheckSpaceProof(base::ByteSpan bytes) {
  const absl::StatusOr<SpaceProof> proof = ParseSpaceProof(bytes);
  if (!proof.ok()) return;
  Require(EncodeSpaceProof(*proof) == base::ToBytes(bytes));
  const SpaceChallenge challenge{.openings = static_cast<uint32_t>(proof->openings.size())};
  Require(!VerifySpace(SomeCommitment(proof->labels_log2), challenge, *proof).ok());
}

void CheckOriginProof(base::ByteSpan bytes) {
  const absl::StatusOr<OriginProof> proof = ParseOriginProof(bytes);
  if (!proof.ok()) return;
  Require(EncodeOriginProof(*proof) == base::ToBytes(bytes));
  const OriginChallenge challenge{.openings = static_cast<uint32_t>(proof->openings.size())};
  Require(!VerifyOrigin(SomeCommitment(proof->labels_log2), challenge, *proof).ok());
}

void CheckWorkProof(base::ByteSpan bytes) {
  const absl::StatusOr<WorkProof> proof = ParseWorkProof(bytes);
  if (!proof.ok()) return;
  Require(EncodeWorkProof(*proof) == base::ToBytes(bytes));
  const WorkTask task{.spec = {.gaps = 7, .steps_per_gap = 3}};
  const auto opened = static_cast<uint32_t>(proof->gaps.size());
  Require(!VerifyWork(task, {}, {.gaps = opened}, *proof).ok());
}

// A header of which the rest of the input is the front, as it is and with a hash that fits.
void CheckHeader(base::ByteSpan bytes) {
  base::Bytes header(4096);
  std::ranges::copy(bytes.first(std::min<size_t>(bytes.size(), 200)), header.begin());
  const auto check = [&] {
    const absl::StatusOr<PlotCommitment> commitment = ParsePlotHeader(header);
    if (!commitment.ok()) return;
    Require(commitment->parameters.Validate().ok());
    Require(ParseCommitment(EncodeCommitment(*commitment)).value() == *commitment);
  };
  check();
  constexpr size_t kHead = 4 + kCommitmentBytes;
  const auto hash = crypto::Blake2b128({}, {base::ByteSpan(header).first(kHead)});
  std::ranges::copy(hash, header.begin() + kHead);
  std::fill(header.begin() + kHead + 16, header.end(), uint8_t{0});
  check();
}

void Fuzz(base::ByteSpan bytes) {
  if (bytes.empty()) return;
  const base::ByteSpan rest = bytes.subspan(1);
  switch (bytes[0] % 5) {
    case 0:
      return CheckSpaceProof(rest);
    case 1:
      return CheckOriginProof(rest);
    case 2:
      return CheckWorkProof(rest);
    case 3:
      return CheckHeader(rest);
    default: {
      const absl::StatusOr<PlotCommitment> commitment = ParseCommitment(rest);
      Require(!commitment.ok() || EncodeCommitment(*commitment) == base::ToBytes(rest));
    }
  }
}

}  // namespace
}  // namespace shadw::capacity

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::capacity::Fuzz({data, size});
  return 0;
}
