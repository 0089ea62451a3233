// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/check_in.h"

#include "absl/strings/str_cat.h"

namespace shadw::econ {

absl::Status CheckInBook::Register(const base::ByteArray<32>& node) {
  if (registered_.size() == kMaxProviders) {
    return absl::ResourceExhaustedError(
        absl::StrCat("econ: got ", kMaxProviders, " providers, need fewer to register one"));
  }
  if (registered_.insert(node).second) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat("econ: got provider ", base::ToHex(node), " again, need a new one"));
}

absl::Status CheckInBook::CheckIn(const CheckInRequest& request) {
  if (!registered_.contains(request.node)) {
    return absl::NotFoundError(absl::StrCat("econ: got a check-in of ", base::ToHex(request.node),
                                            ", need a registered provider"));
  }
  if (request.tip != tip_) {
    return absl::FailedPreconditionError(absl::StrCat(
        "econ: got a check-in on ", base::ToHex(request.tip), ", need ", base::ToHex(tip_)));
  }
  if (request.memo.size() > kMaxCheckInMemo) {
    return absl::InvalidArgumentError(absl::StrCat("econ: got a memo of ", request.memo.size(),
                                                   " bytes, need at most ", kMaxCheckInMemo));
  }
  present_.insert(request.node);
  return absl::OkStatus();
}

void CheckInBook::Advance(const base::ByteArray<32>& tip) {
  tip_ = tip;
  present_.clear();
}

}  // namespace shadw::econ
