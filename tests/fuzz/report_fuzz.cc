// SPDX-License-Identifier: Apache-2.0
//
// Hostile reports, proc files and gossip datagrams. A report that opens says nothing that
// cannot be; what a machine answers to a datagram fits one, and there is not much of it.
#include <cstdlib>

#include "libshadw/crypto/random.h"
#include "libshadw/telemetry/gossip.h"
#include "libshadw/telemetry/node_stats.h"
#include "libshadw/telemetry/report.h"

namespace shadw::telemetry {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void FuzzText(base::ByteSpan bytes) {
  const std::string_view text = base::AsText(bytes);
  if (const auto ticks = ParseStat(text); ticks.ok()) Require(ticks->idle <= ticks->total);
  if (const auto info = ParseMeminfo(text); info.ok()) {
    Require(info->memory_free_bytes <= info->memory_total_bytes);
    Require(info->swap_free_bytes <= info->swap_total_bytes);
  }
  (void)ParseUptime(text);
}

void FuzzGossip(base::ByteSpan bytes) {
  const base::Time now = base::FromUnixSeconds(1'700'000'000);
  crypto::SeededRandom random(1);
  Gossip machine({}, &random, now);
  const crypto::Ed25519Signer signer(base::ByteArray<32>{1});
  Require(machine.Publish(now, *SignReport(signer, 1, {.taken = now})).ok());
  const base::Endpoint peer = base::Endpoint::V4(1, 2, 3, 4, 5);
  Require(machine.AddPeer(peer).ok());
  machine.HandleMessage(now, peer, bytes);
  size_t answers = 0;
  while (const auto transmit = machine.PollTransmit()) {
    Require(transmit->bytes.size() <= Gossip::kMaxDatagramBytes && transmit->to == peer);
    ++answers;
  }
  Require(answers <= Gossip::kMaxAnswers + 1);
}

void Fuzz(base::ByteSpan bytes) {
  if (const auto report = ParseReport(bytes); report.ok()) {
    Require(report->stats.Validate().ok());
  }
  FuzzText(bytes);
  FuzzGossip(bytes);
}

}  // namespace
}  // namespace shadw::telemetry

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::telemetry::Fuzz({data, size});
  return 0;
}
