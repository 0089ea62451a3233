// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/address_votes.h"

#include <gtest/gtest.h>

#include "tests/dht/strangers.h"

namespace shadw::dht {
namespace {

const base::Endpoint kOurs = base::Endpoint::V4(91, 1, 2, 3, 6881);
const base::Endpoint kOther = base::Endpoint::V4(92, 1, 2, 3, 6881);

base::Endpoint AtPort(uint16_t port) { return base::Endpoint::V4(91, 1, 2, 3, port); }

TEST(AddressVotes, BelievesAMajorityAndNotBefore) {
  AddressVotes votes;
  for (uint32_t i = 1; i < AddressVotes::kMajority; ++i) EXPECT_FALSE(votes.Vote(Host(i), kOurs));
  EXPECT_FALSE(votes.believed().has_value());
  EXPECT_TRUE(votes.Vote(Host(99), kOurs));
  EXPECT_EQ(votes.believed(), kOurs);
  EXPECT_FALSE(votes.Vote(Host(100), kOurs));  // nothing new
}

TEST(AddressVotes, OneNetworkHasOneVote) {
  AddressVotes votes;
  for (uint8_t host = 1; host < 100; ++host) {
    EXPECT_FALSE(votes.Vote(base::Endpoint::V4(9, 9, 9, host, host), kOurs));
  }
  EXPECT_FALSE(votes.believed().has_value());
}

TEST(AddressVotes, VotersOfOneLocalNetworkHaveOneEach) {
  AddressVotes votes;
  bool learned = false;
  for (uint16_t port = 1; port <= AddressVotes::kMajority; ++port) {
    learned = votes.Vote(Local(port), Local(77));
  }
  EXPECT_TRUE(learned);
}

TEST(AddressVotes, AMinorityOfLiarsChangesNothing) {
  AddressVotes votes;
  for (uint32_t i = 0; i < AddressVotes::kVoters; ++i) votes.Vote(Host(i), kOurs);
  for (uint32_t round = 0; round < 10; ++round) {
    for (uint32_t i = 1; i < AddressVotes::kMajority; ++i) {
      EXPECT_FALSE(votes.Vote(Host(1000 + i), kOther));
    }
    for (uint32_t i = 0; i < AddressVotes::kMajority + 1; ++i) votes.Vote(Host(i), kOurs);
  }
  EXPECT_EQ(votes.believed(), kOurs);
}

TEST(AddressVotes, ANewAddressIsBelievedOnceAMajoritySeesIt) {
  AddressVotes votes;
  for (uint32_t i = 0; i < AddressVotes::kVoters; ++i) votes.Vote(Host(i), kOurs);
  size_t changes = 0;
  for (uint32_t i = 0; i < AddressVotes::kVoters; ++i) changes += votes.Vote(Host(i), kOther);
  EXPECT_EQ(changes, 1u);
  EXPECT_EQ(votes.believed(), kOther);
}

// hyperdht's ids hang on the port as well.
TEST(AddressVotes, ANewPortIsBelievedOnceAMajoritySeesIt) {
  AddressVotes votes;
  for (uint32_t i = 0; i < AddressVotes::kVoters; ++i) votes.Vote(Host(i), kOurs);
  size_t changes = 0;
  for (uint32_t i = 0; i < AddressVotes::kVoters; ++i) changes += votes.Vote(Host(i), AtPort(7000));
  EXPECT_EQ(changes, 1u);
  EXPECT_EQ(votes.believed(), AtPort(7000));
}

TEST(AddressVotes, AnAddressOfChangingPortsIsBelievedOnce) {
  AddressVotes votes;
  size_t changes = 0;
  for (uint16_t i = 0; i < 100; ++i) {
    changes += votes.Vote(Host(i), AtPort(static_cast<uint16_t>(5000 + i)));
  }
  EXPECT_EQ(changes, 1u);
  EXPECT_EQ(votes.believed()->v4(), kOurs.v4());
  EXPECT_FALSE(votes.port_is_stable());
}

TEST(AddressVotes, ThePortIsStableWhereAMajoritySeesTheSame) {
  AddressVotes votes;
  EXPECT_FALSE(votes.port_is_stable());
  for (uint32_t i = 0; i < AddressVotes::kMajority; ++i) votes.Vote(Host(i), kOurs);
  EXPECT_TRUE(votes.port_is_stable());
}

TEST(AddressVotes, AddressesNobodyCanSendToDoNotCount) {
  AddressVotes votes;
  for (uint32_t i = 0; i < 20; ++i) {
    EXPECT_FALSE(votes.Vote(Host(i), base::Endpoint::V4(0, 0, 0, 0, 6881)));
    EXPECT_FALSE(votes.Vote(Host(i), AtPort(0)));
  }
}

}  // namespace
}  // namespace shadw::dht
