// SPDX-License-Identifier: Apache-2.0
//
// From datagram to message, in one pass. The key that tells queries from responses stands
// last in the outer dict: `a` is read as a query's, `r` as a response's, and a datagram
// that has both is noise.
#include <string_view>

#include "libshadw/dht/krpc/bencode.h"
#include "libshadw/dht/krpc/codec.h"
#include "libshadw/dht/krpc/compact.h"

namespace shadw::dht::krpc {
namespace {

// What a query's arguments say beyond what stands in the message.
struct Arguments {
  base::ByteSpan target;
  base::ByteSpan info_hash;
  bool has_token = false;
  bool has_port = false;
  bool has_value = false;
  bool is_mutable = false;  // any field is there that only mutable records have
  bool is_sorted = true;    // and no key comes twice
  bool is_odd = false;      // salt or cas are there and cannot be read
};

// The rest of the outer dict; what is missing or of another type stays empty.
struct Outer {
  char kind = 0;   // y
  int bodies = 0;  // how often a or r is there
  bool has_results = false;
  base::ByteSpan method;
  Arguments arguments;
  base::ByteSpan error;
  base::ByteSpan observed;
  bool has_transaction = false;
};

base::ByteSpan StringOrSkip(BencodeReader& in) {
  if (in.NextIsString()) return in.String();
  in.Skip();
  return {};
}

std::optional<int64_t> IntegerOrSkip(BencodeReader& in) {
  if (in.NextIsInteger()) return in.Integer();
  in.Skip();
  return std::nullopt;
}

base::ByteSpan OfSize(base::ByteSpan bytes, size_t size) {
  return bytes.size() == size ? bytes : base::ByteSpan();
}

std::optional<NodeId> ToId(base::ByteSpan bytes) {
  if (bytes.size() != kIdBytes) return std::nullopt;
  return LoadId(bytes.data());
}

// Calls `read(key)` for every key; it must go past the value. False, and nothing
// happened, where no dict stands next; a failed reader says so itself.
template <typename Read>
bool ReadDict(BencodeReader& in, Read read) {
  if (!in.OpenDict()) return false;
  while (in.More()) {
    read(base::AsText(in.String()));
  }
  return true;
}

Method MethodNamed(std::string_view name) {
  if (name == "find_node") return Method::kFindNode;
  if (name == "ping") return Method::kPing;
  if (name == "get_peers") return Method::kGetPeers;
  if (name == "get") return Method::kGetMutable;
  if (name == "announce_peer") return Method::kAnnouncePeer;
  if (name == "put") return Method::kPutImmutable;
  if (name == "sample_infohashes") return Method::kSampleTargets;
  return Method::kUnknown;
}

void ReadWant(BencodeReader& in, Message& message) {
  if (!in.OpenList()) {
    in.Skip();
    return;
  }
  while (in.More()) {
    const std::string_view family = base::AsText(StringOrSkip(in));
    message.want_v4 |= family == "n4";
    message.want_v6 |= family == "n6";
  }
}

void ReadPort(BencodeReader& in, Message& message, Arguments& found) {
  const int64_t port = IntegerOrSkip(in).value_or(0);
  found.has_port = port > 0 && port <= 0xffff;
  message.port = found.has_port ? static_cast<uint16_t>(port) : uint16_t{0};
}

// Of a record, as queries and responses have it. False: another key.
bool ReadRecordField(std::string_view key, BencodeReader& in, Message& message) {
  if (key == "token") {
    message.token = StringOrSkip(in);
  } else if (key == "v") {
    message.value = in.Skip();
  } else if (key == "k") {
    message.key = OfSize(StringOrSkip(in), kKeyBytes);
  } else if (key == "sig") {
    message.signature = OfSize(StringOrSkip(in), kSignatureBytes);
  } else if (key == "seq") {
    message.seq = IntegerOrSkip(in);
  } else {
    return false;
  }
  return true;
}

void ReadArgument(std::string_view key, BencodeReader& in, Message& message, Arguments& found) {
  if (key == "id") {
    message.sender = ToId(StringOrSkip(in));
  } else if (key == "target") {
    found.target = StringOrSkip(in);
  } else if (key == "info_hash") {
    found.info_hash = StringOrSkip(in);
  } else if (key == "want") {
    ReadWant(in, message);
  } else if (key == "port") {
    ReadPort(in, message, found);
  } else if (key == "implied_port") {
    message.implied_port = IntegerOrSkip(in).value_or(0) != 0;
  } else if (key == "salt") {
    found.is_mutable = true;
    found.is_odd |= !in.NextIsString();
    message.salt = StringOrSkip(in);
  } else if (key == "cas") {
    found.is_mutable = true;
    message.cas = IntegerOrSkip(in);
    found.is_odd |= !message.cas.has_value();
  } else if (ReadRecordField(key, in, message)) {
    found.has_token |= key == "token";
    found.has_value |= key == "v";
    found.is_mutable |= key == "k" || key == "sig" || key == "seq";
  } else {
    in.Skip();
  }
}

Refusal CheckPut(const Arguments& found, const Message& message) {
  if (!found.has_token || !found.has_value || !found.is_sorted || found.is_odd) {
    return Refusal::kMalformed;
  }
  if (found.is_mutable &&
      (message.key.empty() || message.signature.empty() || message.seq.value_or(-1) < 0)) {
    return Refusal::kMalformed;
  }
  if (message.salt.size() > kMaxSaltBytes) return Refusal::kSaltTooBig;
  return CheckValue(message.value);
}

// Settles method and target; says what is wrong with the query.
Refusal CheckQuery(bool is_named, const Arguments& found, Message& message) {
  message.target = ToId(found.target);
  switch (message.method) {
    case Method::kPing:
      break;
    case Method::kGetPeers:
    case Method::kAnnouncePeer:
      message.target = ToId(found.info_hash);
      if (!message.target) return Refusal::kMalformed;
      break;
    case Method::kPutImmutable:
      if (found.is_mutable) message.method = Method::kPutMutable;
      message.target.reset();
      break;
    case Method::kUnknown:
      if (!is_named) return Refusal::kMalformed;
      if (!message.target) message.target = ToId(found.info_hash);
      if (!message.target) return Refusal::kUnknownMethod;
      message.method = Method::kFindNode;
      break;
    default:
      if (!message.target) return Refusal::kMalformed;
  }
  if (!message.sender) return Refusal::kMalformed;
  if (message.method == Method::kPutMutable || message.method == Method::kPutImmutable) {
    return CheckPut(found, message);
  }
  if (message.method == Method::kAnnouncePeer &&
      (!found.has_token || (!found.has_port && !message.implied_port))) {
    return Refusal::kMalformed;
  }
  return Refusal::kNone;
}

// A datagram bounds the number of peers.
void ReadPeers(BencodeReader& in, Message& message) {
  if (!in.OpenList()) {
    in.Skip();
    return;
  }
  while (in.More()) {
    const base::ByteSpan peer = StringOrSkip(in);
    if (LoadEndpoint(peer)) message.peers.push_back(peer);
  }
}

void ReadSamples(base::ByteSpan samples, Message& message) {
  for (; samples.size() >= kIdBytes; samples = samples.subspan(kIdBytes)) {
    message.samples.push_back(LoadId(samples.data()));
  }
}

void ReadResults(BencodeReader& in, Message& message, Outer& outer) {
  base::ByteSpan nodes6;  // read last, whatever the order: v4 contacts come first
  outer.has_results = ReadDict(in, [&](std::string_view key) {
    if (key == "id") {
      message.sender = ToId(StringOrSkip(in));
    } else if (key == "nodes") {
      AddNodesV4(StringOrSkip(in), message.contacts);
    } else if (key == "nodes6") {
      nodes6 = StringOrSkip(in);
    } else if (key == "values") {
      ReadPeers(in, message);
    } else if (key == "samples") {
      ReadSamples(StringOrSkip(in), message);
    } else if (key == "interval") {
      message.sample_interval_s = IntegerOrSkip(in).value_or(0);
    } else if (key == "num") {
      message.sample_total = IntegerOrSkip(in).value_or(0);
    } else if (!ReadRecordField(key, in, message)) {
      in.Skip();
    }
  });
  if (!outer.has_results) in.Skip();
  AddNodesV6(nodes6, message.contacts);
}

void ReadArguments(BencodeReader& in, Message& message, Arguments& found) {
  std::optional<std::string_view> previous;
  const bool is_dict = ReadDict(in, [&](std::string_view key) {
    found.is_sorted &= !previous || *previous < key;
    previous = key;
    ReadArgument(key, in, message, found);
  });
  if (!is_dict) in.Skip();
}

bool ReadOuter(base::ByteSpan datagram, Message& message, Outer& outer) {
  BencodeReader in(datagram);
  const bool is_dict = ReadDict(in, [&](std::string_view key) {
    if (key == "t") {
      outer.has_transaction = in.NextIsString();
      message.transaction = StringOrSkip(in);
    } else if (key == "y") {
      const base::ByteSpan kind = StringOrSkip(in);
      outer.kind = kind.size() == 1 ? static_cast<char>(kind[0]) : 0;
    } else if (key == "a") {
      ++outer.bodies;
      ReadArguments(in, message, outer.arguments);
    } else if (key == "r") {
      ++outer.bodies;
      ReadResults(in, message, outer);
    } else if (key == "q") {
      outer.method = StringOrSkip(in);
    } else if (key == "e") {
      outer.error = in.Skip();
    } else if (key == "ip") {
      outer.observed = StringOrSkip(in);
    } else if (key == "ro") {
      message.read_only = IntegerOrSkip(in).value_or(0) == 1;
    } else {
      in.Skip();
    }
  });
  return is_dict && in.ok() && outer.has_transaction && outer.bodies <= 1;
}

// [code, text]; what is missing or odd is a generic error without words.
void DecodeError(base::ByteSpan error, Message& message) {
  message.kind = Kind::kError;
  message.error_code = kGenericError;
  BencodeReader in(error);
  if (!in.OpenList() || !in.More()) return;
  const int64_t code = IntegerOrSkip(in).value_or(0);
  if (code > 0 && code <= 0xffff) message.error_code = static_cast<int>(code);
  if (in.More()) message.error_text = base::AsText(StringOrSkip(in));
}

}  // namespace

bool DecodeMessage(base::ByteSpan datagram, Message& message) {
  Outer outer;
  if (datagram.size() > kMaxDatagramBytes || !ReadOuter(datagram, message, outer)) return false;
  if (outer.kind == 'q') {
    message.method = MethodNamed(base::AsText(outer.method));
    message.malformed = CheckQuery(!outer.method.empty(), outer.arguments, message);
    return !outer.has_results;
  }
  message.read_only = false;
  message.observed = LoadEndpoint(outer.observed);
  if (outer.kind == 'r') {
    message.kind = Kind::kResponse;
    return outer.has_results;
  }
  if (outer.kind == 'e') DecodeError(outer.error, message);
  return outer.kind == 'e';
}

bool InterpretResponse(Method asked, Message& response) {
  if (response.kind == Kind::kQuery) return false;
  response.method = asked;
  // A half record is none; the nodes that came with it are still good.
  const bool is_signed =
      !response.key.empty() && !response.signature.empty() && response.seq.has_value();
  if (asked == Method::kGetMutable && !is_signed) {
    response.value = {};
    response.key = {};
    response.signature = {};
  }
  return true;
}

}  // namespace shadw::dht::krpc
