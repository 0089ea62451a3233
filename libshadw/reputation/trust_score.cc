// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/trust_score.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::reputation {
namespace {

constexpr uint32_t kReviewsForFaults = 3;
constexpr uint32_t kReviewsForMerit = 5;

struct Field {
  const char* name;
  double value;
  double least;
  double most;
};

absl::Status Check(const Conduct& it) {
  const std::array fields = {
      Field{"early_cancelled", it.early_cancelled, 0, 1},
      Field{"provisioning_failed", it.provisioning_failed, 0, 1},
      Field{"rejected", it.rejected, 0, 1},
      Field{"completed", it.completed, 0, 1},
      Field{"would_rent_again", it.would_rent_again, 0, 1},
      Field{"matched_description", it.matched_description, 0, 1},
      Field{"response_hours", it.response_hours, 0, 1e9},
      Field{"stuck_value_usd", it.stuck_value_usd, 0, 1e15},
      Field{"points_90_days", it.points_90_days, -1e15, 1e15},
      Field{"days_since_check_in", it.days_since_check_in, -1, 1e9},
  };
  for (const Field& field : fields) {
    if (!(field.value >= field.least && field.value <= field.most)) {
      return absl::InvalidArgumentError(absl::StrCat("reputation: got ", field.name, " ",
                                                     field.value, ", need ", field.least, " to ",
                                                     field.most));
    }
  }
  return absl::OkStatus();
}

bool IsGhost(const Conduct& it) {
  return it.active_contracts > 0 && (it.days_since_check_in > 7 || it.days_since_check_in < 0);
}

}  // namespace

absl::StatusOr<TrustScore> ScoreConduct(const Conduct& conduct) {
  SHADW_RETURN_IF_ERROR(Check(conduct));
  const bool reviewed = conduct.reviews >= kReviewsForFaults;
  struct Fault {
    TrustFlag flag;
    bool found;
    int points;
  };
  const std::array faults = {
      Fault{TrustFlag::kCancelsEarly, conduct.early_cancelled > 0.20, 25},
      Fault{TrustFlag::kFailsToProvision, conduct.provisioning_failed > 0.15, 20},
      Fault{TrustFlag::kRejectsOften, conduct.rejected > 0.30, 15},
      Fault{TrustFlag::kAnswersLate, conduct.response_hours > 48, 15},
      Fault{TrustFlag::kLosesReputation, conduct.points_90_days < -50, 15},
      Fault{TrustFlag::kGhost, IsGhost(conduct), 10},
      Fault{TrustFlag::kStuckValue, conduct.stuck_value_usd > 5000, 10},
      Fault{TrustFlag::kNoContact, !conduct.has_contact, 10},
      Fault{TrustFlag::kNotRentedAgain, reviewed && conduct.would_rent_again < 0.50, 15},
      Fault{TrustFlag::kNotAsDescribed, reviewed && conduct.matched_description < 0.50, 10},
  };
  static_assert(faults.size() == kTrustFlags);
  TrustScore score;
  int points = 100;
  for (const Fault& fault : faults) {
    if (!fault.found) continue;
    points -= fault.points;
    score.flags |= static_cast<uint16_t>(1 << static_cast<int>(fault.flag));
  }
  const std::array merits = {
      conduct.repeat_customers > 10, conduct.completed > 0.95, conduct.response_hours < 4,
      conduct.reviews >= kReviewsForMerit && conduct.would_rent_again > 0.80};
  points += 5 * static_cast<int>(std::ranges::count(merits, true));
  score.points = static_cast<uint8_t>(std::clamp(points, 0, 100));
  return score;
}

}  // namespace shadw::reputation
