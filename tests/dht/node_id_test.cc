// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/node_id.h"

#include <gtest/gtest.h>

#include <unordered_set>

#include "libshadw/crypto/random.h"

namespace shadw::dht {
namespace {

NodeId WithBit(int bit) {
  base::ByteArray<kMaxIdBytes> bytes{};
  bytes[static_cast<size_t>(bit / 8)] = static_cast<uint8_t>(0x80 >> bit % 8);
  return NodeId::FromBytes(bytes);
}

TEST(NodeId, GivesBackTheBytesItWasMadeOf) {
  crypto::SeededRandom random(1);
  for (size_t size = 0; size <= kMaxIdBytes; ++size) {
    base::Bytes bytes(size);
    random.Fill(bytes);
    const NodeId id = NodeId::FromBytes(bytes);
    base::Bytes back(size);
    id.ToBytes(back);
    EXPECT_EQ(back, bytes);
    EXPECT_EQ(id.ToHex(size), base::ToHex(bytes));
  }
}

TEST(NodeId, AShortIdIsFollowedByZeros) {
  const NodeId id = NodeId::FromBytes(base::Bytes(20, 0xff));
  EXPECT_EQ(id.ToHex(kMaxIdBytes), std::string(40, 'f') + std::string(24, '0'));
}

TEST(NodeId, TheFirstBytesDecideTheOrder) {
  for (int bit = 0; bit + 1 < kMaxIdBits; ++bit) EXPECT_GT(WithBit(bit), WithBit(bit + 1)) << bit;
}

TEST(NodeId, SharesAsManyBitsAsStandBeforeTheFirstDifference) {
  const NodeId zero{};
  for (int bit = 0; bit < kMaxIdBits; ++bit) EXPECT_EQ(SharedPrefixBits(zero, WithBit(bit)), bit);
  EXPECT_EQ(SharedPrefixBits(zero, zero), kMaxIdBits);
}

TEST(NodeId, IsCloserExactlyWhenItsDistanceIsSmaller) {
  crypto::SeededRandom random(2);
  for (int i = 0; i < 1000; ++i) {
    const NodeId target = NodeId::FromBytes(random.Array<32>());
    NodeId a = NodeId::FromBytes(random.Array<32>());
    NodeId b = NodeId::FromBytes(random.Array<32>());
    for (size_t same = 0; same < static_cast<size_t>(i % 5); ++same) b.words[same] = a.words[same];
    EXPECT_EQ(Closer(target, a, b), Distance(target, a) < Distance(target, b));
    EXPECT_EQ(Closer(target, b, a), Distance(target, b) < Distance(target, a));
  }
}

TEST(NodeIdHash, TellsIdsApartThatDifferInTheFirstWords) {
  crypto::SeededRandom random(3);
  std::unordered_set<size_t> hashes;
  for (int i = 0; i < 10'000; ++i) {
    hashes.insert(NodeIdHash()(NodeId::FromBytes(random.Array<20>())));
  }
  EXPECT_EQ(hashes.size(), 10'000u);
}

}  // namespace
}  // namespace shadw::dht
