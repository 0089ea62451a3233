// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/address_votes.h"

#include <algorithm>

namespace shadw::dht {
namespace {

// Voters of one network have one vote; on a local network each has his own.
bool SameVoter(const base::Endpoint& a, const base::Endpoint& b) {
  return a.IsLocal() || b.IsLocal() ? a == b : a.Subnet() == b.Subnet();
}

}  // namespace

bool AddressVotes::Vote(const base::Endpoint& voter, const base::Endpoint& address) {
  if (!address.IsUsable()) return false;
  const auto end = ballots_.begin() + static_cast<ptrdiff_t>(size_);
  auto ballot = std::find_if(ballots_.begin(), end,
                             [&](const Ballot& it) { return SameVoter(it.voter, voter); });
  if (ballot == end) {
    if (size_ < kVoters) {
      ballot = ballots_.begin() + static_cast<ptrdiff_t>(size_++);
    } else {
      ballot = ballots_.begin() + static_cast<ptrdiff_t>(next_++ % kVoters);
    }
  }
  *ballot = {voter, address};
  const auto agree = std::count_if(
      ballots_.begin(), ballots_.begin() + static_cast<ptrdiff_t>(size_), [&](const Ballot& it) {
        return it.address.address == address.address && it.address.v6 == address.v6;
      });
  if (agree < static_cast<ptrdiff_t>(kMajority)) return false;
  const bool changed =
      !believed_ || believed_->address != address.address || believed_->v6 != address.v6;
  if (changed) believed_ = address;
  return changed;
}

bool AddressVotes::port_is_stable() const {
  return believed_ &&
         std::count_if(ballots_.begin(), ballots_.begin() + static_cast<ptrdiff_t>(size_),
                       [&](const Ballot& it) { return it.address == *believed_; }) >=
             static_cast<ptrdiff_t>(kMajority);
}

}  // namespace shadw::dht
