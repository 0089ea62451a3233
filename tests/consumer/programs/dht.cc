// SPDX-License-Identifier: Apache-2.0
//
// Uses shadw::dht and nothing else: one node answers another's ping.
#include <cstdio>

#include "libshadw/crypto/random.h"
#include "libshadw/dht/krpc/mainline.h"
#include "libshadw/dht/node.h"

int main() {
  using shadw::base::Endpoint;
  shadw::crypto::SeededRandom random(1);
  const shadw::base::Time now = shadw::base::FromUnixSeconds(1'700'000'000);
  const auto& mainline = shadw::dht::krpc::Mainline();
  auto asker = shadw::dht::Node::Create({}, &mainline, &random, now);
  auto server = shadw::dht::Node::Create({}, &mainline, &random, now);
  const Endpoint asker_at = Endpoint::V4(127, 0, 0, 1, 1001);
  const Endpoint server_at = Endpoint::V4(127, 0, 0, 1, 1002);
  if (!asker.ok() || !server.ok() || !asker->Ping(now, server_at).ok()) return 1;
  while (auto query = asker->PollTransmit()) server->HandleMessage(now, asker_at, query->bytes);
  while (auto reply = server->PollTransmit()) asker->HandleMessage(now, server_at, reply->bytes);
  const auto event = asker->PollEvent();
  const auto* pong = event ? std::get_if<shadw::dht::Pong>(&*event) : nullptr;
  if (pong == nullptr || !pong->answered) return 1;
  std::puts("dht: ok");
  return 0;
}
