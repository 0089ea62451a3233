// SPDX-License-Identifier: Apache-2.0
//
// What a marketplace knows of a provider, as one number that people can read, and the
// flags that explain it.
//
//   Conduct conduct;
//   conduct.early_cancelled = 0.25;
//   TrustScore score = *ScoreConduct(conduct);     // 75, {kCancelsEarly}
//   if (score.Has(TrustFlag::kCancelsEarly)) Warn();
//
//   Source   catalogue B.1 "Trust score"
#ifndef LIBSHADW_REPUTATION_TRUST_SCORE_H_
#define LIBSHADW_REPUTATION_TRUST_SCORE_H_

#include <cstdint>

#include "absl/status/statusor.h"

namespace shadw::reputation {

// Shares lie in [0, 1].
struct Conduct {
  double early_cancelled = 0;      // of contracts, by the provider
  double provisioning_failed = 0;  // of contracts
  double rejected = 0;             // of requests
  double completed = 0;            // of contracts
  double response_hours = 12;      // on average
  double points_90_days = 0;       // what reputation changed by, in points
  double stuck_value_usd = 0;      // of contracts that do not move on
  uint32_t active_contracts = 0;
  double days_since_check_in = 0;  // -1: never
  bool has_contact = true;
  uint32_t repeat_customers = 0;
  uint32_t reviews = 0;
  double would_rent_again = 0;     // of reviews
  double matched_description = 0;  // of reviews
};

enum class TrustFlag : uint8_t {
  kCancelsEarly,
  kFailsToProvision,
  kRejectsOften,
  kAnswersLate,
  kLosesReputation,
  kGhost,
  kStuckValue,
  kNoContact,
  kNotRentedAgain,
  kNotAsDescribed,
};
inline constexpr int kTrustFlags = 10;

struct TrustScore {
  uint8_t points = 0;
  uint16_t flags = 0;  // a bit for each TrustFlag

  bool Has(TrustFlag flag) const { return (flags >> static_cast<int>(flag) & 1) != 0; }

  friend bool operator==(const TrustScore&, const TrustScore&) = default;
};

// 100, less 10 to 25 for each fault, more 5 for each of four merits.
//   Range    0 to 100
//   Monotone in  early_cancelled, provisioning_failed, rejected, response_hours,
//            stuck_value_usd, days_since_check_in from 0 (all falling); points_90_days,
//            completed, repeat_customers, would_rent_again, matched_description
//   Units    shares of 1, hours, days, points of reputation, US dollars
//   Errors   kInvalidArgument  a share outside [0, 1]; a negative number of hours or
//                              dollars; what is no number. It is named
//   Source   catalogue B.1 "Trust score"
absl::StatusOr<TrustScore> ScoreConduct(const Conduct& conduct);

}  // namespace shadw::reputation

#endif  // LIBSHADW_REPUTATION_TRUST_SCORE_H_
