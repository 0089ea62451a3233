// SPDX-License-Identifier: Apache-2.0
// Eight nodes on sockets of this machine: one publishes a service under a name of its owner's,
// another finds it, finds it again when it moved, and hears when it is revoked.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <optional>

#include "libshadw/crypto/random.h"
#include "libshadw/dht/krpc/mainline.h"
#include "libshadw/dht/names/name_book.h"
#include "libshadw/dht/names/name_slot.h"
#include "libshadw/dht/node.h"
#include "libshadw/net/udp_driver.h"

using namespace shadw;
using namespace std::chrono_literals;
namespace names = dht::names;

namespace {

const dht::Protocol& kMainline = dht::krpc::Mainline();
crypto::SystemRandom system_random;
base::Time Now() { return net::DriverClock().Read().now; }

struct Peer {
  explicit Peer(std::vector<base::Endpoint> known) {
    auto socket = net::UdpSocket::Open({.v4 = base::Endpoint::V4(127, 0, 0, 1, 0)}).value();
    const dht::NodeOptions options{.serving = dht::Serving::kAlways, .bootstrap = std::move(known)};
    node = dht::Node::Create(options, &kMainline, &system_random, Now()).value();
    driver.emplace(std::move(socket), *node,
                   [this](base::Time, const dht::Event& event) { heard.push_back(event); });
  }
  std::optional<dht::Node> node;
  std::optional<net::UdpDriver<dht::Node>> driver;
  std::vector<dht::Event> heard;
};

// Lets all of them run until one hears of it.
template <typename Report>
Report Await(std::deque<Peer>& peers, Peer& who) {
  for (who.heard.clear();;) {
    for (Peer& peer : peers) peer.driver->RunOnce(1ms);
    for (const dht::Event& event : who.heard) {
      if (const auto* report = std::get_if<Report>(&event)) return *report;
    }
  }
}

}  // namespace

int main() {
  const auto seed = system_random.Array<32>();
  const crypto::Ed25519Signer owner(seed);
  std::deque<Peer> peers;
  peers.emplace_back(std::vector<base::Endpoint>{});
  while (peers.size() < 8)
    Await<dht::Joined>(peers, peers.emplace_back(std::vector{*peers[0].driver->local_v4()}));
  Peer &publisher = peers[3], &reader = peers[6];
  names::NameBook book;
  const auto publish_and_resolve = [&](const names::NameRecord& record) {
    const auto slot = names::SlotOf(kMainline, record.name).value();
    publisher.node->Put(Now(), *names::ToDhtRecord(kMainline, seed, record)).value();
    const size_t stored = Await<dht::PutReport>(peers, publisher).stored;
    reader.node->GetMutable(Now(), slot.key, slot.salt).value();
    const auto report = Await<dht::GetReport>(peers, reader);
    const auto found = book.Take(Now(), kMainline, record.name, report);
    const auto where =
        found.revoked ? "revoked" : found.record.value().facts.addresses[0].ToString();
    std::printf("printer: %s, stored by %zu nodes\n", where.c_str(), stored);
    return found.record == record || (found.revoked && record.revoked);
  };
  const auto at = [](const char* text) -> names::NameFacts {
    return {names::NameKind::kService, {*base::Endpoint::Parse(text)}, {"ipp"}, Now(), Now() + 24h};
  };
  const auto record = names::MakeRecord(owner, "printer", at("9.9.9.9:631")).value();
  const auto moved = names::UpdateRecord(owner, record, at("[2001:db8::7]:631")).value();
  const names::NameRecord all[] = {record, moved, *names::RevokeRecord(owner, moved, Now())};
  return std::ranges::all_of(all, publish_and_resolve) ? 0 : 1;
}
