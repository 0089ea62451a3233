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
  if (VotesForIp(address) < kMajority) return false;
  const bool same_ip =
      believed_ && believed_->address == address.address && believed_->v6 == address.v6;
  if (same_ip && (believed_->port == address.port || VotesFor(address) < kMajority)) return false;
  believed_ = address;
  return true;
}

size_t AddressVotes::VotesForIp(const base::Endpoint& address) const {
  return static_cast<size_t>(std::count_if(
      ballots_.begin(), ballots_.begin() + static_cast<ptrdiff_t>(size_), [&](const Ballot& it) {
        return it.address.address == address.address && it.address.v6 == address.v6;
      }));
}

size_t AddressVotes::VotesFor(const base::Endpoint& address) const {
  return static_cast<size_t>(
      std::count_if(ballots_.begin(), ballots_.begin() + static_cast<ptrdiff_t>(size_),
                    [&](const Ballot& it) { return it.address == address; }));
}

std::vector<NatSample> AddressVotes::samples() const {
  std::vector<NatSample> samples;
  for (size_t i = 0; i < size_; ++i) samples.push_back({ballots_[i].voter, ballots_[i].address});
  return samples;
}

bool AddressVotes::port_is_stable() const { return believed_ && VotesFor(*believed_) >= kMajority; }

}  // namespace shadw::dht
