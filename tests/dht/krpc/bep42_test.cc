// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "frames.h"
#include "libshadw/crypto/random.h"

namespace shadw::dht::krpc {
namespace {

struct Vector {
  const char* address;
  const char* id;
};

// BEP 42, "bootstrapping". Only the first 21 bits and the last byte are bound.
constexpr Vector kVectors[] = {
    {"124.31.75.21:1", "5fbfbff10c5d6a4ec8a88e4c6ab4c28b95eee401"},
    {"21.75.31.124:1", "5a3ce9c14e7a08645677bbd1cfe7d8f956d53256"},
    {"65.23.51.170:1", "a5d43220bc8f112a3d426c84764f8c2a1150e616"},
    {"84.124.73.14:1", "1b0321dd1bb1fe518101ceef99462b947a01ff41"},
    {"43.213.53.83:1", "e56f6cbf5b7c4be0237986d5243b87aa6d51305a"},
};

base::Endpoint At(std::string_view text) { return base::Endpoint::Parse(text).value(); }

NodeId FromHex(std::string_view hex) { return NodeId::FromBytes(base::FromHex(hex).value()); }

TEST(IdFits, TheIdsOfBep42FitTheirAddresses) {
  for (const Vector& vector : kVectors) {
    EXPECT_TRUE(Mainline().IdFits(FromHex(vector.id), At(vector.address))) << vector.address;
  }
}

TEST(IdFits, NoBitThatTheAddressDecidesMayChange) {
  for (const Vector& vector : kVectors) {
    const base::Bytes good = base::FromHex(vector.id).value();
    for (size_t bit = 0; bit < 160; ++bit) {
      base::Bytes bytes = good;
      bytes[bit / 8] ^= static_cast<uint8_t>(0x80 >> bit % 8);
      // Of the last byte, the lower three bits go into the checksum.
      const bool decided = bit < 21 || bit >= 157;
      EXPECT_EQ(Mainline().IdFits(NodeId::FromBytes(bytes), At(vector.address)), !decided) << bit;
    }
  }
}

TEST(IdFits, TheAddressOfANeighbourIsAnother) {
  EXPECT_FALSE(Mainline().IdFits(FromHex(kVectors[0].id), At("124.31.75.22:1")));
  EXPECT_TRUE(Mainline().IdFits(FromHex(kVectors[0].id), At("124.31.75.21:9999")));
}

TEST(IdFits, LocalAddressesMayHaveAnyId) {
  for (const char* local : {"127.0.0.1:1", "10.0.0.1:1", "192.168.1.1:1", "172.16.0.1:1",
                            "169.254.0.1:1", "[::1]:1", "[fe80::1]:1", "[fd00::1]:1"}) {
    EXPECT_TRUE(Mainline().IdFits(Id('x'), At(local))) << local;
  }
}

TEST(IdFor, GivesIdsThatFit) {
  crypto::SeededRandom random(1);
  for (const char* address : {"1.2.3.4:5", "88.99.3.86:6881", "[2001:db8:1:2:3::4]:5",
                              "[2a00:1450:4001:800::200e]:443", "127.0.0.1:1"}) {
    for (int i = 0; i < 100; ++i) {
      const NodeId id = Mainline().IdFor(At(address), random);
      EXPECT_TRUE(Mainline().IdFits(id, At(address)));
      EXPECT_EQ(id.words[3], 0u);
      EXPECT_EQ(id.words[2] << 32, 0u);
    }
  }
}

TEST(IdFor, V6AddressesOfOneNetworkOf64BitsHaveTheSameEightIds) {
  crypto::SeededRandom random(2);
  const NodeId id = Mainline().IdFor(At("[2001:db8:1:2::1]:5"), random);
  EXPECT_TRUE(Mainline().IdFits(id, At("[2001:db8:1:2:ffff::9]:5")));
  EXPECT_FALSE(Mainline().IdFits(id, At("[2001:db8:1:3::1]:5")));
}

TEST(IdFor, TheFreeBitsAreRandom) {
  crypto::SeededRandom random(3);
  const NodeId first = Mainline().IdFor(kFrom, random);
  const NodeId second = Mainline().IdFor(kFrom, random);
  EXPECT_NE(first.words[1], second.words[1]);
}

}  // namespace
}  // namespace shadw::dht::krpc
