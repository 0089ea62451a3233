// SPDX-License-Identifier: Apache-2.0
//
// A node on a socket and a thread of its own, driven by the requests of README.md.
//
//   auto node = AgentNode::Start(request);            // {"address": "127.0.0.1", …}
//   node->Do(request, [](nlohmann::json results) { … });
//
// What a request asks for wrongly throws std::exception; `reply` may be called on the
// node's thread, and is called once for each Do that did not throw.
#ifndef TESTS_INTEROP_AGENT_NODE_H_
#define TESTS_INTEROP_AGENT_NODE_H_

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "libshadw/crypto/random.h"
#include "libshadw/dht/node.h"
#include "libshadw/net/udp_driver.h"

namespace shadw::interop {

// Results, or {"error": text}.
using Reply = std::function<void(nlohmann::json)>;

class AgentNode {
 public:
  explicit AgentNode(const nlohmann::json& request);
  ~AgentNode();

  nlohmann::json Describe();
  void Do(const nlohmann::json& request, Reply reply);

 private:
  using Started = absl::StatusOr<dht::OperationId>;
  using Make = std::function<nlohmann::json(const dht::Event&)>;
  // Of a verb: begin it, then make its results of the event that ends it.
  struct Verb {
    std::function<Started(dht::Node&, base::Time)> begin;
    Make results;
  };

  std::optional<Verb> VerbOf(const nlohmann::json& request) const;
  Verb PutImmutable(const nlohmann::json& request) const;
  Verb PutMutable(const nlohmann::json& request) const;
  Verb Announce(const nlohmann::json& request) const;
  nlohmann::json Found(const dht::GetReport& report, int64_t least_seq) const;
  void Stats(const Reply& reply);
  void HandleEvent(const dht::Event& event);

  struct Pending {
    Make results;
    Reply reply;
  };

  const dht::Protocol* protocol_;
  crypto::SystemRandom random_;
  std::optional<dht::Node> node_;
  std::optional<net::UdpDriver<dht::Node>> driver_;
  std::map<dht::OperationId, Pending> pending_;  // of the node's thread
  std::thread thread_;
};

}  // namespace shadw::interop

#endif  // TESTS_INTEROP_AGENT_NODE_H_
