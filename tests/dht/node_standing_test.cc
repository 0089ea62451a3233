// SPDX-License-Identifier: Apache-2.0
//
// What is kept alive, and listened to.
#include "tests/dht/node_fixture.h"

namespace shadw::dht {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class NodeStanding : public NodeTest {};

TEST_P(NodeStanding, WhatIsKeptOutlivesItsLifetimeUntilItIsForgotten) {
  NodeOptions options = NodeNetwork::Server();
  options.responder.records.lifetime = hours(1);
  for (int i = 0; i < 20; ++i) net_.Add(options);
  net_.Run(minutes(2));
  const Record record = Signed("one", 1);
  const PutReport put = Put(3, record, {}, {}, true);
  net_.Run(hours(5));
  EXPECT_EQ(GetMutable(9).versions.size(), 1u);
  const std::vector<PutReport> again = net_.Take<PutReport>(3);
  EXPECT_GE(again.size(), 9u);
  for (const PutReport& report : again) {
    EXPECT_EQ(report.operation, put.operation);
    EXPECT_GT(report.stored, 0u);
  }
  EXPECT_TRUE(net_.node(3).Forget(put.operation).ok());
  EXPECT_EQ(net_.node(3).Forget(put.operation).code(), absl::StatusCode::kNotFound);
  net_.Run(hours(2));
  EXPECT_TRUE(GetMutable(9).versions.empty());
}

TEST_P(NodeStanding, WhatWasPutWithCasCanBeKept) {
  if (!mainline()) GTEST_SKIP() << "hyperdht has no cas";
  net_.AddServers(20);
  Put(3, Signed("one", 1));
  Put(3, Signed("two", 2), 1, {}, true);
  net_.Run(hours(3));
  for (const PutReport& report : net_.Take<PutReport>(3)) {
    EXPECT_GT(report.stored, 0u);
    for (const PutOutcome& outcome : report.outcomes) {
      EXPECT_NE(outcome.result, PutResult::kRefused) << outcome.text;
    }
  }
}

TEST_P(NodeStanding, WhoListensHearsOfEveryNewValueOnce) {
  net_.AddServers(20);
  Put(3, Signed("one", 1));
  const auto listening = net_.node(9).Listen(net_.now(), Signer().public_key(), {});
  ASSERT_TRUE(listening.ok());
  net_.network().Poll(9);
  net_.Run(minutes(5));
  Put(3, Signed("two", 2));
  net_.Run(minutes(5));
  const std::vector<Heard> heard = net_.Take<Heard>(9);
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[0].record, Signed("one", 1));
  EXPECT_EQ(heard[1].record, Signed("two", 2));
  EXPECT_EQ(heard[1].operation, *listening);
  EXPECT_TRUE(net_.node(9).Forget(*listening).ok());
  Put(3, Signed("three", 3));
  net_.Run(minutes(5));
  EXPECT_TRUE(net_.Take<Heard>(9).empty());
}

TEST_P(NodeStanding, WhatIsKeptBeforeAnybodyIsKnownIsPutSoon) {
  net_.AddServers(20);
  const sim::MachineIndex node = net_.Add();
  ASSERT_TRUE(net_.node(node).Put(net_.now(), Signed("one", 1), {}, {}, true).ok());
  net_.network().Poll(node);
  net_.Run(minutes(3));
  EXPECT_EQ(GetMutable(9).versions.size(), 1u);
}

TEST_P(NodeStanding, WhoListensBeforeAnybodyIsKnownHearsLater) {
  net_.AddServers(20);
  Put(3, Signed("one", 1));
  const sim::MachineIndex node = net_.Add();
  const auto listening = net_.node(node).Listen(net_.now(), Signer().public_key(), {});
  ASSERT_TRUE(listening.ok());
  net_.network().Poll(node);
  EXPECT_TRUE(net_.Take<GetReport>(node).empty());
  net_.Run(minutes(6));
  ASSERT_EQ(net_.Take<Heard>(node).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Both, NodeStanding, kBothNetworks, NetworkName);

}  // namespace
}  // namespace shadw::dht
