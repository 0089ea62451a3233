// SPDX-License-Identifier: Apache-2.0
//
// The parts of the mainline protocol, a file each: decode.cc, encode.cc, records.cc.
// They mean what `protocol.h` says. Private to the codec.
#ifndef LIBSHADW_DHT_KRPC_CODEC_H_
#define LIBSHADW_DHT_KRPC_CODEC_H_

#include "libshadw/dht/protocol.h"

namespace shadw::dht::krpc {

inline constexpr size_t kMaxValueBytes = 1000;
inline constexpr size_t kMaxSaltBytes = 64;
inline constexpr size_t kKeyBytes = 32;
inline constexpr size_t kSignatureBytes = 64;

// Error codes on the wire.
inline constexpr int kGenericError = 201;
inline constexpr int kServerError = 202;
inline constexpr int kProtocolError = 203;
inline constexpr int kMethodUnknownError = 204;
inline constexpr int kValueTooBigError = 205;
inline constexpr int kBadSignatureError = 206;
inline constexpr int kSaltTooBigError = 207;
inline constexpr int kCasMismatchError = 301;
inline constexpr int kSeqTooLowError = 302;

bool DecodeMessage(base::ByteSpan datagram, Message& message);
bool InterpretResponse(Method asked, Message& response);
bool EncodeMessage(const Message& message, base::Bytes& out);

NodeId ImmutableTarget(base::ByteSpan value);
NodeId MutableTarget(std::span<const uint8_t, 32> key, base::ByteSpan salt);
Refusal CheckValue(base::ByteSpan value);
base::Bytes WrapBytes(base::ByteSpan bytes);
std::optional<base::Bytes> UnwrapBytes(base::ByteSpan value);
base::Bytes Signable(base::ByteSpan value, base::ByteSpan salt, int64_t seq);
Refusal ReadAnnounce(const Message& query, const base::Endpoint& from, StoredPeer& peer);
std::optional<Peer> ParsePeer(base::ByteSpan record);

}  // namespace shadw::dht::krpc

#endif  // LIBSHADW_DHT_KRPC_CODEC_H_
