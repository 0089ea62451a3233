// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/party_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "libshadw/crypto/random.h"

namespace shadw::reputation {
namespace {

constexpr base::ByteArray<32> kSeed = {1};

TEST(PartyIndex, NumbersIdsInTheOrderOfTheirFirstAppearance) {
  crypto::SeededRandom random(1);
  std::vector<PartyId> ids;
  for (int i = 0; i < 5000; ++i) {
    PartyId id{};
    id[31] = static_cast<uint8_t>(random.Array<1>()[0] % 16);
    id[0] = random.Array<1>()[0];
    ids.push_back(id);
  }
  PartyIndex index(kSeed);
  std::vector<Party> numbers(ids.size());
  ASSERT_TRUE(index.FindOrAdd(ids, numbers).ok());
  std::map<PartyId, Party> expected;
  for (size_t i = 0; i < ids.size(); ++i) {
    const Party number = expected.emplace(ids[i], expected.size()).first->second;
    ASSERT_EQ(numbers[i], number);
    ASSERT_EQ(index.id(number), ids[i]);
  }
  EXPECT_EQ(index.size(), expected.size());
  std::vector<Party> again(ids.size());
  index.Find(ids, again);
  EXPECT_EQ(again, numbers);
}

TEST(PartyIndex, GivesTheSameNumbersWhateverItsSeed) {
  crypto::SeededRandom random(2);
  std::vector<PartyId> ids(1000);
  for (PartyId& id : ids) id = random.Array<32>();
  PartyIndex one(kSeed);
  PartyIndex other(base::ByteArray<32>{2});
  std::vector<Party> first(ids.size());
  std::vector<Party> second(ids.size());
  ASSERT_TRUE(one.FindOrAdd(ids, first).ok());
  ASSERT_TRUE(other.FindOrAdd(ids, second).ok());
  EXPECT_EQ(first, second);
}

TEST(PartyIndex, KnowsNobodyWhomItWasNotTold) {
  PartyIndex index(kSeed);
  const std::vector<PartyId> ids = {PartyId{}, PartyId{1}};
  std::vector<Party> numbers(2);
  index.Find(ids, numbers);
  EXPECT_THAT(numbers, testing::Each(kNoParty));
}

}  // namespace
}  // namespace shadw::reputation
