// SPDX-License-Identifier: Apache-2.0
//
// The requests that are on their way: what was asked of whom, and when to stop hoping.
// An answer counts only from the address that was asked and with the transaction id
// that was sent, which is drawn at random.
//
// A request is slow after `slow_after`, which follows the round trips seen (RFC 6298)
// or the contact's own; and lost after `lost_after`.
//
//   Requests requests({}, &random);
//   std::optional<uint16_t> transaction = requests.Add(now, request, rtt_ms);
//   if (auto answered = requests.Take(now, from, transaction)) Use(*answered);
//   requests.Expire(now, [](const Request&) { slow }, [](const Request&) { lost });
//
// Limits: kMaxRequests at once.
#ifndef LIBSHADW_DHT_REQUESTS_H_
#define LIBSHADW_DHT_REQUESTS_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/base/prefetch.h"
#include "libshadw/base/random.h"
#include "libshadw/base/time.h"
#include "libshadw/dht/contact.h"
#include "libshadw/dht/message.h"
#include "libshadw/telemetry/rtt_estimator.h"

namespace shadw::dht {

inline constexpr size_t kMaxRequests = 4096;

struct RequestTimes {
  base::Duration slow_at_least = std::chrono::milliseconds(200);
  base::Duration slow_at_most = std::chrono::milliseconds(1500);
  base::Duration lost_after = std::chrono::seconds(4);

  absl::Status Validate() const;
};

struct Request {
  base::Endpoint to;
  std::optional<NodeId> id;  // whom we expect there
  Method method = Method::kPing;
  uint64_t operation = 0;  // 0: upkeep
  uint32_t index = 0;      // the operation's own name for it
  bool slow = false;
  base::Time sent{};
  base::Time slow_time{};
};

class Requests {
 public:
  Requests(const RequestTimes& times, base::RandomSource* random);

  size_t size() const { return requests_.size(); }
  // Notes a request and draws its transaction id; nothing when kMaxRequests are out.
  //   Shapes   rtt_ms  the contact's round trip, kUnknownRttMs where unknown
  std::optional<uint16_t> Add(base::Time now, Request request, uint16_t rtt_ms);
  // The request that this is an answer to; it is done with.
  std::optional<Request> Take(base::Time now, const base::Endpoint& from, uint16_t transaction);

  // Calls `slow` once for each that became slow, `lost` for each that is given up.
  template <typename Slow, typename Lost>
  void Expire(base::Time now, Slow&& slow, Lost&& lost) {
    if (now < next_) return;
    std::vector<Request> tardy, gone;
    for (size_t i = 0; i < requests_.size();) {
      Request& request = requests_[i];
      if (now >= request.sent + times_.lost_after) {
        gone.push_back(request);
        Erase(i);
        continue;
      }
      if (!request.slow && now >= request.slow_time) {
        request.slow = true;
        tardy.push_back(request);
      }
      ++i;
    }
    FindNext();
    // The callbacks may add requests, so they come when this list is at rest.
    for (const Request& request : tardy) slow(request);
    for (const Request& request : gone) lost(request);
  }
  std::optional<base::Time> NextTime() const;
  // Fetches ahead what Take will need.
  [[gnu::always_inline]] void Prefetch() const {
    base::PrefetchLines(transactions_.data(), 1);
    base::PrefetchLines(requests_.data(), std::min<size_t>(requests_.size(), 4) * sizeof(Request));
  }

 private:
  void Erase(size_t i);
  void FindNext();
  base::Duration SlowAfter(uint16_t rtt_ms) const;

  RequestTimes times_;
  base::RandomSource* random_;
  std::vector<uint16_t> transactions_;  // beside requests_, to be searched quickly
  std::vector<Request> requests_;
  base::Time next_ = base::Time::max();  // no request changes before
  telemetry::RttEstimator rtt_;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_REQUESTS_H_
