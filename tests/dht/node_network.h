// SPDX-License-Identifier: Apache-2.0
//
// A few nodes in a simulated network, and the events each of them reported.
#ifndef TESTS_DHT_NODE_NETWORK_H_
#define TESTS_DHT_NODE_NETWORK_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <vector>

#include "libshadw/dht/node.h"
#include "libshadw/sim/network.h"
#include "libshadw/sim/random.h"
#include "tests/dht/strangers.h"

namespace shadw::dht {

class NodeNetwork {
 public:
  explicit NodeNetwork(const Protocol& protocol, sim::Options options = {.seed = 7})
      : protocol_(&protocol), network_(*sim::Network<Node>::Create(std::move(options))) {
    network_.OnEvent(
        [this](sim::MachineIndex who, Event event) { events_[who].push_back(std::move(event)); });
  }

  // A server whose address is known, unless the options say something else. It joins
  // through the first node.
  sim::MachineIndex Add(NodeOptions options = Server(),
                        std::optional<base::Endpoint> endpoint = {}) {
    const sim::MachineIndex index =
        endpoint ? *network_.AddAt(*endpoint, nullptr) : network_.Add(nullptr);
    if (index > 0 && options.bootstrap.empty()) options.bootstrap = {network_.endpoint(0)};
    Start(index, std::move(options));
    return index;
  }
  void Start(sim::MachineIndex index, NodeOptions options) {
    if (options.serving == Serving::kAlways) options.address = network_.endpoint(index);
    randoms_.push_back(std::make_unique<sim::Random>(
        sim::StreamKey{.seed = 7, .agent = index, .step = randoms_.size()}));
    auto node = Node::Create(std::move(options), protocol_, randoms_.back().get(), now());
    EXPECT_TRUE(node.ok()) << node.status();
    network_.Replace(index, std::make_unique<Node>(*std::move(node)));
  }
  void AddServers(size_t count) {
    for (size_t i = 0; i < count; ++i) Add();
    Run(std::chrono::minutes(2));
  }
  static NodeOptions Server() { return {.serving = Serving::kAlways}; }

  Node& node(sim::MachineIndex index) { return *network_.machine(index); }
  base::Endpoint endpoint(sim::MachineIndex index) { return network_.endpoint(index); }
  base::Time now() const { return network_.now(); }
  sim::Network<Node>& network() { return network_; }
  void Run(base::Duration duration) { network_.RunFor(duration); }

  // Starts an operation and waits for its report.
  template <typename Report, typename Verb>
  Report Do(sim::MachineIndex who, Verb&& verb) {
    const absl::StatusOr<OperationId> operation = verb(node(who));
    EXPECT_TRUE(operation.ok()) << operation.status();
    network_.Poll(who);
    Run(std::chrono::seconds(40));
    for (const Report& report : Take<Report>(who)) {
      if (report.operation == operation.value_or(0)) return report;
    }
    ADD_FAILURE() << "no report";
    return {};
  }
  // The events of one kind so far, which are not told again.
  template <typename Report>
  std::vector<Report> Take(sim::MachineIndex who) {
    std::vector<Report> taken;
    std::erase_if(events_[who], [&](const Event& event) {
      const auto* report = std::get_if<Report>(&event);
      if (report != nullptr) taken.push_back(*report);
      return report != nullptr;
    });
    return taken;
  }

 private:
  const Protocol* protocol_;
  sim::Network<Node> network_;
  std::vector<std::unique_ptr<sim::Random>> randoms_;
  std::map<sim::MachineIndex, std::vector<Event>> events_;
};

}  // namespace shadw::dht

#endif  // TESTS_DHT_NODE_NETWORK_H_
