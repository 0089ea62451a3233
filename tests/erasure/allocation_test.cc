// SPDX-License-Identifier: Apache-2.0
//
// The calls below run once per stripe in the pipeline, so they must not visit the heap.
#include <gtest/gtest.h>

#include "allocation_counter.h"
#include "shard_set.h"

namespace shadw::erasure {
namespace {

class Allocation : public testing::TestWithParam<Backend> {};
INSTANTIATE_TEST_SUITE_P(Backends, Allocation, testing::ValuesIn(RunnableBackends()),
                         [](const auto& backend) { return NameOf(backend.param); });

TEST_P(Allocation, EncodeAllocatesNothing) {
  Rng rng(1);
  for (const Code code : {Code{4, 2}, Code{100, 100}}) {
    const ReedSolomon coder = MakeCoder(code, GetParam());
    ShardSet set = EncodedSet(coder, rng, 1000);
    const auto data = set.Read(0, code.data_shards);
    const auto parity = set.Write(code.data_shards, code.parity_shards);
    const size_t before = AllocationsOfThisThread();
    const bool ok = coder.Encode(data, parity).ok();
    EXPECT_EQ(AllocationsOfThisThread(), before);
    EXPECT_TRUE(ok);
  }
}

TEST_P(Allocation, ReconstructAllocatesOnlyForAPatternItDoesNotRemember) {
  Rng rng(2);
  for (const Code code : {Code{4, 2}, Code{100, 100}}) {
    const ReedSolomon coder = MakeCoder(code, GetParam());
    ShardSet set = EncodedSet(coder, rng, 1000);
    const std::vector<uint16_t> used = Sample(rng, code.total_shards(), code.data_shards);
    const auto present = PresentOf(set, used);
    ShardSet rebuilt = set;
    const auto wanted = WantedOf(rebuilt, OthersThan(used, code.total_shards()));
    const size_t before_cold = AllocationsOfThisThread();
    bool ok = coder.Reconstruct(present, wanted).ok();
    const size_t before_warm = AllocationsOfThisThread();
    ok = ok && coder.Reconstruct(present, wanted).ok();
    EXPECT_EQ(AllocationsOfThisThread(), before_warm);
    EXPECT_GT(before_warm, before_cold) << "the counter does not count";
    EXPECT_TRUE(ok);
  }
}

}  // namespace
}  // namespace shadw::erasure
