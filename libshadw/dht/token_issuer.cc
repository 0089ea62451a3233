// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/token_issuer.h"

#include <algorithm>

#include "libshadw/crypto/blake2b.h"

namespace shadw::dht {
namespace {

Token Mac(const base::ByteArray<32>& secret, const base::Endpoint& endpoint, const NodeId& target) {
  base::ByteArray<kMaxIdBytes> target_bytes;
  target.ToBytes(target_bytes);
  return crypto::Blake2b256(secret, {endpoint.address, target_bytes});
}

}  // namespace

TokenIssuer::TokenIssuer(size_t token_bytes, base::Duration rotation, base::RandomSource* random)
    : token_bytes_(token_bytes), rotation_(rotation), random_(random) {}

void TokenIssuer::Rotate(base::Time now) {
  if (now >= rotated_ && now - rotated_ < rotation_) return;
  // After a long sleep the secret before is too old as well.
  const bool both = now < rotated_ || now - rotated_ >= 2 * rotation_;
  secret_before_ = both ? random_->Array<32>() : secret_;
  secret_ = random_->Array<32>();
  // By the schedule, not by when somebody came: else a token lives almost three rotations.
  rotated_ = both ? now : rotated_ + rotation_;
}

Token TokenIssuer::Issue(base::Time now, const base::Endpoint& to, const NodeId& target) {
  Rotate(now);
  return Mac(secret_, to, target);
}

bool TokenIssuer::Accepts(base::Time now, base::ByteSpan token, const base::Endpoint& from,
                          const NodeId& target) {
  Rotate(now);
  const auto is_of = [&](const base::ByteArray<32>& secret) {
    const Token mac = Mac(secret, from, target);
    return std::ranges::equal(token, base::ByteSpan(mac).first(token_bytes_));
  };
  return is_of(secret_) || is_of(secret_before_);
}

}  // namespace shadw::dht
