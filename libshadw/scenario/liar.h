// SPDX-License-Identifier: Apache-2.0
//
// A node that lies, and a network's inhabitant, who is a node or a liar. All liars of a
// network share a conspiracy: they know each other and answer with each other's names.
//
//   Conspiracy conspiracy(Lie::kCollude, &protocol);
//   conspiracy.Join(contact);
//   Inhabitant liar(contact.id, &conspiracy);
#ifndef LIBSHADW_SCENARIO_LIAR_H_
#define LIBSHADW_SCENARIO_LIAR_H_

#include <memory>
#include <optional>
#include <vector>

#include "libshadw/base/state_machine.h"
#include "libshadw/dht/node.h"
#include "libshadw/scenario/dht_options.h"
#include "libshadw/sim/random.h"

namespace shadw::scenario {

class Conspiracy {
 public:
  Conspiracy(Lie lie, const dht::Protocol* protocol, uint64_t seed);

  void Join(const dht::Contact& contact) { liars_.push_back(contact); }
  // What the liar `id` says to a datagram; nothing: silence.
  std::optional<base::Bytes> Answer(const dht::NodeId& id, const base::Endpoint& from,
                                    base::ByteSpan datagram);

 private:
  void NameLiars(const dht::NodeId& target, dht::ContactList& contacts) const;
  void NameNobody(const dht::NodeId& target, dht::ContactList& contacts);

  Lie lie_;
  const dht::Protocol* protocol_;
  sim::Random random_;
  std::vector<dht::Contact> liars_;
};

class Inhabitant {
 public:
  using Address = base::Endpoint;
  using Event = dht::Event;

  explicit Inhabitant(dht::Node node) : node_(std::move(node)) {}
  Inhabitant(const dht::NodeId& id, Conspiracy* conspiracy) : id_(id), conspiracy_(conspiracy) {}

  // Null: a liar.
  dht::Node* node() { return node_ ? &*node_ : nullptr; }

  void HandleMessage(base::Time now, const base::Endpoint& from, base::ByteSpan datagram) {
    if (node_) return node_->HandleMessage(now, from, datagram);
    if (auto lie = conspiracy_->Answer(id_, from, datagram)) said_ = {from, *std::move(lie)};
  }
  void HandleTimeout(base::Time now) {
    if (node_) node_->HandleTimeout(now);
  }
  std::optional<base::Transmit<base::Endpoint>> PollTransmit() {
    if (node_) return node_->PollTransmit();
    return std::exchange(said_, std::nullopt);
  }
  std::optional<Event> PollEvent() { return node_ ? node_->PollEvent() : std::nullopt; }
  std::optional<base::Time> NextTimeout() const {
    return node_ ? node_->NextTimeout() : std::nullopt;
  }
  void Prefetch(int step, const base::Endpoint& from, base::ByteSpan datagram) const {
    if (node_) node_->Prefetch(step, from, datagram);
  }

 private:
  std::optional<dht::Node> node_;
  dht::NodeId id_{};
  Conspiracy* conspiracy_ = nullptr;
  std::optional<base::Transmit<base::Endpoint>> said_;
};

static_assert(base::Prefetching<Inhabitant>);

}  // namespace shadw::scenario

#endif  // LIBSHADW_SCENARIO_LIAR_H_
