// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/address_plan.h"

#include <gtest/gtest.h>

#include <vector>

namespace shadw::sim {
namespace {

using base::Endpoint;

TEST(AddressPlan, GivesAMillionMachinesAPublicSubnetEachAndFindsThemBack) {
  std::vector<bool> taken(size_t{1} << 24);
  for (uint32_t number = 0; number < 1'000'000; ++number) {
    const Endpoint endpoint = AddressPlan::EndpointOf(number);
    ASSERT_TRUE(endpoint.IsUsable() && !endpoint.IsLocal()) << endpoint.ToString();
    ASSERT_FALSE(taken[endpoint.Subnet()]) << endpoint.ToString();
    taken[endpoint.Subnet()] = true;
    ASSERT_EQ(AddressPlan::NumberOf(endpoint), number);
  }
}

TEST(AddressPlan, FindsEveryNumberBackUpToTheLast) {
  for (uint32_t number = 0; number < AddressPlan::kMaxNumbers - 4001; number += 4001) {
    ASSERT_EQ(AddressPlan::NumberOf(AddressPlan::EndpointOf(number)), number);
  }
  const uint32_t last = AddressPlan::kMaxNumbers - 1;
  EXPECT_EQ(AddressPlan::NumberOf(AddressPlan::EndpointOf(last)), last);
}

TEST(AddressPlan, PutsNeighboursFarApart) {
  for (uint32_t number = 0; number < 1000; ++number) {
    EXPECT_NE(AddressPlan::EndpointOf(number).address[0],
              AddressPlan::EndpointOf(number + 1).address[0]);
  }
}

TEST(AddressPlan, HasNobodyAtReservedAddressesAndOtherPorts) {
  EXPECT_TRUE(AddressPlan::NumberOf(Endpoint::V4(9, 1, 2, 3, AddressPlan::kPort)));
  EXPECT_FALSE(AddressPlan::NumberOf(Endpoint::V4(9, 1, 2, 3, 1)));
  EXPECT_FALSE(AddressPlan::NumberOf(Endpoint::V4(9, 1, 2, 0, AddressPlan::kPort)));
  EXPECT_FALSE(AddressPlan::NumberOf(Endpoint::V4(9, 1, 2, 255, AddressPlan::kPort)));
  for (const uint8_t octet : {0, 10, 100, 127, 169, 172, 192, 198, 203, 224, 255}) {
    EXPECT_FALSE(AddressPlan::NumberOf(Endpoint::V4(octet, 1, 2, 3, AddressPlan::kPort)));
  }
  const base::ByteArray<16> v6 = {0x20, 1};
  EXPECT_FALSE(AddressPlan::NumberOf(Endpoint::V6(v6, AddressPlan::kPort)));
}

}  // namespace
}  // namespace shadw::sim
