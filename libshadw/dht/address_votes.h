// SPDX-License-Identifier: Apache-2.0
//
// Where others see us. Each answer may say it; what a majority of the last voters from
// different networks agree on is believed.
//   Source   BEP 42 (`ip`), dht-rpc (`to`)
#ifndef LIBSHADW_DHT_ADDRESS_VOTES_H_
#define LIBSHADW_DHT_ADDRESS_VOTES_H_

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "libshadw/base/endpoint.h"
#include "libshadw/dht/nat.h"

namespace shadw::dht {

class AddressVotes {
 public:
  static constexpr size_t kVoters = 8;
  static constexpr size_t kMajority = 5;

  // `voter` sees us as `address`. True: the address that is believed has changed. Its IP is
  // what a majority agrees on; its port likewise, or the last one seen where they differ.
  bool Vote(const base::Endpoint& voter, const base::Endpoint& address);
  const std::optional<base::Endpoint>& believed() const { return believed_; }
  // Whether a majority sees the very address and port that is believed.
  bool port_is_stable() const;
  // The last votes, one of each voter.
  std::vector<NatSample> samples() const;

 private:
  struct Ballot {
    base::Endpoint voter;
    base::Endpoint address;
  };
  // Votes for this IP; and for this very port of it.
  size_t VotesForIp(const base::Endpoint& address) const;
  size_t VotesFor(const base::Endpoint& address) const;

  std::array<Ballot, kVoters> ballots_;
  size_t size_ = 0;
  size_t next_ = 0;
  std::optional<base::Endpoint> believed_;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_ADDRESS_VOTES_H_
