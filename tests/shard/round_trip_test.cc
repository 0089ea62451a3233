// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <numeric>

#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

void ExpectRoundTrip(size_t plain_bytes, const SealOptions& options) {
  SCOPED_TRACE(testing::Message() << plain_bytes << " bytes, " << erasure::ToString(options.code)
                                  << ", cells of " << options.cell_bytes);
  const ObjectKeys keys = TestKeys();
  const base::Bytes plain = RandomBytes(plain_bytes, plain_bytes + 1);
  const Shards shards = SealSegment(keys, plain, options);
  const ReadResult whole = ReadSegment(keys, shards);
  ASSERT_TRUE(whole.status.ok()) << whole.status;
  ASSERT_EQ(whole.bytes, plain);
  ASSERT_TRUE(whole.faults.empty());

  Shards first_lost = shards;
  for (uint16_t j = 0; j < options.code.parity_shards; ++j) first_lost[j].clear();
  const ReadResult rebuilt = ReadSegment(keys, first_lost);
  ASSERT_TRUE(rebuilt.status.ok()) << rebuilt.status;
  ASSERT_EQ(rebuilt.bytes, plain);
}

// Around every border of the layout.
std::vector<size_t> BorderSizes(const Geometry& geometry) {
  const size_t chunk = geometry.chunk_bytes();
  const size_t stripe = chunk * geometry.code.data_shards;
  const size_t segment = geometry.capacity_bytes();
  return {0,           1,
          15,          16,
          17,          chunk - 1,
          chunk,       chunk + 1,
          stripe - 1,  stripe,
          stripe + 1,  2 * stripe - 1,
          2 * stripe,  3 * stripe + 5,
          segment - 1, segment};
}

TEST(RoundTrip, SurvivesEveryBorderOfTheLayoutWithSmallCells) {
  for (const erasure::Code code : {erasure::Code{1, 0}, {1, 2}, {3, 0}, {4, 2}, {10, 4}}) {
    for (const uint8_t flags : {uint8_t{0}, uint8_t{kFlagBound}, uint8_t{kFlagPrivate}}) {
      const SealOptions options{.code = code, .flags = flags};
      for (size_t bytes : BorderSizes(GeometryOf(options))) ExpectRoundTrip(bytes, options);
    }
  }
}

TEST(RoundTrip, SurvivesEveryBorderOfTheLayoutWithLargeCells) {
  for (const uint8_t flags : {uint8_t{0}, uint8_t{kFlagBound}}) {
    const SealOptions options{
        .code = {4, 2}, .cell_bytes = kCellBytes, .max_stripes = 8, .flags = flags};
    for (size_t bytes : BorderSizes(GeometryOf(options))) ExpectRoundTrip(bytes, options);
  }
}

TEST(RoundTrip, OneByteMoreThanASegmentIsRefused) {
  const SealOptions options{.code = {2, 1}, .max_stripes = 1};
  auto sealer = SegmentSealer::Create(GeometryOf(options)).value();
  crypto::SeededRandom random(1);
  const base::Bytes plain(sealer.geometry().capacity_bytes() + 1);
  const SegmentLabel label{.nodes = {TestNode(0), TestNode(1), TestNode(2)}};
  EXPECT_EQ(sealer.Seal(TestKeys(), label, {}, plain, {&random}).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(RoundTrip, ShardsAreAsLongAsTheirSizeClass) {
  const SealOptions options{.code = {2, 1}, .max_stripes = 128};
  const Geometry geometry = GeometryOf(options);
  for (uint32_t stripes : {1u, 2u, 3u, 5u, 9u, 128u}) {
    const size_t bytes = size_t{geometry.chunk_bytes()} * 2 * stripes;
    const Shards shards = SealSegment(TestKeys(), RandomBytes(bytes, 3), options);
    for (const base::Bytes& shard : shards) {
      EXPECT_EQ(shard.size(), 1024 + size_t{std::bit_ceil(stripes)} * (4096 + 16));
    }
  }
}

TEST(RoundTrip, ASealerGivesTheSameAfterASegmentOfAnotherLength) {
  const SealOptions options{.code = {3, 2}};
  auto sealer = SegmentSealer::Create(GeometryOf(options)).value();
  const ObjectKeys keys = TestKeys();
  crypto::SeededRandom random(1);
  SegmentLabel label;
  for (uint64_t j = 0; j < 5; ++j) label.nodes.push_back(TestNode(j));
  for (size_t bytes : {70'000, 1, 97'920, 0, 30'000}) {
    const base::Bytes plain = RandomBytes(bytes, bytes);
    ASSERT_TRUE(sealer.Seal(keys, label, {}, plain, {&random}).ok());
    Shards shards;
    for (uint16_t j = 0; j < 5; ++j) shards.push_back(base::ToBytes(sealer.shard(j)));
    const ReadResult result = ReadSegment(keys, shards);
    ASSERT_TRUE(result.status.ok()) << result.status;
    EXPECT_EQ(result.bytes, plain);
  }
}

TEST(RoundTrip, OnlyTheWriterSeals) {
  const SealOptions options{.code = {1, 0}};
  auto sealer = SegmentSealer::Create(GeometryOf(options)).value();
  crypto::SeededRandom random(1);
  const ObjectKeys reader = ObjectKeys::ForReader(TestKeys().id(), *TestKeys().read_key());
  EXPECT_EQ(sealer.Seal(reader, {.nodes = {TestNode(0)}}, {}, {}, {&random}).code(),
            absl::StatusCode::kPermissionDenied);
}

// Reads with every choice of lost shards.
void ExpectEveryPattern(const SealOptions& options) {
  const ObjectKeys keys = TestKeys();
  const uint16_t total = options.code.total_shards();
  const size_t stripe = size_t{GeometryOf(options).chunk_bytes()} * options.code.data_shards;
  const base::Bytes plain = RandomBytes(stripe + stripe / 3 + 1, total);
  const Shards shards = SealSegment(keys, plain, options);
  const std::vector<Header> headers = OpenAll(keys, shards);
  for (uint32_t pattern = 0; pattern < (1u << total); ++pattern) {
    Shards left = shards;
    std::vector<Header> left_headers;
    for (uint16_t j = 0; j < total; ++j) {
      if ((pattern >> j & 1) != 0) {
        left_headers.push_back(headers[j]);
      } else {
        left[j].clear();
      }
    }
    const bool enough = std::popcount(pattern) >= options.code.data_shards;
    const ReadResult result = ReadSegment(keys, left, left_headers);
    ASSERT_EQ(result.status.ok(), enough)
        << erasure::ToString(options.code) << " " << pattern << " " << result.status;
    if (enough) {
      ASSERT_EQ(result.bytes, plain) << pattern;
    } else {
      ASSERT_EQ(result.status.code(), absl::StatusCode::kFailedPrecondition);
      ASSERT_TRUE(result.bytes.empty());
    }
  }
}

TEST(RoundTrip, AnyKShardsOfEveryCodeUpToTenRebuildTheSegment) {
  for (uint16_t total = 1; total <= 10; ++total) {
    for (uint16_t k = 1; k <= total; ++k) {
      ExpectEveryPattern({.code = {k, static_cast<uint16_t>(total - k)}, .max_stripes = 2});
    }
  }
}

void ExpectSampledPatterns(const SealOptions& options, int samples) {
  const ObjectKeys keys = TestKeys();
  const uint16_t total = options.code.total_shards();
  const base::Bytes plain = RandomBytes(GeometryOf(options).capacity_bytes() - 7, total);
  const Shards shards = SealSegment(keys, plain, options);
  const std::vector<Header> headers = OpenAll(keys, shards);
  crypto::SeededRandom random(total);
  for (int sample = 0; sample < samples; ++sample) {
    std::vector<uint16_t> order(total);
    std::iota(order.begin(), order.end(), uint16_t{0});
    for (uint16_t i = total; i > 1; --i) {
      const auto draw = random.Array<2>();
      std::swap(order[i - 1], order[(draw[0] * 256u + draw[1]) % i]);
    }
    order.resize(options.code.data_shards);
    Shards left(total);
    std::vector<Header> left_headers;
    for (uint16_t j : order) {
      left[j] = shards[j];
      left_headers.push_back(headers[j]);
    }
    const ReadResult result = ReadSegment(keys, left, left_headers);
    ASSERT_TRUE(result.status.ok()) << result.status;
    ASSERT_EQ(result.bytes, plain);
    left[order.back()].clear();
    left_headers.pop_back();
    ASSERT_EQ(ReadSegment(keys, left, left_headers).status.code(),
              absl::StatusCode::kFailedPrecondition);
  }
}

TEST(RoundTrip, SampledChoicesOf29Among80RebuildTheSegment) {
  ExpectSampledPatterns({.code = {29, 51}, .max_stripes = 2}, 25);
}

TEST(RoundTrip, SampledChoicesOf100Among200RebuildTheSegment) {
  ExpectSampledPatterns({.code = {100, 100}, .max_stripes = 1}, 12);
}

TEST(RoundTrip, ShardsOfOneSegmentShareNoBytes) {
  const SealOptions options{.code = {3, 2}};
  const Shards shards = SealSegment(TestKeys(), RandomBytes(20'000, 1), options);
  for (size_t a = 0; a < shards.size(); ++a) {
    for (size_t b = a + 1; b < shards.size(); ++b) {
      EXPECT_EQ(CommonWindows(shards[a], shards[b]), 0u) << a << " and " << b;
    }
  }
}

TEST(RoundTrip, EqualContentOnEqualNodesIsUnlinkable) {
  const SealOptions first{.code = {3, 2}, .seed = 1};
  const SealOptions second{.code = {3, 2}, .seed = 2};
  const base::Bytes plain(20'000, 'a');
  const Shards a = SealSegment(TestKeys(), plain, first);
  const Shards b = SealSegment(TestKeys(), plain, second);
  for (size_t j = 0; j < a.size(); ++j) EXPECT_EQ(CommonWindows(a[j], b[j]), 0u) << j;
}

}  // namespace
}  // namespace shadw::shard
