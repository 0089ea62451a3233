// SPDX-License-Identifier: Apache-2.0
//
// Node ids and targets, and the XOR distance between them. One type serves networks of
// 160-bit ids (mainline) and of 256-bit ids (hyperdht): a shorter id is followed by
// zeros, which changes no distance and no order.
//
//   NodeId a = NodeId::FromBytes(twenty_bytes);
//   if (Closer(target, a, b)) …                  // is a closer to target than b?
//   int bits = SharedPrefixBits(a, b);           // the bucket of b in the table of a
//   Source   Maymounkov & Mazieres 2002 (Kademlia), 2.1
#ifndef LIBSHADW_DHT_NODE_ID_H_
#define LIBSHADW_DHT_NODE_ID_H_

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <string>

#include "libshadw/base/bytes.h"

namespace shadw::dht {

inline constexpr size_t kMaxIdBytes = 32;
inline constexpr int kMaxIdBits = 256;

struct NodeId {
  // The id as one big number, words[0] its highest 64 bits: distances are compared
  // word by word.
  std::array<uint64_t, 4> words;

  //   Shapes   bytes  at most 32; zeros follow
  static NodeId FromBytes(base::ByteSpan bytes);
  // The first `out.size()` bytes.
  void ToBytes(base::MutableByteSpan out) const;
  std::string ToHex(size_t id_bytes) const;

  // Written out: compilers make a call of the default one, and tables compare all day.
  friend bool operator==(const NodeId& a, const NodeId& b) {
    return ((a.words[0] ^ b.words[0]) | (a.words[1] ^ b.words[1]) | (a.words[2] ^ b.words[2]) |
            (a.words[3] ^ b.words[3])) == 0;
  }
  friend auto operator<=>(const NodeId&, const NodeId&) = default;  // NOLINT(modernize-use-nullptr)
};

inline NodeId Distance(const NodeId& a, const NodeId& b) {
  return {{a.words[0] ^ b.words[0], a.words[1] ^ b.words[1], a.words[2] ^ b.words[2],
           a.words[3] ^ b.words[3]}};
}

// True when a is closer to target than b is.
inline bool Closer(const NodeId& target, const NodeId& a, const NodeId& b) {
  for (size_t i = 0; i < target.words.size(); ++i) {
    if (a.words[i] != b.words[i]) {
      return (a.words[i] ^ target.words[i]) < (b.words[i] ^ target.words[i]);
    }
  }
  return false;
}

// How many leading bits a and b share: 0 to 256.
inline int SharedPrefixBits(const NodeId& a, const NodeId& b) {
  for (int i = 0; i < 4; ++i) {
    const uint64_t differing = a.words[i] ^ b.words[i];
    if (differing != 0) return 64 * i + std::countl_zero(differing);
  }
  return kMaxIdBits;
}

struct NodeIdHash {
  // Ids come from strangers who may choose them: callers bound what they key by ids.
  size_t operator()(const NodeId& id) const {
    return static_cast<size_t>((id.words[0] ^ id.words[1] * 0x9e3779b97f4a7c15) *
                               0xbf58476d1ce4e5b9);
  }
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_NODE_ID_H_
