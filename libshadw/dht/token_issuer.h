// SPDX-License-Identifier: Apache-2.0
//
// Write tokens: proof that whoever writes can be reached at the address he writes from.
// A token is a MAC of the address and the target under a secret that changes; tokens of
// the secret before still count, so one lives one to two rotations and nothing is stored.
//   Source   BEP 5; dht-rpc, whose tokens are 32 bytes
#ifndef LIBSHADW_DHT_TOKEN_ISSUER_H_
#define LIBSHADW_DHT_TOKEN_ISSUER_H_

#include "libshadw/base/bytes.h"
#include "libshadw/base/endpoint.h"
#include "libshadw/base/random.h"
#include "libshadw/base/time.h"
#include "libshadw/dht/node_id.h"

namespace shadw::dht {

inline constexpr size_t kTokenBytes = 32;
using Token = base::ByteArray<kTokenBytes>;

class TokenIssuer {
 public:
  //   Shapes   token_bytes  how many of a token's bytes are sent; at most kTokenBytes
  TokenIssuer(size_t token_bytes, base::Duration rotation, base::RandomSource* random);

  Token Issue(base::Time now, const base::Endpoint& to, const NodeId& target);
  bool Accepts(base::Time now, base::ByteSpan token, const base::Endpoint& from,
               const NodeId& target);

 private:
  void Rotate(base::Time now);

  size_t token_bytes_;
  base::Duration rotation_;
  base::RandomSource* random_;
  base::Time rotated_{};
  base::ByteArray<32> secret_{}, secret_before_{};
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_TOKEN_ISSUER_H_
