// SPDX-License-Identifier: Apache-2.0
//
// What a node refuses to do for whoever uses it.
#include "tests/dht/node_fixture.h"

namespace shadw::dht {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class NodeLimits : public NodeTest {};

TEST_P(NodeLimits, TellsWhereItsLimitOfOperationsIs) {
  net_.AddServers(3);
  Node& node = net_.node(1);
  size_t begun = 0;
  absl::StatusOr<OperationId> operation = OperationId{0};
  while (begun <= kMaxOperations) {
    operation = node.FindNode(net_.now(), IdOf(begun));
    if (!operation.ok()) break;
    ++begun;
  }
  EXPECT_GE(begun, kMaxOperations - 2);
  EXPECT_LE(begun, kMaxOperations);
  EXPECT_EQ(operation.status().code(), absl::StatusCode::kResourceExhausted);
  net_.network().Poll(1);
  net_.Run(minutes(2));
  EXPECT_EQ(net_.Take<FoundNodes>(1).size(), begun);
  EXPECT_EQ(node.stats().operations, 0u);
}

TEST_P(NodeLimits, ARecordOthersWouldRefuseIsNotPut) {
  net_.AddServers(2);
  Record forged = Signed("one", 1);
  forged.signature[3] ^= 1;
  const Record too_large{.value = protocol().WrapBytes(base::Bytes(1001, 'x'))};
  for (const Record& record : {forged, too_large}) {
    EXPECT_EQ(net_.node(1).Put(net_.now(), record).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_P(NodeLimits, AVerbTheProtocolLacksIsRefused) {
  net_.AddServers(2);
  Node& node = net_.node(1);
  const auto refused = mainline() ? node.Unannounce(net_.now(), IdOf(1), {.port = 7})
                                  : node.SampleTargets(net_.now(), IdOf(1));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnimplemented);
  if (!mainline()) {
    EXPECT_EQ(node.Ping(net_.now(), Host6(1)).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST_P(NodeLimits, RefusesOptionsOutOfRange) {
  crypto::SeededRandom random(1);
  const auto code = [&](NodeOptions options) {
    return Node::Create(std::move(options), GetParam(), &random, kStart).status().code();
  };
  EXPECT_EQ(code({}), absl::StatusCode::kOk);
  NodeOptions slower_than_slow;
  slower_than_slow.times.slow_at_least = seconds(5);
  const NodeId too_wide{{1, 2, 3, 4}};
  for (const NodeOptions& options :
       {NodeOptions{.bucket_size = kMaxBucketSize + 1}, NodeOptions{.lookup_parallelism = 65},
        slower_than_slow, NodeOptions{.refresh_after = {}}, NodeOptions{.v4 = false},
        NodeOptions{.bootstrap = std::vector<base::Endpoint>(kMaxBootstrap + 1, Host(1))}}) {
    EXPECT_EQ(code(options), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(code({.id = too_wide}),
            mainline() ? absl::StatusCode::kInvalidArgument : absl::StatusCode::kOk);
}

TEST_P(NodeLimits, AnApproachOutOfRangeIsRefused) {
  net_.AddServers(2);
  Node& node = net_.node(1);
  const auto said = [&](Approach how) {
    return std::string(node.Get(net_.now(), IdOf(1), how).status().message());
  };
  EXPECT_EQ(said({.disjoint_paths = 40}), "dht: got disjoint_paths 40, need 1 to 16");
  EXPECT_EQ(said({.disjoint_paths = 0}), "dht: got disjoint_paths 0, need 1 to 16");
  EXPECT_EQ(said({.lookup_parallelism = 65}), "dht: got lookup_parallelism 65, need 1 to 64");
  EXPECT_EQ(said({.lookup_parallelism = 64, .disjoint_paths = 16}), "");
  const auto code = [&](const absl::StatusOr<OperationId>& operation) {
    return operation.status().code();
  };
  for (const Approach& how : {Approach{.disjoint_paths = 17}, Approach{.lookup_parallelism = 65}}) {
    for (const bool keep : {false, true}) {
      EXPECT_EQ(code(node.Put(net_.now(), Signed("one", 1), {}, how, keep)),
                absl::StatusCode::kInvalidArgument);
    }
    EXPECT_EQ(code(node.FindNode(net_.now(), IdOf(1), how)), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(code(node.GetPeers(net_.now(), IdOf(1), how)), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(code(node.Listen(net_.now(), IdOf(1), how)), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(node.GetMutable(net_.now(), Signer().public_key(), {}, {}, -1).status().message(),
            "dht: got least_seq -1, need 0 or more");
}

// More at once than may be under way: what is asked for still finds everybody.
TEST_P(NodeLimits, WhatCannotBeSentYetIsHeldBack) {
  NodeOptions options = NodeNetwork::Server();
  options.guard = {.queries_per_10s = 0, .unproven_bytes_per_second = 0};
  for (int i = 0; i < 30; ++i) net_.Add(options);
  net_.Run(minutes(2));
  Node& node = net_.node(3);
  std::vector<OperationId> lookups;
  for (uint64_t i = 0; i < 600; ++i) {
    const auto lookup = node.FindNode(net_.now(), IdOf(i << 54), {.lookup_parallelism = 30});
    ASSERT_TRUE(lookup.ok());
    lookups.push_back(*lookup);
  }
  EXPECT_EQ(node.stats().requests, kMaxRequests);
  const PutReport put = Put(3, Signed("one", 1));
  EXPECT_EQ(put.stored, protocol().traits().bucket_size);
  const std::vector<FoundNodes> found = net_.Take<FoundNodes>(3);
  EXPECT_EQ(found.size(), lookups.size());
  for (const FoundNodes& report : found) {
    EXPECT_EQ(report.lookup.closest.size(), protocol().traits().bucket_size);
    EXPECT_EQ(report.lookup.answers, report.lookup.messages);
  }
}

INSTANTIATE_TEST_SUITE_P(Both, NodeLimits, kBothNetworks, NetworkName);

}  // namespace
}  // namespace shadw::dht
