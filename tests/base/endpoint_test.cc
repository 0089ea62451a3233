// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/endpoint.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace shadw::base {
namespace {

Endpoint At(std::string_view text) { return Endpoint::Parse(text).value(); }

TEST(Endpoint, PrintsWhatItParsed) {
  for (const char* text : {"1.2.3.4:80", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:6881",
                           "[2001:db8::ff00:42:8329]:1", "[::]:0"}) {
    EXPECT_EQ(At(text).ToString(), text);
  }
}

TEST(Endpoint, ParsesOnlyAnAddressAndAPort) {
  for (const char* text : {"",
                           ":",
                           ":80",
                           "1.2.3.4",
                           "1.2.3.4:",
                           "1.2.3.4:65536",
                           "1.2.3.4:-1",
                           "1.2.3.4:+1",
                           "1.2.3.4: 1",
                           "1.2.3.4:1 ",
                           "1.2.3:80",
                           "1.2.3.256:80",
                           "::1:80",
                           "[::1]",
                           "[::1]80",
                           "[1.2.3.4]:80",
                           "[::1:80",
                           "example.org:80",
                           "[fe80::1%eth0]:80",
                           "1.2.3.4:99999999999"}) {
    EXPECT_EQ(Endpoint::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(Endpoint, AMappedAddressIsTheAddressItMaps) {
  EXPECT_EQ(At("[::ffff:1.2.3.4]:80"), At("1.2.3.4:80"));
  EXPECT_FALSE(At("[::ffff:1.2.3.4]:80").v6);
  EXPECT_TRUE(At("[::1.2.3.4]:80").v6);
}

TEST(Endpoint, ANumberAndFourOctetsAreOneAddress) {
  EXPECT_EQ(Endpoint::V4(0x01020304, 80), Endpoint::V4(1, 2, 3, 4, 80));
  EXPECT_EQ(Endpoint::V4(1, 2, 3, 4, 80).v4(), 0x01020304u);
  EXPECT_EQ(ToHex(Endpoint::V4(1, 2, 3, 4, 80).ip()), "01020304");
  EXPECT_EQ(At("[::1]:80").ip().size(), 16u);
}

TEST(Endpoint, KnowsAddressesThatMeanNothingToAStranger) {
  for (const char* local : {"127.0.0.1:1", "127.255.0.1:1", "10.1.2.3:1", "172.16.0.1:1",
                            "172.31.255.255:1", "192.168.1.1:1", "169.254.1.1:1", "[::1]:1",
                            "[fc00::1]:1", "[fdff::1]:1", "[fe80::1]:1", "[febf::1]:1"}) {
    EXPECT_TRUE(At(local).IsLocal()) << local;
  }
  for (const char* known :
       {"126.0.0.1:1", "128.0.0.1:1", "11.0.0.1:1", "172.15.255.255:1", "172.32.0.0:1",
        "192.167.1.1:1", "169.253.1.1:1", "[::2]:1", "[fe00::1]:1", "[fec0::1]:1", "[2001::1]:1"}) {
    EXPECT_FALSE(At(known).IsLocal()) << known;
  }
}

TEST(Endpoint, CannotBeSentToWhereItIsNobodyOrEverybody) {
  for (const char* usable : {"1.2.3.4:1", "127.0.0.1:65535", "223.255.255.255:1", "[::1]:1"}) {
    EXPECT_TRUE(At(usable).IsUsable()) << usable;
  }
  for (const char* useless : {"1.2.3.4:0", "0.1.2.3:1", "224.0.0.1:1", "255.255.255.255:1",
                              "[::]:1", "[ff02::1]:1", "[2001::1]:0"}) {
    EXPECT_FALSE(At(useless).IsUsable()) << useless;
  }
}

TEST(Endpoint, NeighboursShareASubnetAndFamiliesNever) {
  EXPECT_EQ(At("1.2.3.4:1").Subnet(), At("1.2.3.250:2").Subnet());
  EXPECT_NE(At("1.2.3.4:1").Subnet(), At("1.2.4.4:1").Subnet());
  EXPECT_EQ(At("[2001:db8:1::1]:1").Subnet(), At("[2001:db8:1:ffff::2]:1").Subnet());
  EXPECT_NE(At("[2001:db8:1::1]:1").Subnet(), At("[2001:db8:2::1]:1").Subnet());
  EXPECT_NE(At("0.0.0.1:1").Subnet(), At("[::1]:1").Subnet());
}

TEST(EndpointHash, TellsPortsAndAddressesApart) {
  std::unordered_set<size_t> hashes;
  for (uint16_t port = 0; port < 100; ++port) {
    for (uint8_t last = 0; last < 100; ++last) {
      hashes.insert(EndpointHash()(Endpoint::V4(10, 0, 0, last, port)));
    }
  }
  EXPECT_EQ(hashes.size(), 10'000u);
}

}  // namespace
}  // namespace shadw::base
