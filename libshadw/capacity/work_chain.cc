// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/work_chain.h"

#include <algorithm>
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
constexpr uint8_t kFormat = 1;
constexpr uint32_t kMaxPath = 32;

// The state that a task begins with.
Hash256 Start(const WorkTask& task) {
  base::ByteWriter out;
  out.Raw(base::AsBytes("shadw work 1")).Raw(task.node_id).Raw(task.seed).U32(task.lane);
  out.U8(static_cast<uint8_t>(task.spec.kind)).U32(task.spec.gaps).U32(task.spec.steps_per_gap);
  out.U64(task.spec.memory_bytes);
  return crypto::Blake2b256({}, {out.bytes()});
}

// The state after a gap's steps.
absl::StatusOr<Hash256> Advance(const WorkTask& task, Hash256 state) {
  for (uint32_t step = 0; step < task.spec.steps_per_gap; ++step) {
    if (task.spec.kind == WorkKind::kHashChain) {
      state = crypto::Blake2b256({}, {state});
      continue;
    }
    SHADW_ASSIGN_OR_RETURN(state,
                           crypto::Argon2id(state, std::span(task.seed).first<16>(),
                                            {.passes = 1, .memory_bytes = task.spec.memory_bytes}));
  }
  return state;
}

absl::Status CheckRange(const char* what, uint64_t got, uint64_t max) {
  if (got >= 1 && got <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("capacity: got ", got, " ", what, ", need 1 to ", max));
}

absl::Status CheckGap(const WorkTask& task, const Hash256& root, uint32_t number, const Gap& gap) {
  const uint64_t checkpoints = uint64_t{task.spec.gaps} + 1;
  SHADW_RETURN_IF_ERROR(
      crypto::VerifyMerkleProof(root, gap.before, number, checkpoints, gap.before_path));
  SHADW_RETURN_IF_ERROR(
      crypto::VerifyMerkleProof(root, gap.after, number + 1, checkpoints, gap.after_path));
  if (number == 0 && gap.before != Start(task)) {
    return absl::PermissionDeniedError("capacity: got the chain of another task, need this one's");
  }
  SHADW_ASSIGN_OR_RETURN(const Hash256 after, Advance(task, gap.before));
  if (after != gap.after) {
    return absl::PermissionDeniedError(
        absl::StrCat("capacity: got another state after gap ", number, ", need that of its steps"));
  }
  return absl::OkStatus();
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
  std::vector<uint32_t> opened = {0};
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

WorkChain::WorkChain(const WorkTask& task, std::vector<Hash256> checkpoints)
    : task_(task), checkpoints_(std::move(checkpoints)), tree_(checkpoints_) {}

absl::StatusOr<WorkChain> WorkChain::Run(const WorkTask& task) {
  SHADW_RETURN_IF_ERROR(task.spec.Validate());
  std::vector<Hash256> checkpoints = {Start(task)};
  checkpoints.reserve(size_t{task.spec.gaps} + 1);
  for (uint32_t gap = 0; gap < task.spec.gaps; ++gap) {
    SHADW_ASSIGN_OR_RETURN(const Hash256 after, Advance(task, checkpoints.back()));
    checkpoints.push_back(after);
  }
  return WorkChain(task, std::move(checkpoints));
}

absl::StatusOr<WorkProof> WorkChain::Prove(const GapChallenge& challenge) const {
  SHADW_RETURN_IF_ERROR(challenge.Validate());
  WorkProof proof;
  for (const uint32_t number : OpenedGaps(task_, root(), challenge)) {
    Gap gap{.before = checkpoints_[number],
            .after = checkpoints_[number + 1],
            .before_path = {},
            .after_path = {}};
    SHADW_ASSIGN_OR_RETURN(gap.before_path, tree_.Proof(number));
    SHADW_ASSIGN_OR_RETURN(gap.after_path, tree_.Proof(number + 1));
    proof.gaps.push_back(std::move(gap));
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
  for (size_t i = 0; i < opened.size(); ++i) {
    SHADW_RETURN_IF_ERROR(CheckGap(task, root, opened[i], proof.gaps[i]));
  }
  return absl::OkStatus();
}

base::Bytes EncodeWorkProof(const WorkProof& proof) {
  base::ByteWriter out;
  out.Raw(base::AsBytes(kMagic)).U8(kFormat).U32(static_cast<uint32_t>(proof.gaps.size()));
  for (const Gap& gap : proof.gaps) {
    out.Raw(gap.before).Raw(gap.after);
    WritePath(out, gap.before_path);
    WritePath(out, gap.after_path);
  }
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
  if (!in.ok() || gaps == 0 || gaps > kMaxGapsOpened + 1) {
    return absl::DataLossError(
        absl::StrCat("capacity: got a proof of ", gaps, " gaps, need 1 to ", kMaxGapsOpened + 1));
  }
  WorkProof proof;
  for (uint32_t i = 0; i < gaps; ++i) {
    Gap gap;
    in.Raw(gap.before);
    in.Raw(gap.after);
    if (!ReadPath(in, gap.before_path) || !ReadPath(in, gap.after_path)) {
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
