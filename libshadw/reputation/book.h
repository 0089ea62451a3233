// SPDX-License-Identifier: Apache-2.0
//
// The accounts of reputation: who pays and who is paid gains, who spends lowers another,
// and all of it fades with age. Parties are numbered 0, 1, 2, …; `party_index.h` numbers
// those that are known by 32-byte ids.
//
//   auto book = *ReputationBook::Create({}, 1'000'000);
//   std::vector<Change> log;
//   book.Pay(now, {.payers = payers, .providers = providers, .amounts = amounts}, &log);
//   book.Penalize(now, 7, 9, Points{20}, {}, &log);
//   book.Age(now, 1000, &log);
//   *ReputationBook::Replay({}, 1'000'000, log) == book;
//
// Every change can be appended to a log, and a log of all calls alone makes the same book
// again.
// Balances are never negative and never move between parties. Nothing here can overflow:
// a party gains less than 2^40 units in each of at most 2^24 windows, and windows only
// move forward.
//
// A book can be moved; a moved-from one may only be assigned or destroyed.
//
// Limits: kMaxParties; kMaxWindows since 1970, which ends windows of a minute in 2001. Those
// of ten minutes and more outlive base::Time, which ends in 2262. A call that is refused
// changes nothing.
//   Source   catalogue S83-S86, R5; Decent Cloud 3.1; B.1 "Reputation"
#ifndef LIBSHADW_REPUTATION_BOOK_H_
#define LIBSHADW_REPUTATION_BOOK_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/amount.h"
#include "libshadw/base/bytes.h"
#include "libshadw/base/time.h"
#include "libshadw/reputation/rules.h"

namespace shadw::reputation {

using Party = uint32_t;

inline constexpr size_t kMaxParties = UINT32_MAX;
inline constexpr uint32_t kMaxWindows = (uint32_t{1} << 24) - 1;

// Columns of equal length.
struct Payments {
  std::span<const Party> payers;
  std::span<const Party> providers;
  std::span<const base::Amount> amounts;
};

enum class ChangeKind : uint8_t {
  kGain,  // `units` more
  kLoss,  // `units` less
  kAge,   // of everybody; `units` is the ppm. With 0 it says that a window began
};

// What happened to one party. Sixteen bytes, so that a log of a day fits in memory.
struct Change {
  uint64_t units = 0;
  Party party = 0;
  uint32_t window : 24 = 0;
  ChangeKind kind : 8 = ChangeKind::kGain;

  friend bool operator==(const Change&, const Change&) = default;
};
static_assert(sizeof(Change) == 16);

// A change of either sign, as a ledger's batches carry it.
struct Delta {
  Party party = 0;
  int64_t units = 0;
};

class ReputationBook {
 public:
  //   Errors   kInvalidArgument    the policy's; more than kMaxParties
  //            kResourceExhausted  no memory for so many
  static absl::StatusOr<ReputationBook> Create(const PaymentPolicy& policy, size_t parties);
  // The book that a log tells of. Each change is held against the rules: windows begin
  // before anything happens in them, gains keep both caps, losses what there is.
  //   Shapes   log  of every call to one book since it was made; `policy` is that book's
  //   Errors   kDataLoss  a log that no such book can have written, with the number of its
  //                       change; kInvalidArgument  as Create
  static absl::StatusOr<ReputationBook> Replay(const PaymentPolicy& policy, size_t parties,
                                               std::span<const Change> log);

  const PaymentPolicy& policy() const { return policy_; }
  size_t parties() const { return accounts_.size(); }
  // 0 for whom the book does not know.
  Points points(Party party) const {
    return {party < accounts_.size() ? accounts_[party].units : 0};
  }
  // Copies the units of all parties; `out` has parties() elements.
  void CopyUnits(std::span<uint64_t> out) const;

  //   Errors   kInvalidArgument    more than kMaxParties in all
  //            kResourceExhausted  no memory for so many
  absl::Status AddParties(size_t count);

  // Whether a call at that time would be refused for it.
  //   Errors   kInvalidArgument     before 1970, or in a window after kMaxWindows
  //            kFailedPrecondition  `now` lies in an earlier window than the book
  absl::Status CheckTime(base::Time now) const { return WindowOf(now).status(); }

  // Both sides of each payment gain; payments to oneself count for nothing.
  //   Shapes   payments  columns of one length
  //   Range    a gain of gain_bps of the amount, at most cap_per_payment, and at most what
  //            cap_per_window leaves
  //   Errors   kInvalidArgument  columns of different lengths; a party the book does not
  //                              know, with the number of its payment; CheckTime's
  //   Cost     two cache misses a payment, fetched ahead; with a log 32 bytes more
  absl::Status Pay(base::Time now, const Payments& payments, std::vector<Change>* log = nullptr);

  // As reputation::Penalize, between parties of this book.
  //   Errors   as there; kInvalidArgument  a party the book does not know, or oneself
  absl::StatusOr<Penalty> Penalize(base::Time now, Party sender, Party target, Points spend,
                                   const PenaltyPolicy& policy, std::vector<Change>* log = nullptr);

  // Changes of either sign. Increases are capped as gains from payments are; decreases end
  // at 0.
  //   Errors   as Pay
  absl::Status Apply(base::Time now, std::span<const Delta> deltas,
                     std::vector<Change>* log = nullptr);

  // Everybody loses ppm / 10^6 of what they have, rounded down.
  //   Errors   kInvalidArgument  ppm above 10^6; CheckTime's
  absl::Status Age(base::Time now, uint32_t ppm, std::vector<Change>* log = nullptr);

  // Always kUnimplemented: reputation is not transferable.
  absl::Status Transfer(Party from, Party to, Points points) const;

  // The same balances, and the same still to be gained in the same window.
  friend bool operator==(const ReputationBook& a, const ReputationBook& b);

 private:
  // Four to a cache line, none across two.
  struct alignas(16) Account {
    uint64_t units = 0;
    uint64_t gained : 40 = 0;  // in `window`
    uint64_t window : 24 = 0;
  };

  // In huge pages: at random places, smaller ones cost as much to find as to read.
  class Accounts {
   public:
    size_t size() const { return size_; }
    Account* begin() { return reinterpret_cast<Account*>(memory_.data()); }
    Account* end() { return begin() + size_; }
    const Account* begin() const { return reinterpret_cast<const Account*>(memory_.data()); }
    const Account* end() const { return begin() + size_; }
    Account& operator[](size_t i) { return begin()[i]; }
    const Account& operator[](size_t i) const { return begin()[i]; }
    absl::Status Add(size_t count);

   private:
    base::Buffer memory_;
    size_t size_ = 0;
  };

  explicit ReputationBook(const PaymentPolicy& policy) : policy_(policy) {}
  absl::StatusOr<uint32_t> WindowOf(base::Time now) const;
  void MoveTo(uint32_t window, std::vector<Change>* log);
  uint64_t GainedIn(const Account& account) const {
    return account.window == window_ ? account.gained : 0;
  }
  absl::Status CheckPayments(const Payments& payments) const;
  template <bool kLogged>
  void PayAll(const Payments& payments, std::vector<Change>* log);
  uint64_t Gain(Account& account, uint64_t units) const;
  bool ReplayOne(const Change& change);
  void AgeAll(uint32_t ppm);

  PaymentPolicy policy_;
  Accounts accounts_;
  uint32_t window_ = 0;  // the latest
};

}  // namespace shadw::reputation

#endif  // LIBSHADW_REPUTATION_BOOK_H_
