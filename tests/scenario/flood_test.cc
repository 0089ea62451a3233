// SPDX-License-Identifier: Apache-2.0
//
// A million addresses that each send one datagram to one node, legal ones and others. What it
// keeps of them is bounded, and those it knew and those who come later are served.
#include <gtest/gtest.h>
#include <malloc.h>

#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"
#include "tests/dht/node_network.h"

namespace shadw::dht {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint32_t kAddresses = 1'000'000;
constexpr uint32_t kBurst = 1000;
// Ten windows of the guard and more pass, in each of which strangers are listened to anew.
constexpr base::Duration kBetweenBursts = milliseconds(200);
constexpr uint32_t kFirstStranger = 1000;  // of the address plan
constexpr size_t kMaxMemory = size_t{16} << 20;
constexpr sim::MachineIndex kServer = 0, kRegular = 1, kLate = 2;

// In use by the whole process; 0 where a sanitizer has taken malloc's place.
size_t MemoryInUse() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

class Strangers {
 public:
  explicit Strangers(const Protocol& protocol) : protocol_(protocol) {
    announcement_.port = 80;
    if (protocol.traits().id_bytes == kMaxIdBytes) {
      announcement_ = {.signer = std::make_shared<const crypto::Ed25519Signer>(seed_)};
    }
    // Signed once: nobody looks at the signature behind a bad token.
    for (const Method method : {Method::kAnnouncePeer, Method::kPutImmutable}) {
      writes_.push_back(Encode(method, RandomId(random_, protocol.traits().id_bytes)));
    }
  }

  base::Bytes Next(const base::Endpoint& from) {
    const NodeId fitting = protocol_.IdFor(from, random_);
    switch (count_++ % 8) {
      case 0:
        return Encode(Method::kPing, fitting);
      case 1:
        return Encode(Method::kFindNode, fitting);
      case 2:
        return Encode(Method::kGetPeers, fitting);
      case 3:  // an id that is not its own
        return Encode(Method::kGetImmutable, RandomId(random_, protocol_.traits().id_bytes));
      case 4:
        return writes_[0];
      case 5:
        return writes_[1];
      case 6: {
        base::Bytes noise(1 + random_.Uniform(200));
        random_.Fill(noise);
        return noise;
      }
      default: {
        base::Bytes cut = Encode(Method::kFindNode, fitting);
        cut.resize(random_.Uniform(cut.size()));
        return cut;
      }
    }
  }

 private:
  base::Bytes Encode(Method method, const NodeId& sender) {
    const auto token = random_.Array<kTokenBytes>();
    const base::Bytes value = protocol_.WrapBytes(base::AsBytes("a value"));
    const auto transaction = random_.Array<2>();
    Message query{.method = method, .transaction = transaction, .sender = sender};
    query.target = RandomId(random_, protocol_.traits().id_bytes);
    if (method == Method::kAnnouncePeer || method == Method::kPutImmutable) {
      query.token = base::ByteSpan(token).first(protocol_.traits().token_bytes);
      query.announcement = &announcement_;
      query.port = announcement_.port;
      query.responder = query.target;
      if (method == Method::kPutImmutable) {
        query.value = value;
        query.target = protocol_.ImmutableTarget(value);
      }
    }
    base::Bytes out;
    EXPECT_TRUE(protocol_.Encode(query, sim::AddressPlan::EndpointOf(0), out));
    return out;
  }

  const Protocol& protocol_;
  sim::Random random_{{.seed = 11}};
  const base::ByteArray<32> seed_{7};
  Announcement announcement_;
  std::vector<base::Bytes> writes_;
  uint64_t count_ = 0;
};

class Flood : public testing::TestWithParam<const Protocol*> {
 protected:
  static sim::Options Near() {
    sim::Options options{.seed = 7};
    options.latency = std::make_shared<sim::ConstantLatency>(milliseconds(1));
    return options;
  }
  static NodeOptions Client() { return {.serving = Serving::kNever}; }

  // Of the value that the server has.
  size_t Found(sim::MachineIndex who, const NodeId& target) {
    return network_.Do<GetReport>(who, [&](Node& node) { return node.Get(network_.now(), target); })
        .versions.size();
  }

  const Protocol& protocol_ = *GetParam();
  NodeNetwork network_{protocol_, Near()};
};

TEST_P(Flood, OfAMillionAddressesTakesLittleMemoryAndSilencesNobody) {
  network_.Add();
  network_.Add(Client());
  network_.Run(seconds(10));
  const Record record{.value = protocol_.WrapBytes(base::AsBytes("some text"))};
  const NodeId target = protocol_.ImmutableTarget(record.value);
  const auto put = network_.Do<PutReport>(
      kRegular, [&](Node& node) { return node.Put(network_.now(), record); });
  ASSERT_EQ(put.stored, 1U);

  Strangers strangers(protocol_);
  const size_t before = MemoryInUse();
  size_t most = before, most_requests = 0, most_contacts = 0;
  size_t answered_meanwhile = 0;
  for (uint32_t i = 0; i < kAddresses; i += kBurst) {
    for (uint32_t j = i; j < i + kBurst; ++j) {
      const base::Endpoint from = sim::AddressPlan::EndpointOf(kFirstStranger + j);
      network_.network().Inject(from, network_.endpoint(kServer), strangers.Next(from));
    }
    if (i % (100 * kBurst) == 50 * kBurst) {
      ASSERT_TRUE(network_.node(kRegular).Get(network_.now(), target).ok());
      network_.network().Poll(kRegular);
    }
    network_.Run(kBetweenBursts);
    most = std::max(most, MemoryInUse());
    const NodeStats stats = network_.node(kServer).stats();
    most_requests = std::max(most_requests, stats.requests);
    most_contacts = std::max(most_contacts, stats.contacts);
  }
  network_.Run(seconds(1));
  for (const GetReport& report : network_.Take<GetReport>(kRegular)) {
    answered_meanwhile += report.versions.size();
  }

  EXPECT_LT(most - before, kMaxMemory);
  EXPECT_EQ(answered_meanwhile, 10U) << "a flood silenced who had proven his address";
  const NodeStats stats = network_.node(kServer).stats();
  EXPECT_GT(stats.queries + stats.noise, kAddresses * 9 / 10) << "the flood went elsewhere";
  EXPECT_GT(stats.silenced, kAddresses / 4);
  EXPECT_EQ(stats.records, 1U);
  EXPECT_EQ(stats.peer_targets, 0U);
  EXPECT_EQ(stats.operations, 0U);
  EXPECT_LT(most_requests, 64U);
  // Strangers that never answered a ping of ours are in no table.
  EXPECT_LE(most_contacts, 1U);
  RecordProperty("most_memory", std::to_string(most - before));
  RecordProperty("most_requests", std::to_string(most_requests));

  network_.Run(seconds(20));
  network_.Add(Client());
  network_.Run(seconds(10));
  EXPECT_EQ(Found(kLate, target), 1U) << "who comes after a flood finds nothing";
}

INSTANTIATE_TEST_SUITE_P(Both, Flood, testing::Values(&krpc::Mainline(), &hyper::Hyperdht()),
                         [](const auto& tested) { return tested.param->traits().name; });

}  // namespace
}  // namespace shadw::dht
