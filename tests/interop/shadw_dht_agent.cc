// SPDX-License-Identifier: Apache-2.0
//
// Our nodes, driven as README.md says.
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "agent_node.h"

namespace shadw::interop {
namespace {

using nlohmann::json;

class Agent {
 public:
  // False: it was told to quit.
  bool Obey(const std::string& line) {
    const json request = json::parse(line);
    const Reply reply = [this, id = request.at("id")](json results) {
      results["id"] = id;
      results["ok"] = !results.contains("error");
      const std::lock_guard lock(output_);
      std::cout << results.dump() << std::endl;
    };
    try {
      return Obey(request, reply);
    } catch (const std::exception& error) {
      reply({{"error", error.what()}});
      return true;
    }
  }

 private:
  bool Obey(const json& request, const Reply& reply) {
    const std::string verb = request.at("do");
    if (verb == "quit") {
      reply(json::object());
      return false;
    }
    const std::string name = request.at("node");
    if (verb == "start") {
      if (nodes_.contains(name)) throw std::invalid_argument("node " + name + " exists");
      nodes_[name] = std::make_unique<AgentNode>(request);
      reply(nodes_[name]->Describe());
      return true;
    }
    const auto found = nodes_.find(name);
    if (found == nodes_.end()) throw std::invalid_argument("no node " + name);
    if (verb == "stop") {
      nodes_.erase(found);
      reply(json::object());
    } else {
      found->second->Do(request, reply);
    }
    return true;
  }

  std::mutex output_;
  std::map<std::string, std::unique_ptr<AgentNode>> nodes_;
};

}  // namespace
}  // namespace shadw::interop

int main() {
  shadw::interop::Agent agent;
  std::string line;
  while (std::getline(std::cin, line) && agent.Obey(line)) {
  }
  return 0;
}
