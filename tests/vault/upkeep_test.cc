// SPDX-License-Identifier: Apache-2.0
//
// Repairing, rotating and auditing what was shared. Properties P5 and P6.
#include <gmock/gmock.h>

#include "tests/vault/shared_fixture.h"

namespace shadw::vault {
namespace {

using testing::IsEmpty;
using Upkeep = Sharing;

TEST_F(Upkeep, ByARepairAgentBringsBackFourLostShards) {
  test_.code = {4, 4};
  {
    Vault vault = test_.Open();
    ASSERT_TRUE(vault.Put("a", SourceOf(plain_), {.compress = false}).ok());
  }
  SharedObject agent = Holder(shard::Right::kVerify);
  for (int i = 0; i < 4; ++i) test_.stores.erase(test_.stores.begin() + i);
  for (int i = 0; i < 4; ++i) test_.AddStore();
  agent = SharedObject::Open(test_.MakeOptions(), KeysFor(shard::Right::kVerify)).value();
  const auto broken = agent.Verify();
  ASSERT_TRUE(broken.ok()) << broken.status();
  EXPECT_EQ(broken->faults.size(), 4u);
  const auto repaired = agent.Repair();
  ASSERT_TRUE(repaired.ok()) << repaired.status();
  EXPECT_EQ(repaired->shards_rebuilt, 4u);
  EXPECT_TRUE(agent.Verify()->whole());
  EXPECT_EQ(agent.Rotate()->shards_rotated, 8u);
  base::Bytes bytes;
  EXPECT_EQ(agent.Get(AppendTo(bytes)).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(bytes, IsEmpty());
  EXPECT_TRUE(Reads());
}

TEST_F(Upkeep, ByAnAuditorIgnoresAPutUnderWayAndSeesARemoval) {
  SharedObject auditor = Holder(shard::Right::kAudit);
  Vault vault = test_.Open();
  // In the middle of the next put.
  const base::Bytes next = test_.RandomBytes(3'000'000);
  const shard::ObjectKeys keys = KeysFor(shard::Right::kAudit);
  bool looked = false;
  test_.memory_budget_bytes = kMinMemoryBudgetBytes;
  Vault writer = test_.Open();
  PutOptions options{.compress = false};
  options.progress = [&](const Progress& progress) {
    if (progress.durable_bytes == 0 || looked) return;
    looked = true;
    const auto report = auditor.Verify();
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_TRUE(report->whole());
    EXPECT_EQ(report->segments, 1u);
  };
  ASSERT_TRUE(writer.Put("a", SourceOf(next), options).ok());
  EXPECT_TRUE(looked);
  EXPECT_GT(auditor.Verify()->segments, 1u);
  ASSERT_TRUE(writer.Remove("a").ok());
  EXPECT_EQ(auditor.Verify().status().code(), absl::StatusCode::kNotFound);
}

TEST_F(Upkeep, RotationsGoOnWhereOneWasInterrupted) {
  SharedObject agent = Holder(shard::Right::kVerify);
  const Contents before = Everything(test_);
  ASSERT_TRUE(agent.Rotate(2).ok());
  // The old shard is there again, as if its deletion had not come to pass.
  const shard::ObjectKeys keys = KeysFor(shard::Right::kVerify);
  for (const auto& [place, bytes] : before) {
    for (const auto& store : test_.stores) {
      const store::StorageId& id = place.second;
      if (store->node_id() != place.first || store->StatMany({&id, 1})->front()) continue;
      const auto token = store::HashToken(keys.TokenFor(store->node_id(), id));
      ASSERT_TRUE(store->Put(id, bytes, token).ok());
    }
  }
  EXPECT_TRUE(Reads());
  const auto again = agent.Rotate(2);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(agent.Repair()->shards_removed, 1u);
  EXPECT_TRUE(agent.Verify()->whole());
  EXPECT_THAT(Dead(), IsEmpty());
  EXPECT_TRUE(Reads());
}

TEST_F(Upkeep, RotationPassesOverAMissingShardAndSaysSo) {
  SharedObject agent = Holder(shard::Right::kVerify);
  const Environment env(test_.MakeOptions());
  const shard::ObjectKeys keys = KeysFor(shard::Right::kVerify);
  const LocatedSegment found =
      LocateSegment(env, keys, SegmentId::Of(Head(env, keys), 0), Search::kAllNodes);
  const LocatedShard& lost = found.shards[2];
  ASSERT_EQ(env.roster.Remove(lost.node, keys, {&lost.id, 1}).seen, 1u);
  const auto rotated = agent.Rotate();
  ASSERT_TRUE(rotated.ok()) << rotated.status();
  EXPECT_EQ(rotated->shards_left, 1u);
  EXPECT_EQ(rotated->first_left.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(rotated->shards_rotated, test_.code.total_shards() - 1u);
  EXPECT_TRUE(Reads());
}

TEST_F(Upkeep, RotationsWithinOneEpochEndWhereReadersStopLooking) {
  SharedObject agent = Holder(shard::Right::kVerify);
  for (uint32_t i = 0; i < kEpochsAhead; ++i) ASSERT_TRUE(agent.Rotate(0).ok()) << i;
  EXPECT_EQ(agent.Rotate(0).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(agent.Verify()->whole());
  test_.clock.Advance(std::chrono::hours(24 * 13));
  EXPECT_TRUE(agent.Rotate(0).ok());
  EXPECT_TRUE(Reads());
}

}  // namespace
}  // namespace shadw::vault
