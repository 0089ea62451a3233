// SPDX-License-Identifier: Apache-2.0
//
// Property P8 says that no nonce is ever used twice with a key. Whoever wants to see
// that with his own eyes hands in an observer: it is told of every pair, before use.
#ifndef LIBSHADW_SHARD_NONCE_OBSERVER_H_
#define LIBSHADW_SHARD_NONCE_OBSERVER_H_

#include "libshadw/base/bytes.h"

namespace shadw::shard {

class NonceObserver {
 public:
  virtual ~NonceObserver() = default;
  //   Secrets  `key` is the key itself: keep a hash of it at most
  virtual void OnSeal(base::ByteSpan key, base::ByteSpan nonce) = 0;
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_NONCE_OBSERVER_H_
