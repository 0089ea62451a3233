// SPDX-License-Identifier: Apache-2.0
#include "agent_node.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "libshadw/base/system_clock.h"
#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"

namespace shadw::interop {
namespace {

using nlohmann::json;

template <typename T>
T OrThrow(absl::StatusOr<T> result) {
  if (!result.ok()) throw std::invalid_argument(std::string(result.status().message()));
  return *std::move(result);
}

base::Bytes Hex(const json& request, const char* name) {
  return OrThrow(base::FromHex(request.value(name, std::string())));
}

base::Endpoint EndpointOf(const json& text) {
  return OrThrow(base::Endpoint::Parse(text.get<std::string>()));
}

base::ByteArray<32> Seed(const json& request) {
  base::ByteArray<32> seed{};
  const base::Bytes bytes = Hex(request, "seed");
  if (bytes.size() != seed.size()) throw std::invalid_argument("need a seed of 32 bytes");
  std::ranges::copy(bytes, seed.begin());
  return seed;
}

json ToJson(const dht::PutReport& report) {
  json refused = json::object();
  size_t silent = 0;
  for (const dht::PutOutcome& outcome : report.outcomes) {
    if (outcome.result == dht::PutResult::kSilent) ++silent;
    if (outcome.result != dht::PutResult::kRefused) continue;
    json& count = refused[std::to_string(outcome.code)];
    count = count.is_null() ? 1 : count.get<int>() + 1;
  }
  return {{"stored", report.stored}, {"refused", refused}, {"silent", silent}};
}

json ToJson(const dht::PeersReport& report) {
  json peers = json::array();
  json relays = json::object();
  for (const dht::Peer& peer : report.peers) {
    if (!peer.key) {
      for (const base::Endpoint& endpoint : peer.endpoints) peers.push_back(endpoint.ToString());
      continue;
    }
    json& of_peer = relays[base::ToHex(*peer.key)] = json::array();
    for (const base::Endpoint& endpoint : peer.endpoints) of_peer.push_back(endpoint.ToString());
  }
  for (const auto& [key, of_peer] : relays.items()) peers.push_back(key);
  std::sort(peers.begin(), peers.end());
  return {{"peers", peers}, {"relays", relays}};
}

json ToJson(const dht::Pong& pong, size_t id_bytes) {
  if (!pong.contact) return {{"node_id", nullptr}, {"answered", pong.answered}};
  return {{"node_id", pong.contact->id.ToHex(id_bytes)}, {"answered", true}};
}

dht::OperationId OperationOf(const dht::Event& event) {
  return std::visit(
      [](const auto& each) -> dht::OperationId {
        if constexpr (requires { each.operation; }) return each.operation;
        return 0;
      },
      event);
}

// Nodes of one machine look like one attacker: what bounds a stranger is lifted.
dht::NodeOptions OptionsOf(const json& request, const base::Endpoint& at) {
  dht::NodeOptions options;
  options.guard.queries_per_10s = 0;
  options.guard.unproven_bytes_per_second = 0;
  options.serving =
      request.value("read_only", false) ? dht::Serving::kNever : dht::Serving::kAlways;
  options.address = at;
  for (const json& endpoint : request.value("bootstrap", json::array())) {
    options.bootstrap.push_back(EndpointOf(endpoint));
  }
  return options;
}

}  // namespace

AgentNode::AgentNode(const json& request)
    : protocol_(request.value("network", "mainline") == "hyperdht" ? &dht::hyper::Hyperdht()
                                                                   : &dht::krpc::Mainline()) {
  const std::string address =
      request.at("address").get<std::string>() + ":" + std::to_string(request.value("port", 0));
  net::UdpSocket socket = OrThrow(net::UdpSocket::Open({.v4 = EndpointOf(address)}));
  const base::Time now = base::SystemClock().Now();
  node_ =
      OrThrow(dht::Node::Create(OptionsOf(request, *socket.local_v4()), protocol_, &random_, now));
  driver_.emplace(std::move(socket), *node_,
                  [this](base::Time, const dht::Event& event) { HandleEvent(event); });
  thread_ = std::thread([this] { driver_->Run(); });
}

AgentNode::~AgentNode() {
  driver_->Stop();
  thread_.join();
}

json AgentNode::Describe() {
  const auto id = driver_->Call([](dht::Node& node, base::Time) { return node.id(); });
  const std::string at = driver_->local_v4()->ToString();
  return {{"node_id", id->ToHex(protocol_->traits().id_bytes)},
          {"address", at.substr(0, at.rfind(':'))},
          {"port", driver_->local_v4()->port}};
}

void AgentNode::Do(const json& request, Reply reply) {
  if (request.at("do") == "stats") {
    Stats(reply);
    return;
  }
  std::optional<Verb> verb = VerbOf(request);
  if (!verb) throw std::invalid_argument("unsupported: " + request.at("do").get<std::string>());
  driver_->Post(
      [this, verb = *std::move(verb), reply = std::move(reply)](dht::Node& node, base::Time now) {
        const Started operation = verb.begin(node, now);
        if (operation.ok()) {
          pending_[*operation] = {verb.results, reply};
        } else {
          reply({{"error", std::string(operation.status().message())}});
        }
      });
}

void AgentNode::Stats(const Reply& reply) {
  driver_->Post([reply](dht::Node& node, base::Time) {
    const dht::NodeStats stats = node.stats();
    reply({{"contacts", stats.contacts},
           {"persistent", stats.serving},
           {"forwarded", stats.forwarded}});
  });
}

void AgentNode::HandleEvent(const dht::Event& event) {
  const auto found = pending_.find(OperationOf(event));
  if (found == pending_.end()) return;
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  pending.reply(pending.results(event));
}

std::optional<AgentNode::Verb> AgentNode::VerbOf(const json& request) const {
  const std::string verb = request.at("do");
  if (verb == "put_immutable") return PutImmutable(request);
  if (verb == "put_mutable") return PutMutable(request);
  if (verb == "announce" || verb == "unannounce") return Announce(request);
  if (verb == "ping" || verb == "add") {
    return Verb{[to = EndpointOf(request.at("endpoint"))](dht::Node& node, base::Time now) {
                  return node.Ping(now, to);
                },
                [bytes = protocol_->traits().id_bytes](const dht::Event& event) {
                  return ToJson(std::get<dht::Pong>(event), bytes);
                }};
  }
  const dht::NodeId target = dht::NodeId::FromBytes(Hex(request, "target"));
  if (verb == "lookup") {
    return Verb{[target](dht::Node& node, base::Time now) { return node.GetPeers(now, target); },
                [](const dht::Event& event) { return ToJson(std::get<dht::PeersReport>(event)); }};
  }
  if (verb == "get_immutable") {
    return Verb{
        [target](dht::Node& node, base::Time now) { return node.Get(now, target); },
        [this](const dht::Event& event) { return Found(std::get<dht::GetReport>(event), 0); }};
  }
  if (verb == "get_mutable") {
    const base::Bytes key = Hex(request, "key");
    if (key.size() != 32) throw std::invalid_argument("need a key of 32 bytes");
    return Verb{[key, salt = Hex(request, "salt")](dht::Node& node, base::Time now) {
                  return node.GetMutable(now, std::span<const uint8_t, 32>(key), salt);
                },
                [this, least = request.value("seq", int64_t{0})](const dht::Event& event) {
                  return Found(std::get<dht::GetReport>(event), least);
                }};
  }
  return std::nullopt;
}

AgentNode::Verb AgentNode::PutImmutable(const json& request) const {
  const dht::Record record{.value = protocol_->WrapBytes(Hex(request, "value"))};
  const std::string target =
      protocol_->ImmutableTarget(record.value).ToHex(protocol_->traits().id_bytes);
  return {[record](dht::Node& node, base::Time now) { return node.Put(now, record); },
          [target](const dht::Event& event) {
            json results = ToJson(std::get<dht::PutReport>(event));
            results["target"] = target;
            return results;
          }};
}

AgentNode::Verb AgentNode::PutMutable(const json& request) const {
  const crypto::Ed25519Signer signer{Seed(request)};
  const auto seq = request.value("seq", int64_t{0});
  std::optional<int64_t> cas;
  if (request.contains("cas")) cas = request["cas"].get<int64_t>();
  const dht::Record record = OrThrow(dht::SignRecord(
      *protocol_, signer, protocol_->WrapBytes(Hex(request, "value")), Hex(request, "salt"), seq));
  return {[record, cas](dht::Node& node, base::Time now) { return node.Put(now, record, cas); },
          [key = base::ToHex(signer.public_key()), seq](const dht::Event& event) {
            json results = ToJson(std::get<dht::PutReport>(event));
            results["key"] = key;
            results["seq"] = seq;
            return results;
          }};
}

AgentNode::Verb AgentNode::Announce(const json& request) const {
  dht::Announcement announcement{.port = request.value("port", uint16_t{0})};
  std::string key;
  if (request.contains("seed")) {
    announcement.signer = std::make_shared<const crypto::Ed25519Signer>(Seed(request));
    key = base::ToHex(announcement.signer->public_key());
  }
  for (const json& relay : request.value("relays", json::array())) {
    announcement.relays.push_back(EndpointOf(relay));
  }
  const dht::NodeId target = dht::NodeId::FromBytes(Hex(request, "target"));
  const bool ends = request.at("do") == "unannounce";
  return {[announcement, target, ends](dht::Node& node, base::Time now) {
            return ends ? node.Unannounce(now, target, announcement)
                        : node.Announce(now, target, announcement);
          },
          [key](const dht::Event& event) {
            json results = ToJson(std::get<dht::PutReport>(event));
            if (!key.empty()) results["key"] = key;
            return results;
          }};
}

json AgentNode::Found(const dht::GetReport& report, int64_t least_seq) const {
  if (report.versions.empty() || report.versions.front().record.seq < least_seq) {
    return {{"value", nullptr}};
  }
  const auto& [record, agreed] = report.versions.front();
  const std::optional<base::Bytes> value = protocol_->UnwrapBytes(record.value);
  json results = {{"agreed", agreed}, {"value", nullptr}};
  if (value) results["value"] = base::ToHex(*value);
  if (record.is_mutable()) results["seq"] = record.seq;
  return results;
}

}  // namespace shadw::interop
