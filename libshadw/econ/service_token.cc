// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/service_token.h"

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::econ {

absl::StatusOr<ServiceToken> ServiceToken::Issue(const Terms& terms, uint64_t backed_units,
                                                 int64_t now_ns) {
  if (terms.units == 0 || terms.expires_ns <= now_ns) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got a token of ", terms.units,
                                                   " units that expires at ", terms.expires_ns,
                                                   ", need units and a time after ", now_ns));
  }
  if (terms.units > backed_units) {
    return absl::ResourceExhaustedError(
        absl::StrCat("econ: got a stake that backs ", backed_units, " units, need ", terms.units));
  }
  return ServiceToken(terms);
}

void ServiceToken::Expire(int64_t now_ns) {
  const bool alive = state_ == State::kIssued || state_ == State::kPartiallyRedeemed;
  if (!alive || now_ns < terms_.expires_ns) return;
  expired_ = outstanding_;
  outstanding_ = 0;
  state_ = State::kExpired;
}

absl::Status ServiceToken::CheckOwner(const base::ByteArray<32>& signer, int64_t now_ns) {
  if (signer != terms_.owner) {
    return absl::PermissionDeniedError("econ: got the signature of another, need the owner's");
  }
  Expire(now_ns);
  if (state_ == State::kIssued || state_ == State::kPartiallyRedeemed) return absl::OkStatus();
  const char* name = state_ == State::kRedeemed   ? "redeemed"
                     : state_ == State::kRefunded ? "refunded"
                                                  : "expired";
  return absl::FailedPreconditionError(
      absl::StrCat("econ: got a token that is ", name, ", need one with units left"));
}

absl::Status ServiceToken::Redeem(const Redemption& redemption, int64_t now_ns) {
  if (redemption.signer == terms_.owner && used_ids_.contains(redemption.id)) {
    return absl::AlreadyExistsError(
        absl::StrCat("econ: got redemption ", redemption.id, " again, need an id of its own"));
  }
  SHADW_RETURN_IF_ERROR(CheckOwner(redemption.signer, now_ns));
  if (redemption.units == 0) {
    return absl::InvalidArgumentError("econ: got a redemption of 0 units, need at least 1");
  }
  if (redemption.units > outstanding_ || used_ids_.size() == kMaxRedemptions) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "econ: got a redemption of ", redemption.units, " units after ", used_ids_.size(),
        " others, need at most ", outstanding_, " and fewer than ", kMaxRedemptions));
  }
  used_ids_.insert(redemption.id);
  outstanding_ -= redemption.units;
  redeemed_ += redemption.units;
  state_ = outstanding_ == 0 ? State::kRedeemed : State::kPartiallyRedeemed;
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> ServiceToken::Refund(const base::ByteArray<32>& signer, int64_t now_ns) {
  SHADW_RETURN_IF_ERROR(CheckOwner(signer, now_ns));
  refunded_ = outstanding_;
  outstanding_ = 0;
  state_ = State::kRefunded;
  return refunded_;
}

}  // namespace shadw::econ
