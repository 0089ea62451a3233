// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/work_chain.h"

#include <gtest/gtest.h>

#include <cmath>

#include "libshadw/capacity/useful_work.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/random.h"

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

// A prover that makes up a tenth of its checkpoints passes (1 - 1/10)^c of the time.
TEST(WorkChain, WhoSkipsATenthPassesAsOftenAsTheFormulaSays) {
  const WorkTask task = Task(200, 1);
  std::vector<Hash256> checkpoints;
  const WorkChain honest = WorkChain::Run(task).value();
  checkpoints.push_back(honest.Prove({.seed = {}, .gaps = 1}).value().gaps[0].before);
  for (uint32_t gap = 0; gap < 200; ++gap) {
    checkpoints.push_back(crypto::Blake2b256({}, {checkpoints.back()}));
    if (gap % 10 == 5) checkpoints.back()[0] ^= 1;  // a step not taken
  }
  const crypto::MerkleTree tree(checkpoints);
  crypto::SeededRandom random(41);
  int passed = 0;
  constexpr int kRuns = 2000;
  for (int run = 0; run < kRuns; ++run) {
    const GapChallenge challenge{.seed = random.Array<32>(), .gaps = 10};
    bool whole = true;
    for (const uint32_t gap : OpenedGaps(task, tree.root(), challenge)) whole &= gap % 10 != 5;
    passed += whole ? 1 : 0;
  }
  const double expected = kRuns * std::pow(0.9, 10);
  EXPECT_NEAR(passed, expected, 4 * std::sqrt(expected));
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

TEST(UsefulWork, RefusesWorkWithoutParityOrBounds) {
  const auto refused = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(DoUsefulWork({.code = {4, 0}}).status().code(), refused);
  EXPECT_EQ(DoUsefulWork({.shard_bytes = 0}).status().code(), refused);
  EXPECT_EQ(DoUsefulWork({.shard_bytes = kMaxUsefulBytes}).status().code(), refused);
  EXPECT_EQ(DoUsefulWork({.shard_bytes = ~uint64_t{0}}).status().code(), refused);
}

}  // namespace
}  // namespace shadw::capacity
