// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/requests.h"

#include <algorithm>

#include "libshadw/base/coding.h"
#include "libshadw/dht/routing_table.h"

namespace shadw::dht {

absl::Status RequestTimes::Validate() const {
  if (base::Duration{} < slow_at_least && slow_at_least <= slow_at_most &&
      slow_at_most <= lost_after) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "dht: got request times out of order, need 0 < slow_at_least <= slow_at_most <= lost_after");
}

Requests::Requests(const RequestTimes& times, base::RandomSource* random)
    : times_(times), random_(random) {}

base::Duration Requests::SlowAfter(uint16_t rtt_ms) const {
  base::Duration after = times_.slow_at_most;
  if (rtt_ms != kUnknownRttMs) {
    after = 2 * std::chrono::milliseconds(rtt_ms) + std::chrono::milliseconds(50);
  } else if (rtt_.has_sample()) {
    after = rtt_.rto({.min = times_.slow_at_least, .max = times_.slow_at_most});
  }
  return std::clamp(after, times_.slow_at_least, times_.slow_at_most);
}

std::optional<uint16_t> Requests::Add(base::Time now, Request request, uint16_t rtt_ms) {
  if (requests_.size() >= kMaxRequests) return std::nullopt;
  uint16_t transaction = 0;
  do {
    transaction = base::LoadLittleEndian<uint16_t>(random_->Array<2>().data());
  } while (std::ranges::find(transactions_, transaction) != transactions_.end());
  request.sent = now;
  request.slow_time = now + SlowAfter(rtt_ms);
  next_ = std::min({next_, request.slow_time, now + times_.lost_after});
  transactions_.push_back(transaction);
  requests_.push_back(request);
  return transaction;
}

std::optional<Request> Requests::Take(base::Time now, const base::Endpoint& from,
                                      uint16_t transaction) {
  const auto found = std::ranges::find(transactions_, transaction);
  if (found == transactions_.end()) return std::nullopt;
  const size_t i = static_cast<size_t>(found - transactions_.begin());
  if (requests_[i].to != from) return std::nullopt;
  const Request request = requests_[i];
  Erase(i);
  rtt_.Update(now - request.sent);
  return request;
}

void Requests::Erase(size_t i) {
  requests_[i] = requests_.back();
  transactions_[i] = transactions_.back();
  requests_.pop_back();
  transactions_.pop_back();
}

void Requests::FindNext() {
  next_ = base::Time::max();
  for (const Request& request : requests_) {
    next_ = std::min(next_, request.slow ? request.sent + times_.lost_after : request.slow_time);
  }
}

std::optional<base::Time> Requests::NextTime() const {
  if (requests_.empty()) return std::nullopt;
  return next_;
}

}  // namespace shadw::dht
