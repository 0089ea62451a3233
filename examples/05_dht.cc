// SPDX-License-Identifier: Apache-2.0
// In a simulated network one node publishes a service under a name; another resolves it.
#include <cstdio>
#include <memory>
#include <string>

#include "libshadw/crypto/random.h"
#include "libshadw/dht/krpc/mainline.h"
#include "libshadw/dht/names/name_book.h"
#include "libshadw/dht/names/name_slot.h"
#include "libshadw/dht/node.h"
#include "libshadw/sim/network.h"

using namespace shadw;
using namespace std::chrono_literals;
namespace names = dht::names;

namespace {

using Network = sim::Network<dht::Node>;
constexpr sim::MachineIndex kNodes = 30, kPublisher = 3, kReader = 27;

void Populate(Network& network, base::RandomSource& random) {
  for (sim::MachineIndex i = 0; i < kNodes; ++i) {
    const sim::MachineIndex index = network.Add(nullptr);
    dht::NodeOptions options{.serving = dht::Serving::kAlways, .address = network.endpoint(index)};
    if (i > 0) options.bootstrap = {network.endpoint(0)};
    network.Replace(index, std::make_unique<dht::Node>(*dht::Node::Create(
                               options, &dht::krpc::Mainline(), &random, network.now())));
    network.RunFor(2s);
  }
  network.RunFor(60s);
}

names::NameFacts ServiceAt(const char* endpoint, base::Time now) {
  return {.kind = names::NameKind::kService,
          .addresses = {*base::Endpoint::Parse(endpoint)},
          .capabilities = {"ipp"},
          .created = now,
          .expires = now + 24h};
}

}  // namespace

int main() {
  crypto::SeededRandom random(7);
  auto network = Network::Create({.seed = 7}).value();
  Populate(network, random);

  const auto seed = random.Array<32>();
  const crypto::Ed25519Signer owner(seed);
  const names::Name name{owner.public_key(), "printer"};
  const auto slot = names::SlotOf(dht::krpc::Mainline(), name).value();
  names::NameBook book;  // the reader's
  names::Resolution found;
  network.OnEvent([&](sim::MachineIndex who, const dht::Event& event) {
    const auto* report = std::get_if<dht::GetReport>(&event);
    if (who == kReader && report != nullptr) {
      found = book.Take(network.now(), dht::krpc::Mainline(), name, *report);
    }
  });
  const auto publish_and_resolve = [&](const names::NameRecord& record) {
    const auto carrier = names::ToDhtRecord(dht::krpc::Mainline(), seed, record).value();
    network.machine(kPublisher)->Put(network.now(), carrier).value();
    network.Poll(kPublisher);
    network.RunFor(30s);
    network.machine(kReader)->GetMutable(network.now(), slot.key, slot.salt).value();
    network.Poll(kReader);
    network.RunFor(30s);
    const std::string where = found.record ? found.record->facts.addresses[0].ToString() : "none";
    std::printf("%s: %s%s\n", name.label.c_str(), where.c_str(), found.revoked ? ", revoked" : "");
    return found.record == record || (found.revoked && record.revoked);
  };
  auto record = names::MakeRecord(owner, name.label, ServiceAt("9.9.9.9:631", network.now()));
  bool good = publish_and_resolve(record.value());
  record = names::UpdateRecord(owner, *record, ServiceAt("[2001:db8::7]:631", network.now()));
  good = publish_and_resolve(record.value()) && good;
  record = names::RevokeRecord(owner, *record, network.now());
  return publish_and_resolve(record.value()) && good ? 0 : 1;
}
