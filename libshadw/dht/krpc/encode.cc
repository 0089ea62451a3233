// SPDX-License-Identifier: Apache-2.0
//
// From message to datagram. Keys are written in sorted order: the code of a dict reads
// like the dict. What may be left out is counted before anything is written.
#include <algorithm>
#include <string_view>

#include "libshadw/dht/krpc/bencode.h"
#include "libshadw/dht/krpc/codec.h"
#include "libshadw/dht/krpc/compact.h"

namespace shadw::dht::krpc {
namespace {

constexpr size_t kSoftLimitBytes = 1024;
constexpr size_t kSoftLimitWithValueBytes = 1400;

// "SW" and our version.
constexpr std::string_view kClient("1:v4:SW\0\1", 9);

// Whether mainline knows the method, in a query and in the response to it.
std::string_view NameOf(Method method) {
  switch (method) {
    case Method::kPing:
      return "4:ping";
    case Method::kFindNode:
      return "9:find_node";
    case Method::kGetPeers:
      return "9:get_peers";
    case Method::kAnnouncePeer:
      return "13:announce_peer";
    case Method::kGetImmutable:
    case Method::kGetMutable:
      return "3:get";
    case Method::kPutImmutable:
    case Method::kPutMutable:
      return "3:put";
    case Method::kSampleTargets:
      return "17:sample_infohashes";
    default:
      return {};
  }
}

void WriteId(const NodeId& id, BencodeWriter& out) {
  out.Raw("20:");
  if (uint8_t* const to = out.Room(kIdBytes); to != nullptr) StoreId(id, to);
}

void WriteWant(const Message& message, BencodeWriter& out) {
  if (!message.want_v4 && !message.want_v6) return;
  out.Raw("4:wantl");
  if (message.want_v4) out.Raw("2:n4");
  if (message.want_v6) out.Raw("2:n6");
  out.Raw("e");
}

// Behind the id, a query has what its method needs; false where it is not there.
bool WriteTargetArguments(const Message& message, BencodeWriter& out) {
  if (!message.target) return false;
  if (message.method == Method::kGetPeers) {
    out.Raw("9:info_hash");
  } else {
    if (message.method == Method::kGetMutable && message.seq) {
      out.Raw("3:seq").Integer(*message.seq);
    }
    out.Raw("6:target");
  }
  WriteId(*message.target, out);
  WriteWant(message, out);
  return true;
}

bool WriteAnnounceArguments(const Message& message, BencodeWriter& out) {
  const Announcement* const announcement = message.announcement;
  const bool implied = announcement != nullptr ? announcement->implied_port : message.implied_port;
  const uint16_t port = announcement != nullptr ? announcement->port : message.port;
  if (!message.target || (port == 0 && !implied)) return false;
  if (implied) out.Raw("12:implied_porti1e");
  out.Raw("9:info_hash");
  WriteId(*message.target, out);
  out.Raw("4:port").Integer(port).Raw("5:token").String(message.token);
  return true;
}

bool WritePutArguments(const Message& message, BencodeWriter& out) {
  if (CheckValue(message.value) != Refusal::kNone) return false;
  if (message.method == Method::kPutMutable) {
    if (message.key.size() != kKeyBytes || message.signature.size() != kSignatureBytes ||
        message.seq.value_or(-1) < 0 || message.salt.size() > kMaxSaltBytes) {
      return false;
    }
    out.Raw("1:k").String(message.key);
    if (!message.salt.empty()) out.Raw("4:salt").String(message.salt);
    out.Raw("3:seq").Integer(*message.seq).Raw("3:sig").String(message.signature);
  }
  out.Raw("5:token").String(message.token).Raw("1:v").Raw(message.value);
  return true;
}

bool WriteArguments(const Message& message, BencodeWriter& out) {
  switch (message.method) {
    case Method::kPing:
      return true;
    case Method::kAnnouncePeer:
      return WriteAnnounceArguments(message, out);
    case Method::kPutImmutable:
    case Method::kPutMutable:
      return WritePutArguments(message, out);
    default:
      return WriteTargetArguments(message, out);
  }
}

void WriteEnd(const Message& message, std::string_view kind, BencodeWriter& out) {
  out.Raw("1:t").String(message.transaction).Raw(kClient).Raw("1:y1:").Raw(kind).Raw("e");
}

bool WriteQuery(const Message& message, BencodeWriter& out) {
  const std::string_view name = NameOf(message.method);
  if (name.empty() || !message.sender) return false;
  out.Raw("d1:ad");
  if (message.method == Method::kPutMutable && message.cas) out.Raw("3:cas").Integer(*message.cas);
  out.Raw("2:id");
  WriteId(*message.sender, out);
  if (!WriteArguments(message, out)) return false;
  out.Raw("e1:q").Raw(name);
  if (message.read_only) out.Raw("2:roi1e");
  WriteEnd(message, "q", out);
  return true;
}

// How many of the things that may be left out a response has room for.
struct Room {
  size_t nodes_v4 = 0;
  size_t nodes_v6 = 0;
  size_t samples = 0;
  size_t peer_bytes = 0;
};

size_t CountFitting(size_t wanted, size_t item_bytes, size_t& left) {
  const size_t count = std::min(wanted, left / item_bytes);
  left -= count * item_bytes;
  return count;
}

bool IsSampled(const Message& message) {
  return message.method == Method::kSampleTargets || !message.samples.empty();
}

Room CountRoom(const Message& message) {
  // Keys, lengths, fixed fields and what every message ends with: at most so much.
  constexpr size_t kFrameBytes = 144;
  constexpr size_t kSeqBytes = 27;
  constexpr size_t kSampleFrameBytes = 73;
  const size_t fixed = kFrameBytes + (message.seq ? kSeqBytes : 0) +
                       (IsSampled(message) ? kSampleFrameBytes : 0) + message.transaction.size() +
                       message.token.size() + message.value.size() + message.key.size() +
                       message.signature.size();
  const size_t limit = message.value.empty() ? kSoftLimitBytes : kSoftLimitWithValueBytes;
  size_t left = limit > fixed ? limit - fixed : 0;
  const auto v6 = static_cast<size_t>(std::ranges::count_if(
      message.contacts, [](const Contact& contact) { return contact.endpoint.v6; }));
  Room room;
  room.nodes_v4 = CountFitting(message.contacts.size() - v6, kNodeV4Bytes, left);
  room.nodes_v6 = CountFitting(v6, kNodeV6Bytes, left);
  room.samples = CountFitting(message.samples.size(), kIdBytes, left);
  room.peer_bytes = left;
  return room;
}

void WriteNodes(const Message& message, bool v6, size_t count, BencodeWriter& out) {
  const size_t size = count * (v6 ? kNodeV6Bytes : kNodeV4Bytes);
  out.Raw(v6 ? "6:nodes6" : "5:nodes").Length(size);
  if (uint8_t* const to = out.Room(size); to != nullptr) {
    StoreNodes(message.contacts, v6, count, to);
  }
}

void WritePeers(const Message& message, size_t left, BencodeWriter& out) {
  if (message.peers.empty()) return;
  out.Raw("6:valuesl");
  for (const base::ByteSpan peer : message.peers) {
    if (peer.size() != kEndpointV4Bytes && peer.size() != kEndpointV6Bytes) continue;
    const size_t size = peer.size() + (peer.size() == kEndpointV4Bytes ? 2 : 3);
    if (size > left) break;
    left -= size;
    out.String(peer);
  }
  out.Raw("e");
}

void WriteResults(const Message& message, BencodeWriter& out) {
  const Room room = CountRoom(message);
  const bool sampled = message.method == Method::kSampleTargets || room.samples > 0;
  if (sampled) out.Raw("8:interval").Integer(message.sample_interval_s);
  if (!message.key.empty()) out.Raw("1:k").String(message.key);
  // find_node is answered with nodes, be it with none.
  if (room.nodes_v4 > 0 || (message.method == Method::kFindNode && message.contacts.empty())) {
    WriteNodes(message, /*v6=*/false, room.nodes_v4, out);
  }
  if (room.nodes_v6 > 0) WriteNodes(message, /*v6=*/true, room.nodes_v6, out);
  if (sampled) {
    out.Raw("3:num").Integer(message.sample_total);
    out.Raw("7:samples").Length(room.samples * kIdBytes);
    for (size_t i = 0; i < room.samples; ++i) {
      if (uint8_t* const to = out.Room(kIdBytes); to != nullptr) StoreId(message.samples[i], to);
    }
  }
  if (message.seq) out.Raw("3:seq").Integer(*message.seq);
  if (!message.signature.empty()) out.Raw("3:sig").String(message.signature);
  if (!message.token.empty()) out.Raw("5:token").String(message.token);
  if (!message.value.empty()) out.Raw("1:v").Raw(message.value);
  WritePeers(message, room.peer_bytes, out);
}

void WriteObserved(const Message& message, BencodeWriter& out) {
  if (!message.observed) return;
  const size_t size = EndpointBytes(*message.observed);
  out.Raw("2:ip").Length(size);
  if (uint8_t* const to = out.Room(size); to != nullptr) StoreEndpoint(*message.observed, to);
}

bool WriteResponse(const Message& message, BencodeWriter& out) {
  if (!message.sender) return false;
  if (message.method != Method::kUnknown && NameOf(message.method).empty()) return false;
  out.Raw("d");
  WriteObserved(message, out);
  out.Raw("1:rd2:id");
  WriteId(*message.sender, out);
  WriteResults(message, out);
  out.Raw("e");
  WriteEnd(message, "r", out);
  return true;
}

bool WriteError(const Message& message, BencodeWriter& out) {
  out.Raw("d1:el").Integer(message.error_code != 0 ? message.error_code : kGenericError);
  out.String(base::AsBytes(message.error_text)).Raw("e");
  WriteObserved(message, out);
  WriteEnd(message, "e", out);
  return true;
}

bool WriteMessage(const Message& message, BencodeWriter& out) {
  switch (message.kind) {
    case Kind::kQuery:
      return WriteQuery(message, out);
    case Kind::kResponse:
      return WriteResponse(message, out);
    case Kind::kError:
      return WriteError(message, out);
  }
  return false;
}

}  // namespace

bool EncodeMessage(const Message& message, base::Bytes& out) {
  uint8_t buffer[kMaxDatagramBytes];
  BencodeWriter writer(buffer);
  if (!WriteMessage(message, writer) || !writer.ok()) {
    out.clear();
    return false;
  }
  const base::ByteSpan written = writer.written();
  out.assign(written.begin(), written.end());
  return true;
}

}  // namespace shadw::dht::krpc
