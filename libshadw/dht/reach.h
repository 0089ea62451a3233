// SPDX-License-Identifier: Apache-2.0
//
// Whether strangers reach us. A query that comes from an address to which nothing was sent
// for a while was let in by whatever stands between: a NAT forgets within minutes to whom
// it opened. A ping to ourselves would prove less, as some NATs reflect it.
//
//   Reach reach(now);
//   reach.Wrote(now, to);                          // of everything that is sent
//   if (reach.IsUnasked(now, from)) …              // of every query that comes in
//
// An address is a host (host_key.h). Whoever forges a sender proves as much: his datagram
// came in.
//
// Limits: kMaxWritten addresses in kRemembered; while there are more, nothing is unasked.
#ifndef LIBSHADW_DHT_REACH_H_
#define LIBSHADW_DHT_REACH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>

#include "libshadw/base/endpoint.h"
#include "libshadw/base/time.h"

namespace shadw::dht {

class Reach {
 public:
  // Whom we wrote to is known for so long, and at most twice.
  //   Source   RFC 4787, 4.3: a NAT forgets after 2 minutes or more, 5 by default
  static constexpr base::Duration kRemembered = std::chrono::minutes(5);
  static constexpr size_t kMaxWritten = 16384;

  explicit Reach(base::Time now) : since_(now) {}

  void Wrote(base::Time now, const base::Endpoint& to);
  bool IsUnasked(base::Time now, const base::Endpoint& from);

 private:
  void Turn(base::Time now);

  base::Time since_;                           // of the newer generation
  std::array<std::set<uint64_t>, 2> written_;  // the newer and the older one
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_REACH_H_
