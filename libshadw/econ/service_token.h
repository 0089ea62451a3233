// SPDX-License-Identifier: Apache-2.0
//
// A right to units of a service, backed by a stake: its owner redeems it bit by bit, or
// takes a refund. Nobody else can move it, its issuer included.
//
//   ServiceToken token = *ServiceToken::Issue(terms, stake_units_free, now);
//   token.Redeem({.signer = owner, .id = 1, .units = 30}, now);    // 70 of 100 left
//   token.Refund(owner, now);                                      // 70, for the ledger
//
// Signatures are checked by the caller, who says whose it was: this module has no keys.
//   Source   catalogue S7
#ifndef LIBSHADW_ECON_SERVICE_TOKEN_H_
#define LIBSHADW_ECON_SERVICE_TOKEN_H_

#include <cstdint>
#include <set>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"

namespace shadw::econ {

class ServiceToken {
 public:
  static constexpr size_t kMaxRedemptions = size_t{1} << 20;

  enum class State : uint8_t { kIssued, kPartiallyRedeemed, kRedeemed, kRefunded, kExpired };

  struct Terms {
    base::ByteArray<32> stake{};
    base::ByteArray<32> service{};
    base::ByteArray<32> owner{};  // a public key
    uint64_t units = 0;
    int64_t expires_ns = 0;  // unusable from then on
  };

  struct Redemption {
    base::ByteArray<32> signer{};  // whose valid signature the request carries
    uint64_t id = 0;               // chosen by the owner, never twice
    uint64_t units = 0;
  };

  // `backed_units` is what the stake can still answer for.
  //   Errors   kInvalidArgument    no units, or expired already
  //            kResourceExhausted  more units than the stake backs
  static absl::StatusOr<ServiceToken> Issue(const Terms& terms, uint64_t backed_units,
                                            int64_t now_ns);

  //   Errors   kPermissionDenied    the signer is not the owner
  //            kAlreadyExists       an id that was used before
  //            kInvalidArgument     no units
  //            kResourceExhausted   more units than outstanding, or too many redemptions
  //            kFailedPrecondition  redeemed, refunded or expired
  //   Promise  redeemed + refunded + expired + outstanding == issued, and outstanding
  //            never rises; an error changes nothing but that time makes the token expire
  absl::Status Redeem(const Redemption& redemption, int64_t now_ns);
  // Gives up what is outstanding, and returns how many units that was.
  //   Errors   as Redeem
  absl::StatusOr<uint64_t> Refund(const base::ByteArray<32>& signer, int64_t now_ns);
  // Looks at the time: from `expires_ns` on the token is worth nothing.
  void Expire(int64_t now_ns);

  State state() const { return state_; }
  const Terms& terms() const { return terms_; }
  uint64_t outstanding() const { return outstanding_; }
  uint64_t redeemed() const { return redeemed_; }
  uint64_t refunded() const { return refunded_; }
  uint64_t expired() const { return expired_; }

 private:
  explicit ServiceToken(const Terms& terms) : terms_(terms), outstanding_(terms.units) {}
  absl::Status CheckOwner(const base::ByteArray<32>& signer, int64_t now_ns);

  Terms terms_;
  State state_ = State::kIssued;
  uint64_t outstanding_;
  uint64_t redeemed_ = 0;
  uint64_t refunded_ = 0;
  uint64_t expired_ = 0;
  std::set<uint64_t> used_ids_;
};

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_SERVICE_TOKEN_H_
