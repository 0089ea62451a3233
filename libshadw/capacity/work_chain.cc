// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/work_chain.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/argon2id.h"
#include "libshadw/crypto/blake2b.h"

namespace shadw::capacity {
namespace {

constexpr std::string_view kMagic = "sPw";
constexpr uint8_t kFormat = 2;
constexpr uint32_t kMaxPath = 32;

Hash256 DigestOf(const WorkTask& task) {
  base::ByteWriter out;
  out.Raw(base::AsBytes("shadw work 1")).Raw(task.node_id).Raw(task.seed).U32(task.lane);
  out.U8(static_cast<uint8_t>(task.spec.kind)).U32(task.spec.gaps).U32(task.spec.steps_per_gap);
  out.U64(task.spec.memory_bytes);
  return crypto::Blake2b256({}, {out.bytes()});
}

// The siblings to be had for the gap: as many as the tree has levels above its leaves.
uint32_t PathLength(const WorkSpec& spec) {
  return static_cast<uint32_t>(std::bit_width(spec.gaps - 1));
}

class GapRunner {
 public:
  explicit GapRunner(const WorkTask& task) : spec_(task.spec), digest_(DigestOf(task)) {}

  // The state that the gap ends with.
  //   Shapes   before  the left siblings, the oldest first
  absl::StatusOr<Hash256> Run(uint32_t gap, std::span<const Hash256> before) const {
    base::ByteWriter out;
    out.Raw(base::AsBytes("shadw gap 1")).Raw(digest_).U32(gap);
    for (const Hash256& hash : before) out.Raw(hash);
    Hash256 state = crypto::Blake2b256({}, {out.bytes()});
    // One block a step.
    base::ByteArray<sizeof(Hash256) + 8 + sizeof(Hash256)> message;
    const std::span head = std::span(message).first<sizeof(Hash256) + 8>();
    std::ranges::copy(digest_, message.begin());
    const uint64_t first = uint64_t{gap} * spec_.steps_per_gap;
    for (uint64_t step = first; step < first + spec_.steps_per_gap; ++step) {
      base::StoreLittleEndian(message.data() + sizeof(Hash256), step);
      if (spec_.kind == WorkKind::kHashChain) {
        std::ranges::copy(state, message.begin() + head.size());
        state = crypto::Blake2b256({}, {message});
        continue;
      }
      const Hash256 salt = crypto::Blake2b256({}, {head});
      SHADW_ASSIGN_OR_RETURN(state,
                             crypto::Argon2id(state, std::span(salt).first<16>(),
                                              {.passes = 1, .memory_bytes = spec_.memory_bytes}));
    }
    return state;
  }

 private:
  WorkSpec spec_;
  Hash256 digest_;
};

absl::Status CheckRange(const char* what, uint64_t got, uint64_t max) {
  if (got >= 1 && got <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("capacity: got ", got, " ", what, ", need 1 to ", max));
}

absl::Status CheckGap(const WorkTask& task, const GapRunner& runner, const Hash256& root,
                      uint32_t number, const Gap& gap) {
  if (gap.path.size() != PathLength(task.spec)) {
    return absl::PermissionDeniedError(absl::StrCat("capacity: got ", gap.path.size(),
                                                    " siblings of gap ", number, ", need ",
                                                    PathLength(task.spec)));
  }
  std::vector<Hash256> before;
  for (size_t level = gap.path.size(); level-- > 0;) {
    if (number >> level & 1) before.push_back(gap.path[level]);
  }
  SHADW_ASSIGN_OR_RETURN(const Hash256 end, runner.Run(number, before));
  return crypto::VerifyMerkleProof(root, end, number, task.spec.gaps, gap.path);
}

void WritePath(base::ByteWriter& out, std::span<const Hash256> path) {
  out.U8(static_cast<uint8_t>(path.size()));
  for (const Hash256& hash : path) out.Raw(hash);
}

bool ReadPath(base::ByteReader& in, std::vector<Hash256>& path) {
  const uint8_t count = in.U8();
  if (count > kMaxPath || in.remaining() < size_t{count} * sizeof(Hash256)) return false;
  path.resize(count);
  for (Hash256& hash : path) in.Raw(hash);
  return in.ok();
}

}  // namespace

absl::Status WorkSpec::Validate() const {
  if (kind > WorkKind::kMemoryHard) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got work of kind ", static_cast<int>(kind), ", need 0 or 1"));
  }
  SHADW_RETURN_IF_ERROR(CheckRange("gaps", gaps, kMaxGaps));
  SHADW_RETURN_IF_ERROR(CheckRange("steps a gap", steps_per_gap, kMaxStepsPerGap));
  if (memory_bytes < crypto::kMinArgon2idBytes || memory_bytes > kMaxWorkMemoryBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got ", memory_bytes, " bytes of memory a step, need ",
                     crypto::kMinArgon2idBytes, " to ", kMaxWorkMemoryBytes));
  }
  return absl::OkStatus();
}

absl::Status GapChallenge::Validate() const {
  return CheckRange("gaps to open", gaps, kMaxGapsOpened);
}

std::vector<uint32_t> OpenedGaps(const WorkTask& task, const Hash256& root,
                                 const GapChallenge& challenge) {
  const uint32_t gaps = task.spec.gaps;
  std::vector<uint32_t> opened;
  for (uint32_t i = 0; i < challenge.gaps; ++i) {
    base::ByteArray<4> number;
    base::StoreLittleEndian(number.data(), i);
    const auto draw =
        crypto::Blake2b256({}, {base::AsBytes("shadw gaps 1"), root, challenge.seed, number});
    const auto bits = base::LoadLittleEndian<uint64_t>(draw.data());
    opened.push_back(static_cast<uint32_t>(static_cast<unsigned __int128>(bits) * gaps >> 64));
  }
  return opened;
}

WorkChain::WorkChain(const WorkTask& task, std::span<const Hash256> ends)
    : task_(task), tree_(ends) {}

absl::StatusOr<WorkChain> WorkChain::Run(const WorkTask& task) {
  SHADW_RETURN_IF_ERROR(task.spec.Validate());
  const GapRunner runner(task);
  std::vector<Hash256> ends;
  ends.reserve(task.spec.gaps);
  std::vector<Hash256> before;  // roots of the whole trees so far, one for each bit of `gap`
  for (uint32_t gap = 0; gap < task.spec.gaps; ++gap) {
    SHADW_ASSIGN_OR_RETURN(Hash256 node, runner.Run(gap, before));
    ends.push_back(node);
    for (uint32_t bits = gap; bits & 1; bits >>= 1) {
      node = crypto::MerkleNode(before.back(), node);
      before.pop_back();
    }
    before.push_back(node);
  }
  return WorkChain(task, ends);
}

absl::StatusOr<WorkProof> WorkChain::Prove(const GapChallenge& challenge) const {
  SHADW_RETURN_IF_ERROR(challenge.Validate());
  WorkProof proof;
  for (const uint32_t number : OpenedGaps(task_, root(), challenge)) {
    SHADW_ASSIGN_OR_RETURN(std::vector<Hash256> path, tree_.Proof(number));
    proof.gaps.push_back({.path = std::move(path)});
  }
  return proof;
}

absl::Status VerifyWork(const WorkTask& task, const Hash256& root, const GapChallenge& challenge,
                        const WorkProof& proof) {
  SHADW_RETURN_IF_ERROR(task.spec.Validate());
  SHADW_RETURN_IF_ERROR(challenge.Validate());
  const std::vector<uint32_t> opened = OpenedGaps(task, root, challenge);
  if (proof.gaps.size() != opened.size()) {
    return absl::PermissionDeniedError(
        absl::StrCat("capacity: got ", proof.gaps.size(), " opened gaps, need ", opened.size()));
  }
  const GapRunner runner(task);
  for (size_t i = 0; i < opened.size(); ++i) {
    SHADW_RETURN_IF_ERROR(CheckGap(task, runner, root, opened[i], proof.gaps[i]));
  }
  return absl::OkStatus();
}

base::Bytes EncodeWorkProof(const WorkProof& proof) {
  base::ByteWriter out;
  out.Raw(base::AsBytes(kMagic)).U8(kFormat).U32(static_cast<uint32_t>(proof.gaps.size()));
  for (const Gap& gap : proof.gaps) WritePath(out, gap.path);
  return std::move(out).Take();
}

absl::StatusOr<WorkProof> ParseWorkProof(base::ByteSpan bytes) {
  base::ByteReader in(bytes);
  const bool known = std::ranges::equal(in.View(kMagic.size()), base::AsBytes(kMagic));
  const uint8_t format = in.U8();
  if (!known || !in.ok()) {
    return absl::DataLossError("capacity: got bytes of another kind, need a proof of work");
  }
  if (format != kFormat) {
    return absl::UnimplementedError(
        absl::StrCat("capacity: got a proof of format ", format, ", know ", kFormat));
  }
  const uint32_t gaps = in.U32();
  if (!in.ok() || gaps == 0 || gaps > kMaxGapsOpened) {
    return absl::DataLossError(
        absl::StrCat("capacity: got a proof of ", gaps, " gaps, need 1 to ", kMaxGapsOpened));
  }
  WorkProof proof;
  for (uint32_t i = 0; i < gaps; ++i) {
    Gap gap;
    if (!ReadPath(in, gap.path)) {
      return absl::DataLossError(
          absl::StrCat("capacity: got a proof that breaks off in gap ", i, ", need ", gaps));
    }
    proof.gaps.push_back(std::move(gap));
  }
  if (!in.Finished()) {
    return absl::DataLossError(
        absl::StrCat("capacity: got ", in.remaining(), " bytes behind a proof, need none"));
  }
  return proof;
}

absl::StatusOr<WorkMeasurement> MeasureWork(const WorkTask& task, base::Duration deadline,
                                            const base::Clock& clock) {
  WorkMeasurement measurement;
  WorkTask run = task;
  for (size_t i = 0; i < kMeasureRuns; ++i, ++run.lane) {
    const base::Time start = clock.Now();
    SHADW_RETURN_IF_ERROR(WorkChain::Run(run).status());
    const base::Duration took = clock.Now() - start;
    if (took > deadline) {
      return absl::DeadlineExceededError(absl::StrCat("capacity: got a run of ", took.count(),
                                                      " ns, need at most ", deadline.count()));
    }
    if (took.count() <= 0) {
      return absl::FailedPreconditionError(
          "capacity: got a clock that did not move during a run, need one that does");
    }
    measurement.cycles_per_s[i] =
        static_cast<double>(run.spec.steps()) / std::chrono::duration<double>(took).count();
  }
  std::array<double, kMeasureRuns> sorted = measurement.cycles_per_s;
  std::ranges::sort(sorted);
  measurement.median_cycles_per_s = sorted[kMeasureRuns / 2];
  return measurement;
}

}  // namespace shadw::capacity
