// SPDX-License-Identifier: Apache-2.0
// Two nodes on sockets of this machine: one stores a value with the other, and gets it back
// by its hash.
#include <cstdio>
#include <optional>
#include <string>

#include "libshadw/crypto/random.h"
#include "libshadw/dht/krpc/mainline.h"
#include "libshadw/dht/node.h"
#include "libshadw/net/udp_driver.h"

using namespace shadw;

namespace {

struct Peer {
  Peer(dht::Serving serving, std::vector<base::Endpoint> known) {
    auto socket = net::UdpSocket::Open({.v4 = base::Endpoint::V4(127, 0, 0, 1, 0)}).value();
    node = dht::Node::Create({.serving = serving, .bootstrap = std::move(known)},
                             &dht::krpc::Mainline(), &random, Now())
               .value();
    driver.emplace(std::move(socket), *node,
                   [this](base::Time, const dht::Event& event) { heard.push_back(event); });
  }
  static base::Time Now() { return net::DriverClock().Read().now; }

  crypto::SystemRandom random;
  std::optional<dht::Node> node;
  std::optional<net::UdpDriver<dht::Node>> driver;
  std::vector<dht::Event> heard;
};

// Each driver could run on a thread of its own; here they take turns.
template <typename Report>
Report Await(Peer& client, Peer& server) {
  for (client.heard.clear();;) {
    for (Peer* peer : {&client, &server}) peer->driver->RunOnce(std::chrono::milliseconds(1));
    for (const dht::Event& event : client.heard) {
      if (const auto* report = std::get_if<Report>(&event)) return *report;
    }
  }
}

}  // namespace

int main() {
  const dht::Protocol& protocol = dht::krpc::Mainline();
  Peer server(dht::Serving::kAlways, {});
  Peer client(dht::Serving::kNever, {*server.driver->local_v4()});
  Await<dht::Joined>(client, server);

  const std::string text = "some text";
  client.node->Put(Peer::Now(), {.value = protocol.WrapBytes(base::AsBytes(text))}).value();
  const auto put = Await<dht::PutReport>(client, server);
  std::printf("stored by %zu of %zu nodes under %s\n", put.stored, put.outcomes.size(),
              put.lookup.target.ToHex(protocol.traits().id_bytes).c_str());

  client.node->Get(Peer::Now(), put.lookup.target).value();
  const auto got = Await<dht::GetReport>(client, server);
  if (got.versions.empty()) return 1;
  const base::Bytes value = protocol.UnwrapBytes(got.versions[0].record.value).value();
  std::printf("found: %s\n", std::string(base::AsText(value)).c_str());
  return put.stored == 1 && base::AsText(value) == text ? 0 : 1;
}
