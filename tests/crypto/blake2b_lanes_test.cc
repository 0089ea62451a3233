// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/blake2b_lanes.h"

#include <gtest/gtest.h>

#include <vector>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/random.h"

namespace shadw::crypto {
namespace {

// The reference hashes each lane's message by itself, with another implementation.
TEST(Blake2bLanes, EveryKernelGivesEachLaneTheHashOfItsOwnMessage) {
  SeededRandom random(7);
  for (const size_t blocks : {1u, 2u, 3u, 4u, 9u}) {
    std::vector<Blake2bLaneBlock> message(blocks);
    std::vector<base::Bytes> lanes(kBlake2bLanes, base::Bytes(blocks * 128));
    for (size_t lane = 0; lane < kBlake2bLanes; ++lane) {
      random.Fill(lanes[lane]);
      for (size_t word = 0; word < blocks * kBlake2bBlockWords; ++word) {
        SetLaneWord(message, word, lane,
                    base::LoadLittleEndian<uint64_t>(lanes[lane].data() + 8 * word));
      }
    }
    for (const LaneKernel kernel :
         {LaneKernel::kFastest, LaneKernel::kAvx512, LaneKernel::kAvx2, LaneKernel::kPortable}) {
      if (!LaneKernelRuns(kernel)) continue;
      Blake2bLaneHash hashes{};
      Blake2b256Lanes(message, hashes, kernel);
      for (size_t lane = 0; lane < kBlake2bLanes; ++lane) {
        base::ByteArray<32> hash;
        for (size_t word = 0; word < 4; ++word) {
          base::StoreLittleEndian(hash.data() + 8 * word, hashes[word * kBlake2bLanes + lane]);
        }
        EXPECT_EQ(hash, Blake2b256({}, {lanes[lane]})) << blocks << " blocks, lane " << lane;
      }
    }
  }
}

TEST(Blake2bLanes, SomeKernelRunsOnEveryProcessor) {
  EXPECT_TRUE(LaneKernelRuns(LaneKernel::kPortable));
  EXPECT_TRUE(LaneKernelRuns(LaneKernel::kFastest));
}

TEST(Blake2bLanesDeathTest, AbortsWithoutABlock) {
  Blake2bLaneHash hashes{};
  EXPECT_DEATH(Blake2b256Lanes({}, hashes), "");
}

}  // namespace
}  // namespace shadw::crypto
