// SPDX-License-Identifier: Apache-2.0
//
// Hostile datagrams for mainline. What is accepted keeps the promises of message.h, can
// be handed to everything a node does with it, and is written and read again the same.
#include <cstdlib>

#include "libshadw/dht/krpc/mainline.h"

namespace shadw::dht::krpc {
namespace {

constexpr base::Endpoint kFrom = base::Endpoint::V4(88, 99, 3, 86, 6881);

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckPromises(const Message& message) {
  Require(message.key.empty() || message.key.size() == 32);
  Require(message.signature.empty() || message.signature.size() == 64);
  Require(message.contacts.size() <= kMaxContactsPerMessage);
  for (const Contact& contact : message.contacts) Require(contact.endpoint.IsUsable());
  Require(message.kind == Kind::kQuery || message.malformed == Refusal::kNone);
  Require((message.kind == Kind::kError) == (message.error_code != 0));
  if (message.kind != Kind::kQuery || message.malformed != Refusal::kNone) return;
  Require(message.sender.has_value() && message.method != Method::kUnknown);
}

void Use(const Message& message) {
  const Protocol& mainline = Mainline();
  for (const base::ByteSpan peer : message.peers) mainline.ParsePeer(peer);
  StoredPeer stored;
  if (message.method == Method::kAnnouncePeer &&
      mainline.ReadAnnounce(message, kFrom, NodeId{}, stored) == Refusal::kNone) {
    Require(mainline.ParsePeer(stored.record).has_value());
  }
  if (message.malformed != Refusal::kNone) return;
  if (message.method == Method::kPutMutable || message.method == Method::kPutImmutable) {
    Require(mainline.CheckValue(message.value) == Refusal::kNone);
    mainline.ImmutableTarget(message.value);
    mainline.Signable(message.value, message.salt, message.seq.value_or(0));
  }
  const auto bytes = mainline.UnwrapBytes(message.value);
  if (bytes) Require(base::AsText(mainline.WrapBytes(*bytes)) == base::AsText(message.value));
}

void Fuzz(base::ByteSpan datagram) {
  const Protocol& mainline = Mainline();
  Message message;
  if (!mainline.Decode(datagram, kFrom, message)) return;
  CheckPromises(message);
  Use(message);
  base::Bytes written;
  if (mainline.Encode(message, kFrom, written)) {
    Require(written.size() <= kMaxDatagramBytes);
    Message again;
    Require(mainline.Decode(written, kFrom, again));
    base::Bytes twice;
    Require(mainline.Encode(again, kFrom, twice) && twice == written);
  } else {
    Require(written.empty());
  }
  for (size_t method = 0; method < kMethods; ++method) {
    Message asked = message;
    const bool makes_sense = mainline.Interpret(static_cast<Method>(method), asked);
    Require(message.kind != Kind::kQuery || !makes_sense);
    mainline.Encode(asked, kFrom, written);
  }
}

}  // namespace
}  // namespace shadw::dht::krpc

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::dht::krpc::Fuzz({data, size});
  return 0;
}
