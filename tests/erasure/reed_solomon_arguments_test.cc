// SPDX-License-Identifier: Apache-2.0
//
// Every misuse is refused, and nothing was written when it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libshadw/erasure/reed_solomon.h"
#include "shard_set.h"

namespace shadw::erasure {
namespace {

using absl::StatusCode;
using Indices = std::vector<uint16_t>;

constexpr Code kCode{.data_shards = 6, .parity_shards = 3};
constexpr size_t kLength = 100;

class Arguments : public testing::Test {
 protected:
  Arguments()
      : coder_(ReedSolomon::Create(kCode).value()), set_(EncodedSet(coder_, rng_, kLength)) {}

  absl::Status Reconstruct(const Indices& present, const Indices& wanted) {
    return Reconstruct(PresentIn(present), WantedIn(wanted));
  }
  absl::Status Reconstruct(const std::vector<ReedSolomon::Present>& present,
                           const std::vector<ReedSolomon::Wanted>& wanted) {
    const absl::Status status = coder_.Reconstruct(present, wanted);
    EXPECT_TRUE(status.ok() || OutputUntouched());
    return status;
  }
  // Indices may be out of range here; the bytes then are those of shard 0.
  std::vector<ReedSolomon::Present> PresentIn(const Indices& indices) {
    std::vector<ReedSolomon::Present> present;
    for (const uint16_t i : indices) present.push_back({i, set_[i < set_.size() ? i : 0]});
    return present;
  }
  std::vector<ReedSolomon::Wanted> WantedIn(const Indices& indices) {
    std::vector<ReedSolomon::Wanted> wanted;
    for (const uint16_t i : indices) wanted.push_back({i, out_[i < set_.size() ? i : 0]});
    return wanted;
  }
  bool OutputUntouched() {
    for (size_t i = 0; i < out_.size(); ++i) {
      for (const uint8_t byte : out_[i]) {
        if (byte != 0xa5) return false;
      }
    }
    return true;
  }

  Rng rng_{42};
  ReedSolomon coder_;
  ShardSet set_;
  ShardSet out_{{.shards = kCode.total_shards(), .length = kLength}};
};

TEST(Options, InvalidOnesAreRefused) {
  const auto create = [](Options options) { return ReedSolomon::Create(options).status().code(); };
  EXPECT_EQ(create({}), StatusCode::kInvalidArgument);
  EXPECT_EQ(create({.code = {128, 128}}), StatusCode::kInvalidArgument);
  EXPECT_EQ(create({.code = kCode, .backend = static_cast<Backend>(9)}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(create({.code = kCode, .inverse_cache_entries = kMaxInverseCacheEntries + 1}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(create({.code = kCode, .inverse_cache_entries = 0}), StatusCode::kOk);
}

TEST_F(Arguments, TooFewShardsAreNamedWithWhatIsNeeded) {
  const absl::Status status = Reconstruct(Indices{0, 1, 2, 3, 4}, {8});
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "erasure: got 5 shards, need 6 (k=6, m=3)");
  EXPECT_EQ(Reconstruct(Indices{}, {}).code(), StatusCode::kFailedPrecondition);
}

TEST_F(Arguments, IndicesOutOfRangeAreRefused) {
  for (const uint16_t index : {9, 254, 255, 256, 65535}) {
    EXPECT_EQ(Reconstruct({0, 1, 2, 3, 4, index}, {8}).code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(Reconstruct({0, 1, 2, 3, 4, 5, index}, {8}).code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(Reconstruct({0, 1, 2, 3, 4, 5}, {index}).code(), StatusCode::kInvalidArgument);
  }
}

TEST_F(Arguments, IndicesListedTwiceAreRefused) {
  EXPECT_EQ(Reconstruct({0, 1, 2, 3, 4, 4}, {8}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Reconstruct({0, 1, 2, 3, 4, 5, 5}, {8}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Reconstruct({0, 1, 2, 3, 4, 5}, {8, 8}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Reconstruct({0, 1, 2, 3, 4, 5}, {5}).code(), StatusCode::kInvalidArgument);
  // Also where the shard at hand is not among the k in use.
  EXPECT_EQ(Reconstruct({0, 1, 2, 3, 4, 5, 6}, {6}).code(), StatusCode::kInvalidArgument);
}

TEST_F(Arguments, UnequalLengthsAreRefused) {
  auto present = PresentIn({0, 1, 2, 3, 4, 5, 6});
  auto wanted = WantedIn({7, 8});
  present[3].bytes = present[3].bytes.first(kLength - 1);
  EXPECT_EQ(Reconstruct(present, wanted).code(), StatusCode::kInvalidArgument);
  present = PresentIn({0, 1, 2, 3, 4, 5, 6});
  present[6].bytes = {};  // not among the k in use, but wrong all the same
  EXPECT_EQ(Reconstruct(present, wanted).code(), StatusCode::kInvalidArgument);
  present = PresentIn({0, 1, 2, 3, 4, 5, 6});
  wanted[1].bytes = wanted[1].bytes.first(kLength - 1);
  EXPECT_EQ(Reconstruct(present, wanted).code(), StatusCode::kInvalidArgument);
}

TEST_F(Arguments, EncodeRefusesAnotherNumberOfShardsOrAnotherLength) {
  const auto data = set_.Read(0, 6);
  const auto encode = [&](std::vector<base::ByteSpan> from, std::vector<base::MutableByteSpan> to) {
    const absl::Status status = coder_.Encode(from, to);
    EXPECT_TRUE(OutputUntouched());
    return status.code();
  };
  EXPECT_EQ(encode({}, out_.Write(0, 3)), StatusCode::kInvalidArgument);
  EXPECT_EQ(encode(set_.Read(0, 5), out_.Write(0, 3)), StatusCode::kInvalidArgument);
  EXPECT_EQ(encode(set_.Read(0, 7), out_.Write(0, 3)), StatusCode::kInvalidArgument);
  EXPECT_EQ(encode(data, out_.Write(0, 2)), StatusCode::kInvalidArgument);
  EXPECT_EQ(encode(data, out_.Write(0, 4)), StatusCode::kInvalidArgument);
  auto short_data = data;
  short_data[5] = short_data[5].first(kLength - 1);
  EXPECT_EQ(encode(short_data, out_.Write(0, 3)), StatusCode::kInvalidArgument);
  auto short_parity = out_.Write(0, 3);
  short_parity[2] = short_parity[2].first(kLength - 1);
  EXPECT_EQ(encode(data, short_parity), StatusCode::kInvalidArgument);
}

TEST_F(Arguments, VerifyRefusesAnotherNumberOfShardsOrAnotherLength) {
  EXPECT_EQ(coder_.Verify({}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(coder_.Verify(set_.Read(0, 8)).status().code(), StatusCode::kInvalidArgument);
  auto shards = set_.Read(0, 9);
  shards[8] = shards[8].first(kLength - 1);
  EXPECT_EQ(coder_.Verify(shards).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(Arguments, EmptyShardsAndEmptyWishesAreFine) {
  EXPECT_TRUE(Reconstruct(Indices{0, 1, 2, 3, 4, 5}, {}).ok());
  std::vector<ReedSolomon::Present> present;
  for (uint16_t i = 0; i < 6; ++i) present.push_back({i, {}});
  EXPECT_TRUE(Reconstruct(present, {{8, {}}}).ok());
  const std::vector<base::ByteSpan> nothing(9);
  const std::vector<base::MutableByteSpan> no_parity(3);
  EXPECT_TRUE(coder_.Encode(std::span(nothing).first(6), no_parity).ok());
  EXPECT_TRUE(coder_.Verify(nothing).value());
}

}  // namespace
}  // namespace shadw::erasure
