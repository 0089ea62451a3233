// SPDX-License-Identifier: Apache-2.0
//
// Who is paid when an object is fetched: in each group of holders the first to deliver,
// and a smaller part for everybody who proved that the data is still there.
//
//   const auto verdicts = JudgeFetch(responses);              // kFirst, kLate, kInvalid
//   const FetchReward reward = *SplitFetchReward(pool, {.winners = 3, .holders = 12});
//
// Limits: the times are those at which the requester acknowledged, signed by it; a node's
// own word about its speed counts for nothing.
#ifndef LIBSHADW_ECON_FETCH_REWARDS_H_
#define LIBSHADW_ECON_FETCH_REWARDS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/base/time.h"
#include "libshadw/econ/split.h"

namespace shadw::econ {

struct FetchResponse {
  uint32_t group = 0;
  base::ByteArray<32> node{};
  int64_t acknowledged_ns = 0;
  bool valid = false;         // the data was what was asked for
  bool acknowledged = false;  // and the requester signed that it came
};

enum class FetchVerdict : uint8_t {
  kFirst,
  kLate,
  kInvalid,  // wrong data, or no signed acknowledgement
};

// Judges all responses to one request, in their order.
//   Promise  one kFirst in each group that delivered, whatever the order of the responses;
//            of equal times the lowest node id wins; a node that answers twice wins once
//   Cost     O(N log N)
//   Source   catalogue S50
std::vector<FetchVerdict> JudgeFetch(std::span<const FetchResponse> responses);

struct FetchCounts {
  uint64_t winners = 0;
  uint64_t holders = 0;  // with a valid proof of replication; winners may be among them
};

// What each of them gets: the first `larger_…` of either kind get one unit more than
// the others, so that the sums are exact.
struct FetchReward {
  Amount per_winner = 0;
  uint64_t larger_winners = 0;
  Amount per_holder = 0;
  uint64_t larger_holders = 0;
  Amount carried = 0;
};

inline constexpr uint64_t kDefaultHolderPpm = 200'000;

// Splits what a fetch pays between the winners and all who hold the data.
//   Range    holder_ppm  below 500'000: the holders' part is the smaller one
//   Monotone in  pool
//   Units    base units; parts per million
//   Errors   kInvalidArgument  holder_ppm is 500'000 or more
//   Promise  all shares + carried == pool; with at least as many holders as winners no
//            holder gets more than a winner but for the unit of rounding; without winners,
//            or without holders, their part is carried
//   Paper    "upon the data request all nodes through proof of replication will be given a
//            smaller reward for their maintenance"
//   Defect   no ratio is given
//   Modes    holder_ppm  200'000 unless said otherwise; any ratio that leaves the holders the
//                        smaller part
//   Source   catalogue S51; Decentralized Datacenter White Paper
absl::StatusOr<FetchReward> SplitFetchReward(Amount pool, const FetchCounts& counts,
                                             uint64_t holder_ppm = kDefaultHolderPpm);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_FETCH_REWARDS_H_
