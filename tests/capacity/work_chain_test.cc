// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/work_chain.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "libshadw/base/coding.h"
#include "libshadw/capacity/useful_work.h"
#include "libshadw/crypto/argon2id.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/merkle.h"
#include "libshadw/crypto/random.h"
#include "libshadw/erasure/reed_solomon.h"

namespace shadw::capacity {
namespace {

constexpr auto kRefused = absl::StatusCode::kPermissionDenied;

WorkTask Task(uint32_t gaps = 64, uint32_t steps = 16) {
  WorkTask task{.spec = {.gaps = gaps, .steps_per_gap = steps}};
  task.node_id.fill(1);
  task.seed.fill(2);
  return task;
}

TEST(WorkChain, HoldsInEveryHonestRun) {
  for (const uint32_t gaps : {1U, 2U, 3U, 63U, 64U, 65U}) {
    for (uint8_t run = 0; run < 20; ++run) {
      WorkTask task = Task(gaps, run + 1);
      task.lane = run;
      const WorkChain chain = WorkChain::Run(task).value();
      const GapChallenge challenge{.seed = {run}, .gaps = 5};
      const WorkProof proof = chain.Prove(challenge).value();
      ASSERT_TRUE(VerifyWork(task, chain.root(), challenge, proof).ok());
      ASSERT_EQ(ParseWorkProof(EncodeWorkProof(proof)).value(), proof);
    }
  }
}

TEST(WorkChain, TheMemoryHardKindHoldsAndIsAnotherChain) {
  WorkTask task = Task(3, 1);
  task.spec.kind = WorkKind::kMemoryHard;
  task.spec.memory_bytes = 64 * base::kKiB;
  const WorkChain chain = WorkChain::Run(task).value();
  const WorkProof proof = chain.Prove({.seed = {1}, .gaps = 3}).value();
  EXPECT_TRUE(VerifyWork(task, chain.root(), {.seed = {1}, .gaps = 3}, proof).ok());
  task.spec.memory_bytes *= 2;
  EXPECT_EQ(VerifyWork(task, chain.root(), {.seed = {1}, .gaps = 3}, proof).code(), kRefused);
}

TEST(WorkChain, ServesNoOtherNodeSeedLaneOrChallenge) {
  const WorkChain chain = WorkChain::Run(Task()).value();
  const GapChallenge challenge{.seed = {3}, .gaps = 4};
  const WorkProof proof = chain.Prove(challenge).value();
  const auto code = [&](const WorkTask& task, const GapChallenge& gaps) {
    return VerifyWork(task, chain.root(), gaps, proof).code();
  };
  EXPECT_EQ(code(Task(), challenge), absl::StatusCode::kOk);
  WorkTask other = Task();
  other.node_id[0] ^= 1;
  EXPECT_EQ(code(other, challenge), kRefused);
  other = Task();
  other.seed[0] ^= 1;
  EXPECT_EQ(code(other, challenge), kRefused);
  other = Task();
  other.lane = 1;
  EXPECT_EQ(code(other, challenge), kRefused);
  EXPECT_EQ(code(Task(64, 15), challenge), kRefused);
  EXPECT_EQ(code(Task(), {.seed = {4}, .gaps = 4}), kRefused);
}

TEST(WorkChain, RefusesEveryFlippedBit) {
  const WorkChain chain = WorkChain::Run(Task(5, 1)).value();
  const GapChallenge challenge{.seed = {3}, .gaps = 2};
  const base::Bytes bytes = EncodeWorkProof(chain.Prove(challenge).value());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    base::Bytes flipped = bytes;
    flipped[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    const absl::StatusOr<WorkProof> proof = ParseWorkProof(flipped);
    ASSERT_FALSE(proof.ok() && VerifyWork(Task(5, 1), chain.root(), challenge, *proof).ok()) << bit;
  }
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(ParseWorkProof(base::ByteSpan(bytes).first(size)).ok());
  }
}

// Chains as they are made by who cheats, from the definition in the header.
class Prover {
 public:
  explicit Prover(const WorkTask& task) : task_(task) {
    base::ByteWriter out;
    out.Raw(base::AsBytes("shadw work 1")).Raw(task.node_id).Raw(task.seed).U32(task.lane);
    out.U8(static_cast<uint8_t>(task.spec.kind)).U32(task.spec.gaps);
    out.U32(task.spec.steps_per_gap).U64(task.spec.memory_bytes);
    digest_ = crypto::Blake2b256({}, {out.bytes()});
  }

  // How the gap ends, begun as if `ends` were all gaps before it.
  Hash256 End(uint32_t gap, std::span<const Hash256> ends) const {
    base::ByteWriter begin;
    begin.Raw(base::AsBytes("shadw gap 1")).Raw(digest_).U32(gap);
    for (uint32_t at = 0, bit = 1U << 31; bit != 0; bit >>= 1) {
      if ((gap & bit) == 0) continue;
      begin.Raw(crypto::MerkleRoot(ends.subspan(at, bit)));
      at += bit;
    }
    Hash256 state = crypto::Blake2b256({}, {begin.bytes()});
    for (uint64_t i = 0; i < task_.spec.steps_per_gap; ++i) {
      base::ByteWriter head;
      head.Raw(digest_).U64(gap * uint64_t{task_.spec.steps_per_gap} + i);
      if (task_.spec.kind == WorkKind::kHashChain) {
        state = crypto::Blake2b256({}, {head.bytes(), state});
      } else {
        const Hash256 salt = crypto::Blake2b256({}, {head.bytes()});
        state = crypto::Argon2id(state, std::span(salt).first<16>(),
                                 {.passes = 1, .memory_bytes = task_.spec.memory_bytes})
                    .value();
      }
    }
    return state;
  }

  // All gaps; the numbered ones are made up.
  std::vector<Hash256> Ends(std::function<bool(uint32_t)> skips) const {
    std::vector<Hash256> ends;
    for (uint32_t gap = 0; gap < task_.spec.gaps; ++gap) {
      ends.push_back(skips(gap) ? Hash256{static_cast<uint8_t>(gap)} : End(gap, ends));
    }
    return ends;
  }

 private:
  WorkTask task_;
  Hash256 digest_;
};

bool Passes(const WorkTask& task, const crypto::MerkleTree& tree, const GapChallenge& challenge) {
  WorkProof proof;
  for (const uint32_t gap : OpenedGaps(task, tree.root(), challenge)) {
    proof.gaps.push_back({.path = tree.Proof(gap).value()});
  }
  return VerifyWork(task, tree.root(), challenge, proof).ok();
}

int PassesOf(int runs, const WorkTask& task, const crypto::MerkleTree& tree, uint32_t gaps) {
  crypto::SeededRandom random(41);
  int passed = 0;
  for (int run = 0; run < runs; ++run) {
    passed += Passes(task, tree, {.seed = random.Array<32>(), .gaps = gaps}) ? 1 : 0;
  }
  return passed;
}

WorkTask MemoryHard(uint32_t gaps) {
  WorkTask task = Task(gaps, 1);
  task.spec.kind = WorkKind::kMemoryHard;
  task.spec.memory_bytes = 8 * base::kKiB;
  return task;
}

TEST(WorkChain, IsTheChainThatTheHeaderDescribes) {
  for (const WorkTask& task : {Task(1, 3), Task(13, 2), Task(64, 1), MemoryHard(5)}) {
    const std::vector<Hash256> ends = Prover(task).Ends([](uint32_t) { return false; });
    EXPECT_EQ(WorkChain::Run(task).value().root(), crypto::MerkleTree(ends).root());
  }
}

// What made all but gap 0 before it knew the task serves neither another node nor another seed.
TEST(WorkChain, AChainPrecomputedForAllTasksServesNone) {
  for (const WorkTask& known : {Task(256, 2), MemoryHard(32)}) {
    std::vector<Hash256> ends = Prover(known).Ends([](uint32_t) { return false; });
    for (const bool other_node : {true, false}) {
      WorkTask task = known;
      (other_node ? task.node_id : task.seed)[0] ^= 1;
      ends[0] = Prover(task).End(0, {});
      const crypto::MerkleTree tree(ends);
      EXPECT_EQ(PassesOf(200, task, tree, 30), 0);
      EXPECT_LE(PassesOf(200, task, tree, 1), 20);  // only where gap 0 was drawn
    }
  }
}

// Both halves at once: the second half began from what the first one did not turn out to be.
TEST(WorkChain, WhoDoesTwoHalvesAtOnceLosesHalfTheGaps) {
  const WorkTask task = Task(64, 2);
  const Prover prover(task);
  std::vector<Hash256> ends(32);
  for (uint32_t gap = 32; gap < 64; ++gap) ends.push_back(prover.End(gap, ends));
  for (uint32_t gap = 0; gap < 32; ++gap) ends[gap] = prover.End(gap, ends);
  const crypto::MerkleTree tree(ends);
  constexpr int kRuns = 2000;
  EXPECT_NEAR(PassesOf(kRuns, task, tree, 1), kRuns / 2, 4 * std::sqrt(kRuns) / 2);
  EXPECT_EQ(PassesOf(kRuns, task, tree, 30), 0);
}

// A prover that makes up a tenth of its gaps passes (1 - 1/10)^c of the time.
TEST(WorkChain, WhoSkipsATenthPassesAsOftenAsTheFormulaSays) {
  const WorkTask task = Task(200, 1);
  const crypto::MerkleTree tree(Prover(task).Ends([](uint32_t gap) { return gap % 10 == 5; }));
  constexpr int kRuns = 2000;
  const double expected = kRuns * std::pow(0.9, 10);
  EXPECT_NEAR(PassesOf(kRuns, task, tree, 10), expected, 4 * std::sqrt(expected));
}

TEST(WorkChain, RefusesSpecsOutOfRange) {
  const auto refused = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(WorkChain::Run(Task(0, 1)).status().code(), refused);
  EXPECT_EQ(WorkChain::Run(Task(1, 0)).status().code(), refused);
  EXPECT_EQ(WorkChain::Run(Task(kMaxGaps + 1, 1)).status().code(), refused);
  WorkTask task = Task();
  task.spec.memory_bytes = 1;
  EXPECT_EQ(WorkChain::Run(task).status().code(), refused);
  const WorkChain chain = WorkChain::Run(Task()).value();
  EXPECT_EQ(chain.Prove({.seed = {}, .gaps = 0}).status().code(), refused);
  EXPECT_EQ(chain.Prove({.seed = {}, .gaps = kMaxGapsOpened + 1}).status().code(), refused);
}

// Each reading is as much later as the list says.
class ScriptedClock : public base::Clock {
 public:
  explicit ScriptedClock(std::vector<int64_t> steps_ms) : steps_ms_(std::move(steps_ms)) {}
  base::Time Now() const override {
    if (reading_++ % 2 == 1) now_ += std::chrono::milliseconds(steps_ms_.at(reading_ / 2 - 1));
    return now_;
  }

 private:
  std::vector<int64_t> steps_ms_;
  mutable size_t reading_ = 0;
  mutable base::Time now_{};
};

TEST(MeasureWork, ReportsTheMedianOfFive) {
  const ScriptedClock clock({1, 1000, 2, 4, 3});
  const WorkMeasurement work = MeasureWork(Task(10, 10), std::chrono::seconds(1), clock).value();
  EXPECT_DOUBLE_EQ(work.median_cycles_per_s, 100 / 0.003);
  EXPECT_DOUBLE_EQ(work.cycles_per_s[0], 100 / 0.001);
}

TEST(MeasureWork, KnowsADeadlineAndAClockThatStandsStill) {
  const ScriptedClock slow({1, 1001, 1, 1, 1});
  EXPECT_EQ(MeasureWork(Task(), std::chrono::seconds(1), slow).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  const base::ManualClock stopped(base::Time{});
  EXPECT_EQ(MeasureWork(Task(), std::chrono::seconds(1), stopped).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(UsefulWork, HasOneAnswerForEachNodeAndSeed) {
  UsefulTask task{.code = {.data_shards = 4, .parity_shards = 2}, .shard_bytes = 1000};
  const Hash256 answer = DoUsefulWork(task).value();
  EXPECT_EQ(DoUsefulWork(task).value(), answer);
  task.node_id[0] = 1;
  EXPECT_NE(DoUsefulWork(task).value(), answer);
  task.node_id[0] = 0;
  task.seed[0] = 1;
  EXPECT_NE(DoUsefulWork(task).value(), answer);
}

// The parity of one seed for two nodes differs in more than a key that a hash is made anew with.
TEST(UsefulWork, IsTheParityOfAStreamOfNodeAndSeed) {
  const UsefulTask task{.node_id = {1}, .seed = {2}, .code = {1, 1}, .shard_bytes = 100};
  const Hash256 stream =
      crypto::Blake2b256({}, {base::AsBytes("shadw useful work 1"), task.node_id, task.seed});
  crypto::SeededRandom random(stream);
  const base::ByteArray<100> data = random.Array<100>();
  base::Bytes parity(100);
  const auto coder = erasure::ReedSolomon::Create(task.code).value();
  const base::ByteSpan in[] = {data};
  const base::MutableByteSpan out[] = {parity};
  ASSERT_TRUE(coder.Encode(in, out).ok());
  EXPECT_EQ(DoUsefulWork(task).value(), crypto::Blake2b256({}, {parity}));
}

TEST(UsefulWork, RefusesWorkWithoutParityOrBounds) {
  const auto refused = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(DoUsefulWork({.code = {4, 0}}).status().code(), refused);
  EXPECT_EQ(DoUsefulWork({.shard_bytes = 0}).status().code(), refused);
  EXPECT_EQ(DoUsefulWork({.shard_bytes = kMaxUsefulBytes}).status().code(), refused);
  EXPECT_EQ(DoUsefulWork({.shard_bytes = ~uint64_t{0}}).status().code(), refused);
}

}  // namespace
}  // namespace shadw::capacity
