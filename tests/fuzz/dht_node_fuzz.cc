// SPDX-License-Identifier: Apache-2.0
//
// Hostile datagrams for a node that has contacts, records and operations under way.
// Whatever comes in: no limit is passed, time moves on, and an address that proved
// nothing is sent no more than the published multiples of what it sent.
//   input  protocol u8 ‖ steps; a step is action u8 ‖ sender u8 ‖ its arguments
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "libshadw/crypto/random.h"
#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"
#include "libshadw/dht/node.h"

namespace shadw::dht {
namespace {

constexpr size_t kMaxSteps = 200;
constexpr size_t kMaxHeld = 64;
constexpr size_t kMaxTable = kMaxIdBits * 20;

void Require(bool condition) {
  if (!condition) std::abort();
}

// The script: it never ends before its reader does.
class Script {
 public:
  explicit Script(base::ByteSpan bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  uint8_t Byte() {
    if (bytes_.empty()) return 0;
    const uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }
  base::Bytes Take() {
    const size_t low = Byte();  // one after the other: each takes a byte away
    const size_t high = Byte() % 6;
    const size_t size = std::min(low + 256 * high, bytes_.size());
    const base::Bytes taken = base::ToBytes(bytes_.first(size));
    bytes_ = bytes_.subspan(size);
    return taken;
  }

 private:
  base::ByteSpan bytes_;
};

// Some public, some in one subnet, some local, some of IPv6.
base::Endpoint Sender(uint8_t i) {
  if (i < 128) return base::Endpoint::V4(20, 1, i, 1, 6881);
  if (i < 192) return base::Endpoint::V4(30, 1, 1, i, i);
  if (i < 224) return base::Endpoint::V4(127, 0, 0, 1, static_cast<uint16_t>(6000 + i));
  return base::Endpoint::V6(base::ByteArray<16>{0x20, 1, 13, 0xb8, i}, 6881);
}

class Fuzzer {
 public:
  explicit Fuzzer(Script script)
      : script_(script),
        protocol_(script_.Byte() % 2 == 0 ? &krpc::Mainline() : &hyper::Hyperdht()) {
    NodeOptions options{.serving = Serving::kAlways, .v6 = true};
    options.responder.records.max_records = 20;
    options.responder.peers = {.max_targets = 10, .max_peers_of_target = 10};
    options.guard.max_addresses = 64;
    options.bootstrap = {Sender(0)};
    node_.emplace(*Node::Create(options, protocol_, &random_, now_));
    for (uint8_t i = 0; i < 12; ++i) {
      const base::Endpoint endpoint = Sender(i);
      node_->Vouch(now_, {protocol_->IdFor(endpoint, random_), endpoint});
    }
    held_.push_back({});
    Drain();
  }

  void Run() {
    for (size_t step = 0; step < kMaxSteps && !script_.empty(); ++step) {
      const uint8_t action = script_.Byte();
      const base::Endpoint who = Sender(script_.Byte());
      Step(action % 8, who);
      Drain();
      CheckLimits();
    }
  }

 private:
  void Step(uint8_t action, const base::Endpoint& who) {
    switch (action) {
      case 0:
        return Hear(who, script_.Take());
      case 1:
        return Pass(std::chrono::milliseconds(1 << (script_.Byte() % 24)));
      case 2:
        return Begin(script_.Byte());
      case 3:
        return Answer(who, false);
      case 4:
        return Answer(who, true);
      case 5:
        return Ask(who);
      case 6: {  // what the node said itself comes back, altered
        base::Bytes bytes = held_[script_.Byte() % held_.size()].bytes;
        if (!bytes.empty()) bytes[script_.Byte() % bytes.size()] ^= script_.Byte();
        return Hear(who, bytes);
      }
      default:
        node_->HandleNetworkChange(now_);
    }
  }

  void Hear(const base::Endpoint& from, const base::Bytes& bytes) {
    Message message;
    if (!from.IsUsable() || !protocol_->Decode(bytes, from, message)) {
      return node_->HandleMessage(now_, from, bytes);
    }
    Allowance& allowance = AllowanceOf(from);
    if (message.kind == Kind::kQuery) {
      allowance.answerable += Multiple(message) * static_cast<double>(bytes.size());
      // Tokens are proofs, and relayed messages and pings of the node's own go elsewhere.
      if (!message.token.empty()) allowance.proven = true;
      return node_->HandleMessage(now_, from, bytes);
    }
    const uint64_t unexpected = node_->stats().unexpected;
    node_->HandleMessage(now_, from, bytes);
    // So are answers to what the node asked there.
    if (node_->stats().unexpected == unexpected) allowance.proven = true;
  }
  static double Multiple(const Message& query) { return AmplificationLimit(query.method); }

  void Pass(base::Duration time) {
    now_ += time;
    node_->HandleTimeout(now_);
    Drain();
    const auto next = node_->NextTimeout();
    Require(!next || *next > now_);  // a driver would spin
  }

  NodeId Target(uint8_t i) const { return NodeId::FromBytes(base::ByteArray<2>{i, 7}); }

  void Begin(uint8_t what) {
    const NodeId target = Target(script_.Byte());
    const Approach how{.disjoint_paths = 1 + what / 64u, .density_aware = what % 2 == 0};
    const Record record{.value = protocol_->WrapBytes(base::ByteArray<3>{what})};
    switch (what % 9) {
      case 0:
        return Ignore(node_->Get(now_, target, how));
      case 1:
        return Ignore(node_->GetMutable(now_, signer_.public_key(), {}, how));
      case 2:
        return Ignore(node_->Put(now_, record, {}, how, what > 200));
      case 3:
        return Ignore(node_->Put(now_, *SignRecord(*protocol_, signer_, record.value, {}, what), {},
                                 how, what > 200));
      case 4:
        return Ignore(node_->GetPeers(now_, target, how));
      case 5:
        return Ignore(node_->FindNode(now_, target, how));
      case 6:
        return Ignore(node_->Ping(now_, Sender(what)));
      case 7:
        return Ignore(node_->Listen(now_, target, how));
      default:
        return Ignore(node_->SampleTargets(now_, target, how));
    }
  }
  static void Ignore(const absl::StatusOr<OperationId>& operation) {
    Require(operation.ok() || !operation.status().message().empty());
  }

  // An answer to something the node asked; from whom it asked, or from somebody else.
  void Answer(const base::Endpoint& who, bool alter) {
    const base::Transmit<base::Endpoint>& asked = held_[script_.Byte() % held_.size()];
    Message query;
    if (!protocol_->Decode(asked.bytes, who, query) || query.kind != Kind::kQuery) return;
    const uint8_t what = script_.Byte();
    Message reply{.kind = what % 16 == 0 ? Kind::kError : Kind::kResponse,
                  .method = query.method,
                  .transaction = query.transaction,
                  .sender = protocol_->IdFor(asked.to, random_),
                  .observed = what % 4 == 0 ? Sender(script_.Byte()) : Sender(100)};
    const base::ByteArray<32> token{what};
    reply.token = base::ByteSpan(token).first(protocol_->traits().token_bytes);
    if (reply.kind == Kind::kError) reply.error_code = 1 + what;
    for (int i = 0; i < what % 8; ++i) {
      const base::Endpoint endpoint = Sender(script_.Byte());
      if (endpoint.v6 && !protocol_->traits().v6) continue;
      reply.contacts.Add(
          {what % 3 == 0 ? Target(script_.Byte()) : protocol_->IdFor(endpoint, random_), endpoint});
    }
    const Record record =
        *SignRecord(*protocol_, signer_, protocol_->WrapBytes(base::ByteArray<1>{what}), {}, what);
    if (query.method == Method::kGetMutable && what % 2 == 0) {
      reply.value = record.value;
      reply.key = *record.key;
      reply.signature = record.signature;
      reply.seq = record.seq;
    }
    base::Bytes bytes;
    if (!protocol_->Encode(reply, asked.to, bytes)) return;
    if (alter) bytes[script_.Byte() % bytes.size()] ^= script_.Byte();
    Hear(alter && what % 2 == 0 ? who : asked.to, bytes);
  }

  // A query in good form, of any method.
  void Ask(const base::Endpoint& who) {
    const uint8_t what = script_.Byte();
    const base::ByteArray<2> transaction{what, 1};
    const base::Bytes value = protocol_->WrapBytes(base::ByteArray<4>{what});
    Message query{.method = static_cast<Method>(what % kMethods),
                  .transaction = transaction,
                  .sender = protocol_->IdFor(who, random_),
                  .read_only = what > 128,
                  .observed = Sender(100),
                  .target = Target(script_.Byte() % 8)};
    const base::Bytes token = script_.Byte() % 2 == 0 ? TokenSentTo(who) : base::Bytes();
    query.token = token;
    query.value = value;
    query.port = 7;
    query.delay_ms = 100u * what;
    if (query.method == Method::kPutImmutable) query.target = protocol_->ImmutableTarget(value);
    base::Bytes bytes;
    if (protocol_->Encode(query, Sender(100), bytes)) Hear(who, bytes);
  }
  base::Bytes TokenSentTo(const base::Endpoint& who) const {
    for (const base::Transmit<base::Endpoint>& sent : held_) {
      Message message;
      if (sent.to == who && protocol_->Decode(sent.bytes, who, message) && !message.token.empty()) {
        return base::ToBytes(message.token);
      }
    }
    return {};
  }

  // What one IP was sent, and how much it may be.
  struct Allowance {
    double answerable = 0;
    int64_t second = 0;
    size_t bytes_this_second = 0;
    bool proven = false;
  };
  Allowance& AllowanceOf(const base::Endpoint& endpoint) {
    return allowances_[base::ToBytes(endpoint.ip())];
  }

  void Drain() {
    while (auto transmit = node_->PollTransmit()) {
      Require(!transmit->bytes.empty() && transmit->bytes.size() <= kMaxDatagramBytes);
      Require(transmit->to.IsUsable());
      CheckReply(*transmit);
      held_.push_back(*std::move(transmit));
      if (held_.size() > kMaxHeld) held_.pop_front();
    }
    while (node_->PollEvent()) {
    }
  }
  void CheckReply(const base::Transmit<base::Endpoint>& transmit) {
    Message message;
    Require(protocol_->Decode(transmit.bytes, Sender(100), message));
    if (message.kind == Kind::kQuery || message.method == Method::kPeerHandshake ||
        node_->stats().forwarded > 0) {
      return;
    }
    Allowance& allowance = AllowanceOf(transmit.to);
    if (allowance.proven) return;
    allowance.answerable -= static_cast<double>(transmit.bytes.size());
    Require(allowance.answerable >= 0);
    if (allowance.second != base::ToUnixSeconds(now_)) {
      allowance.second = base::ToUnixSeconds(now_);
      allowance.bytes_this_second = 0;
    }
    allowance.bytes_this_second += transmit.bytes.size();
    Require(allowance.bytes_this_second <= GuardOptions{}.unproven_bytes_per_second);
  }
  void CheckLimits() const {
    const NodeStats stats = node_->stats();
    Require(stats.operations <= kMaxOperations + 2 && stats.requests <= kMaxRequests);
    Require(stats.records <= 20 && stats.peer_targets <= 10);
    Require(stats.contacts <= kMaxTable);
  }

  Script script_;
  const Protocol* protocol_;
  crypto::SeededRandom random_{7};
  crypto::Ed25519Signer signer_{base::ByteArray<32>{1}};
  base::Time now_ = base::FromUnixSeconds(1'700'000'000);
  std::optional<Node> node_;
  std::deque<base::Transmit<base::Endpoint>> held_;
  std::map<base::Bytes, Allowance> allowances_;
};

}  // namespace
}  // namespace shadw::dht

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::dht::Fuzzer(shadw::dht::Script({data, size})).Run();
  return 0;
}
