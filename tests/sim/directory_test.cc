// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/directory.h"

#include <gtest/gtest.h>

namespace shadw::sim {
namespace {

using base::Endpoint;

TEST(Directory, FindsPlannedAndChosenMachines) {
  Directory directory;
  const Endpoint chosen = Endpoint::V4(9, 9, 9, 9, 1);
  EXPECT_EQ(directory.Add(), 0u);
  EXPECT_EQ(*directory.AddAt(chosen), 1u);
  EXPECT_EQ(directory.Add(), 2u);
  EXPECT_EQ(directory.EndpointOf(1), chosen);
  for (MachineIndex i = 0; i < 3; ++i) EXPECT_EQ(directory.Find(directory.EndpointOf(i)), i);
}

TEST(Directory, FindsNobodyWhereNobodyWasPut) {
  Directory directory;
  EXPECT_FALSE(directory.Find(AddressPlan::EndpointOf(0)));
  ASSERT_TRUE(directory.AddAt(Endpoint::V4(9, 9, 9, 9, 1)).ok());
  EXPECT_FALSE(directory.Find(AddressPlan::EndpointOf(0)));  // the number has a chosen place
  EXPECT_FALSE(directory.Find(AddressPlan::EndpointOf(1)));
  EXPECT_FALSE(directory.Find(Endpoint::V4(9, 9, 9, 9, 2)));
}

TEST(Directory, RefusesAnEndpointThatIsTakenOrCannotBeReached) {
  Directory directory;
  const Endpoint chosen = Endpoint::V4(9, 9, 9, 9, 1);
  ASSERT_TRUE(directory.AddAt(chosen).ok());
  EXPECT_EQ(directory.AddAt(chosen).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(directory.AddAt(AddressPlan::EndpointOf(5)).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(directory.AddAt(Endpoint::V4(9, 9, 9, 9, 0)).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(directory.size(), 1u);
}

}  // namespace
}  // namespace shadw::sim
