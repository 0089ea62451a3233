// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "libshadw/crypto/blake2b.h"
#include "libshadw/dht/hyper/wire.h"

namespace shadw::dht::hyper {
namespace {

constexpr Command kCommands[] = {
    {Method::kPing, true, 0, false},           {Method::kPingNat, true, 1, false},
    {Method::kFindNode, true, 2, true},        {Method::kDownHint, true, 3, false},
    {Method::kDelayedPing, true, 4, false},    {Method::kPeerHandshake, false, 0, false},
    {Method::kPeerHolepunch, false, 1, false}, {Method::kFindPeer, false, 2, true},
    {Method::kGetPeers, false, 3, true},       {Method::kAnnouncePeer, false, 4, true},
    {Method::kUnannouncePeer, false, 5, true}, {Method::kPutMutable, false, 6, true},
    {Method::kGetMutable, false, 7, true},     {Method::kPutImmutable, false, 8, true},
    {Method::kGetImmutable, false, 9, true},
};

}  // namespace

std::optional<Command> CommandOf(Method method) {
  const auto* found = std::ranges::find(kCommands, method, &Command::method);
  if (found == std::end(kCommands)) return std::nullopt;
  return *found;
}

Method MethodOf(bool internal, uint64_t number) {
  const auto* found = std::ranges::find_if(kCommands, [&](const Command& command) {
    return command.internal == internal && command.number == number;
  });
  return found == std::end(kCommands) ? Method::kUnknown : found->method;
}

NodeId IdOf(const base::Endpoint& address) {
  const base::ByteArray<2> port = {static_cast<uint8_t>(address.port),
                                   static_cast<uint8_t>(address.port >> 8)};
  return NodeId::FromBytes(crypto::Blake2b256({}, {address.ip(), port}));
}

base::ByteArray<32> SignatureContext(uint8_t command) {
  const auto network = crypto::Blake2b256({}, {base::AsBytes("hyperswarm/dht")});
  return crypto::Blake2b256({}, {network, {&command, 1}});
}

base::ByteArray<64> Signable(uint8_t command, const base::ByteArray<32>& hash) {
  base::ByteArray<64> bytes;
  std::ranges::copy(SignatureContext(command), bytes.begin());
  std::ranges::copy(hash, bytes.begin() + 32);
  return bytes;
}

}  // namespace shadw::dht::hyper
