// SPDX-License-Identifier: Apache-2.0
//
// Stored bytes look like random ones (property P3): counts of bytes and of pairs lie
// within 4 sigma of what uniform bytes give, over 64 MiB of shards made from the most
// regular content there is, and over the headers of 10,000 shards. All seeds are fixed:
// these tests pass always or never.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

class Histogram {
 public:
  void Add(base::ByteSpan bytes) {
    for (size_t i = 0; i < bytes.size(); ++i) ++bytes_[bytes[i]];
    for (size_t i = 0; i + 2 <= bytes.size(); i += 2) ++pairs_[bytes[i] * 256u + bytes[i + 1]];
    byte_count_ += bytes.size();
    pair_count_ += bytes.size() / 2;
  }

  uint64_t byte_count() const { return byte_count_; }

  // How many sigma the chi-square of the counts lies off its mean.
  double ByteSigma() const { return Sigma(bytes_, byte_count_); }
  double PairSigma() const { return Sigma(pairs_, pair_count_); }
  // The largest distance of one byte's count from its mean, in sigma.
  double WorstByteSigma() const {
    const double mean = static_cast<double>(byte_count_) / 256;
    double worst = 0;
    for (uint64_t count : bytes_) {
      worst = std::max(worst, std::abs(static_cast<double>(count) - mean));
    }
    return worst / std::sqrt(mean * (1 - 1.0 / 256));
  }

 private:
  template <typename Counts>
  static double Sigma(const Counts& counts, uint64_t total) {
    const double mean = static_cast<double>(total) / static_cast<double>(counts.size());
    double chi_square = 0;
    for (uint64_t count : counts) {
      const double off = static_cast<double>(count) - mean;
      chi_square += off * off / mean;
    }
    const auto freedom = static_cast<double>(counts.size() - 1);
    return (chi_square - freedom) / std::sqrt(2 * freedom);
  }

  std::array<uint64_t, 256> bytes_{};
  std::vector<uint64_t> pairs_ = std::vector<uint64_t>(65536);
  uint64_t byte_count_ = 0;
  uint64_t pair_count_ = 0;
};

void ExpectUniform(const Histogram& histogram) {
  EXPECT_LT(std::abs(histogram.ByteSigma()), 4);
  EXPECT_LT(std::abs(histogram.PairSigma()), 4);
  // The largest of 256 counts: 4.5 sigma are to it what 4 are to one.
  EXPECT_LT(histogram.WorstByteSigma(), 4.5);
}

TEST(Uniformity, StoredBytesOf64MiBAreUniform) {
  const ObjectKeys keys = TestKeys();
  crypto::SeededRandom random(1);
  auto sealer = SegmentSealer::Create({.code = {10, 4}, .max_stripes = 8}).value();
  SegmentLabel label;
  for (uint64_t j = 0; j < 14; ++j) label.nodes.push_back(TestNode(j));
  const base::Bytes zeros(sealer.geometry().capacity_bytes() / 2 + 1);  // and padding cells
  Histogram histogram;
  while (histogram.byte_count() < 64u << 20) {
    ASSERT_TRUE(sealer.Seal(keys, label, {}, zeros, {&random}).ok());
    ++label.segment;
    for (uint16_t j = 0; j < 14; ++j) histogram.Add(sealer.shard(j));
  }
  ExpectUniform(histogram);
}

TEST(Uniformity, HeadersOf10000ShardsAreUniform) {
  const ObjectKeys keys = TestKeys();
  crypto::SeededRandom random(2);
  auto sealer =
      SegmentSealer::Create({.code = {50, 50}, .cell_bytes = 4096, .max_stripes = 1}).value();
  SegmentLabel label;
  for (uint64_t j = 0; j < 100; ++j) label.nodes.push_back(TestNode(j));
  Histogram histogram;
  // By their place in the header: a field that is not covered would be the same in all.
  std::vector<std::array<uint32_t, 256>> columns(kHeaderBytes);
  for (; label.segment < 100; ++label.segment) {
    ASSERT_TRUE(sealer.Seal(keys, label, {}, {}, {&random}).ok());
    for (uint16_t j = 0; j < 100; ++j) {
      const base::ByteSpan header = sealer.shard(j).first(kHeaderBytes);
      histogram.Add(header);
      for (size_t i = 0; i < header.size(); ++i) ++columns[i][header[i]];
    }
  }
  ASSERT_EQ(histogram.byte_count(), 10'000u * 1024);
  ExpectUniform(histogram);
  for (size_t at = 0; at < columns.size(); ++at) {
    double chi_square = 0;
    for (uint32_t count : columns[at]) {
      const double off = count - 10'000 / 256.0;
      chi_square += off * off / (10'000 / 256.0);
    }
    EXPECT_LT(std::abs(chi_square - 255) / std::sqrt(2 * 255.0), 5) << "byte " << at;
  }
}

}  // namespace
}  // namespace shadw::shard
