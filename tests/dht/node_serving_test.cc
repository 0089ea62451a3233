// SPDX-License-Identifier: Apache-2.0
//
// When a node lets others rely on it.
#include <map>

#include "tests/dht/node_fixture.h"

namespace shadw::dht {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class NodeServing : public NodeTest {};

TEST_P(NodeServing, ANodeNobodyReachedIsInNobodysTable) {
  net_.AddServers(20);
  const sim::MachineIndex client = net_.Add({.serving = Serving::kNever});
  net_.Run(hours(1));
  EXPECT_FALSE(net_.node(client).serving());
  const NodeId id = net_.node(client).id();
  for (sim::MachineIndex i = 0; i < 20; ++i) {
    EXPECT_EQ(net_.node(i).table(false)->Find(id), nullptr);
  }
  EXPECT_GE(net_.node(client).stats().contacts, 8u);
}

TEST_P(NodeServing, ServesOnceItIsReachedFromOutsideAndItsTimeHasCome) {
  net_.AddServers(20);
  const sim::MachineIndex node = net_.Add({});
  net_.Run(minutes(14));
  EXPECT_FALSE(net_.node(node).serving());
  EXPECT_NE(net_.node(node).stats().nat, NatClass::kOpen);
  net_.Run(minutes(30));
  EXPECT_TRUE(net_.node(node).serving());
  EXPECT_EQ(net_.node(node).stats().nat, NatClass::kOpen);
  EXPECT_EQ(net_.Take<ServingChanged>(node).size(), 1u);
  net_.Run(minutes(40));
  size_t known = 0;
  for (sim::MachineIndex i = 0; i < 20; ++i) {
    known += net_.node(i).table(false)->Find(net_.node(node).id()) != nullptr;
  }
  EXPECT_GT(known, 0u);
}

// A NAT that lets in whom the node wrote to within two minutes, and its own packets.
TEST_P(NodeServing, WhoIsReachedOnlyByThoseItWroteToNeverServes) {
  net_.AddServers(30);
  const sim::MachineIndex node = net_.Add({});
  const base::Endpoint inside = net_.endpoint(node);
  std::map<base::Endpoint, base::Time> written;
  net_.network().SetBystander([&](sim::Passing& passing) {
    if (passing.from == inside) written[passing.to] = net_.now();
    if (passing.to != inside || passing.from == inside) return true;
    const auto last = written.find(passing.from);
    return last != written.end() && net_.now() - last->second <= minutes(2);
  });
  net_.Run(hours(3));
  EXPECT_FALSE(net_.node(node).serving());
  EXPECT_TRUE(net_.Take<ServingChanged>(node).empty());
  EXPECT_EQ(net_.node(node).stats().nat, NatClass::kConsistent);
  size_t known = 0;
  for (sim::MachineIndex i = 0; i < 30; ++i) {
    known += net_.node(i).table(false)->Find(net_.node(node).id()) != nullptr;
  }
  EXPECT_LT(known, 15u);  // eight at a time, and those who have not noticed yet
}

INSTANTIATE_TEST_SUITE_P(Both, NodeServing, kBothNetworks, NetworkName);

}  // namespace
}  // namespace shadw::dht
