// SPDX-License-Identifier: Apache-2.0
//
// What the tests of a node share: a network of them under either protocol, and records to
// put into it.
#ifndef TESTS_DHT_NODE_FIXTURE_H_
#define TESTS_DHT_NODE_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>

#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"
#include "libshadw/dht/node.h"
#include "tests/dht/node_network.h"
#include "tests/dht/strangers.h"

namespace shadw::dht {

inline const crypto::Ed25519Signer& Signer() {
  static const crypto::Ed25519Signer signer(base::ByteArray<32>{1});
  return signer;
}

class NodeTest : public testing::TestWithParam<const Protocol*> {
 protected:
  const Protocol& protocol() const { return *GetParam(); }
  bool mainline() const { return GetParam() == &krpc::Mainline(); }
  base::Bytes Value(std::string_view text) { return protocol().WrapBytes(base::AsBytes(text)); }
  Record Signed(std::string_view value, int64_t seq) {
    return *SignRecord(protocol(), Signer(), Value(value), {}, seq);
  }
  PutReport Put(sim::MachineIndex who, const Record& record, std::optional<int64_t> cas = {},
                Approach how = {}, bool keep = false) {
    return net_.Do<PutReport>(
        who, [&](Node& node) { return node.Put(net_.now(), record, cas, how, keep); });
  }
  GetReport Get(sim::MachineIndex who, const NodeId& target, Approach how = {}) {
    return net_.Do<GetReport>(who, [&](Node& node) { return node.Get(net_.now(), target, how); });
  }
  GetReport GetMutable(sim::MachineIndex who) {
    return net_.Do<GetReport>(
        who, [&](Node& node) { return node.GetMutable(net_.now(), Signer().public_key(), {}); });
  }
  NodeId MutableTarget() { return protocol().MutableTarget(Signer().public_key(), {}); }

  NodeNetwork net_{*GetParam()};
};

inline const auto kBothNetworks = testing::Values(&krpc::Mainline(), &hyper::Hyperdht());
inline std::string NetworkName(const testing::TestParamInfo<const Protocol*>& suite) {
  return suite.param->traits().name;
}

}  // namespace shadw::dht

#endif  // TESTS_DHT_NODE_FIXTURE_H_
