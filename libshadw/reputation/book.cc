// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/prefetch.h"
#include "libshadw/base/status_macros.h"

namespace shadw::reputation {
namespace {

// Payments whose accounts are on their way from memory while one is worked on.
constexpr size_t kAhead = 24;

absl::Status UnknownParty(size_t row, Party party, size_t parties) {
  return absl::InvalidArgumentError(
      absl::StrCat("reputation: got party ", party, " in row ", row, ", need one below ", parties));
}

// The number of the first that is `limit` or more, or the size.
size_t FirstAtLeast(std::span<const Party> parties, size_t limit) {
  Party highest = 0;
  for (const Party party : parties) highest = std::max(highest, party);
  if (parties.empty() || highest < limit) return parties.size();
  return static_cast<size_t>(
      std::ranges::find_if(parties, [&](Party party) { return party >= limit; }) - parties.begin());
}

}  // namespace

absl::StatusOr<ReputationBook> ReputationBook::Create(const PaymentPolicy& policy, size_t parties) {
  SHADW_RETURN_IF_ERROR(policy.Validate());
  ReputationBook book(policy);
  SHADW_RETURN_IF_ERROR(book.AddParties(parties));
  return book;
}

// Grows by half at least, so that parties may come one by one.
absl::Status ReputationBook::Accounts::Add(size_t count) {
  const size_t needed = size_ + count;
  if (needed > memory_.size() / sizeof(Account)) {
    SHADW_ASSIGN_OR_RETURN(
        base::Buffer larger,
        base::Buffer::Create(std::max(needed, size_ + size_ / 2) * sizeof(Account)));
    std::copy(begin(), end(), reinterpret_cast<Account*>(larger.data()));
    memory_ = std::move(larger);
  }
  std::fill(begin() + size_, begin() + needed, Account{});
  size_ = needed;
  return absl::OkStatus();
}

absl::Status ReputationBook::AddParties(size_t count) {
  if (count > kMaxParties - accounts_.size()) {
    return absl::InvalidArgumentError(absl::StrCat("reputation: got ", count, " parties more than ",
                                                   accounts_.size(), ", need at most ", kMaxParties,
                                                   " in all"));
  }
  return accounts_.Add(count);
}

absl::StatusOr<uint32_t> ReputationBook::WindowOf(base::Time now) const {
  const int64_t since_1970 = base::ToUnixNanos(now);
  if (since_1970 < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("reputation: got a time of ", since_1970, " ns, need one since 1970"));
  }
  const int64_t window = since_1970 / policy_.window.count();
  if (window > int64_t{kMaxWindows}) {
    return absl::InvalidArgumentError(absl::StrCat("reputation: got window ", window,
                                                   ", need 0 to ", kMaxWindows, " since 1970"));
  }
  if (window < window_) {
    return absl::FailedPreconditionError(absl::StrCat("reputation: got a time in window ", window,
                                                      ", need one in ", window_, " or later"));
  }
  return static_cast<uint32_t>(window);
}

// The log learns of each window, so that its book allows the same gains.
void ReputationBook::MoveTo(uint32_t window, std::vector<Change>* log) {
  if (log != nullptr && window != window_) {
    log->push_back({0, 0, window & kMaxWindows, ChangeKind::kAge});
  }
  window_ = window;
}

bool operator==(const ReputationBook& a, const ReputationBook& b) {
  return a.window_ == b.window_ &&
         std::ranges::equal(a.accounts_, b.accounts_, [&](const auto& of_a, const auto& of_b) {
           return of_a.units == of_b.units && a.GainedIn(of_a) == b.GainedIn(of_b);
         });
}

void ReputationBook::CopyUnits(std::span<uint64_t> out) const {
  for (size_t i = 0; i < std::min(out.size(), accounts_.size()); ++i) out[i] = accounts_[i].units;
}

absl::Status ReputationBook::CheckPayments(const Payments& payments) const {
  const size_t rows = payments.amounts.size();
  if (payments.payers.size() != rows || payments.providers.size() != rows) {
    return absl::InvalidArgumentError(absl::StrCat(
        "reputation: got ", payments.payers.size(), " payers, ", payments.providers.size(),
        " providers and ", rows, " amounts, need columns of one length"));
  }
  const size_t payer = FirstAtLeast(payments.payers, accounts_.size());
  const size_t provider = FirstAtLeast(payments.providers, accounts_.size());
  if (std::min(payer, provider) == rows) return absl::OkStatus();
  return payer <= provider ? UnknownParty(payer, payments.payers[payer], accounts_.size())
                           : UnknownParty(provider, payments.providers[provider], accounts_.size());
}

// What the cap of the window lets through, added.
inline uint64_t ReputationBook::Gain(Account& account, uint64_t units) const {
  const uint64_t gained = GainedIn(account);
  const uint64_t added = std::min(units, policy_.cap_per_window.units - gained);
  account.units += added;
  account.gained = (gained + added) & PaymentPolicy::kMaxCap;
  account.window = window_ & kMaxWindows;
  return added;
}

template <bool kLogged>
void ReputationBook::PayAll(const Payments& payments, std::vector<Change>* log) {
  const size_t rows = payments.amounts.size();
  const uint64_t bps = policy_.gain_bps;
  const uint64_t cap = policy_.cap_per_payment.units;
  Account* const accounts = accounts_.begin();
  const auto pay = [&](size_t i) {
    const Party payer = payments.payers[i];
    const Party provider = payments.providers[i];
    const base::Amount amount = payments.amounts[i];
    // floor(amount * bps / 10^4) without a product of 128 bits; bps <= 10^4.
    const uint64_t raw =
        amount / base::kBasisPoints * bps + amount % base::kBasisPoints * bps / base::kBasisPoints;
    const uint64_t gain = payer == provider ? 0 : std::min(raw, cap);
    const uint64_t to_payer = Gain(accounts[payer], gain);
    const uint64_t to_provider = Gain(accounts[provider], gain);
    if constexpr (kLogged) {
      const uint32_t window = window_ & kMaxWindows;
      if (to_payer != 0) log->push_back({.units = to_payer, .party = payer, .window = window});
      if (to_provider != 0) {
        log->push_back({.units = to_provider, .party = provider, .window = window});
      }
    }
  };
  const size_t fetched = rows > kAhead ? rows - kAhead : 0;
  for (size_t i = 0; i < fetched; ++i) {
    base::PrefetchLines(accounts + payments.payers[i + kAhead], 1);
    base::PrefetchLines(accounts + payments.providers[i + kAhead], 1);
    pay(i);
  }
  for (size_t i = fetched; i < rows; ++i) pay(i);
}

absl::Status ReputationBook::Pay(base::Time now, const Payments& payments,
                                 std::vector<Change>* log) {
  SHADW_ASSIGN_OR_RETURN(const uint32_t window, WindowOf(now));
  SHADW_RETURN_IF_ERROR(CheckPayments(payments));
  MoveTo(window, log);
  if (log != nullptr) {
    PayAll<true>(payments, log);
  } else {
    PayAll<false>(payments, nullptr);
  }
  return absl::OkStatus();
}

absl::StatusOr<Penalty> ReputationBook::Penalize(base::Time now, Party sender, Party target,
                                                 Points spend, const PenaltyPolicy& policy,
                                                 std::vector<Change>* log) {
  SHADW_ASSIGN_OR_RETURN(const uint32_t window, WindowOf(now));
  for (const Party party : {sender, target}) {
    if (party >= accounts_.size()) return UnknownParty(0, party, accounts_.size());
  }
  if (sender == target) {
    return absl::InvalidArgumentError(
        absl::StrCat("reputation: got ", sender, " as sender and target, need two parties"));
  }
  SHADW_ASSIGN_OR_RETURN(const Penalty after,
                         reputation::Penalize(points(sender), points(target), spend, policy));
  const uint64_t lost = accounts_[target].units - after.target.units;
  MoveTo(window, log);
  accounts_[sender].units = after.sender.units;
  accounts_[target].units = after.target.units;
  if (log != nullptr) {
    const uint32_t now_window = window & kMaxWindows;
    log->push_back({spend.units, sender, now_window, ChangeKind::kLoss});
    if (lost != 0) log->push_back({lost, target, now_window, ChangeKind::kLoss});
  }
  return after;
}

absl::Status ReputationBook::Apply(base::Time now, std::span<const Delta> deltas,
                                   std::vector<Change>* log) {
  SHADW_ASSIGN_OR_RETURN(const uint32_t window, WindowOf(now));
  for (size_t i = 0; i < deltas.size(); ++i) {
    if (deltas[i].party >= accounts_.size()) {
      return UnknownParty(i, deltas[i].party, accounts_.size());
    }
  }
  MoveTo(window, log);
  for (const Delta& delta : deltas) {
    Account& account = accounts_[delta.party];
    uint64_t changed = 0;
    if (delta.units >= 0) {
      const auto wanted = static_cast<uint64_t>(delta.units);
      changed = Gain(account, std::min(wanted, policy_.cap_per_payment.units));
    } else {
      changed = std::min(account.units, -static_cast<uint64_t>(delta.units));
      account.units -= changed;
    }
    if (log != nullptr && changed != 0) {
      log->push_back({changed, delta.party, window & kMaxWindows,
                      delta.units >= 0 ? ChangeKind::kGain : ChangeKind::kLoss});
    }
  }
  return absl::OkStatus();
}

void ReputationBook::AgeAll(uint32_t ppm) {
  for (Account& account : accounts_) {
    // floor(units * ppm / 10^6) in two parts, as for payments.
    account.units -= account.units / base::kPartsPerMillion * ppm +
                     account.units % base::kPartsPerMillion * ppm / base::kPartsPerMillion;
  }
}

absl::Status ReputationBook::Age(base::Time now, uint32_t ppm, std::vector<Change>* log) {
  SHADW_ASSIGN_OR_RETURN(const uint32_t window, WindowOf(now));
  SHADW_RETURN_IF_ERROR(reputation::Age({}, ppm).status());
  MoveTo(window, log);
  AgeAll(ppm);
  if (log != nullptr && ppm != 0) log->push_back({ppm, 0, window & kMaxWindows, ChangeKind::kAge});
  return absl::OkStatus();
}

absl::Status ReputationBook::Transfer(Party from, Party to, Points points) const {
  return absl::UnimplementedError(absl::StrCat("reputation: got a transfer of ", points.units,
                                               " units from ", from, " to ", to,
                                               ", need none: reputation is not transferable"));
}

// False where no book can have written the change.
bool ReputationBook::ReplayOne(const Change& change) {
  if (change.kind == ChangeKind::kAge) {
    if (change.party != 0 || change.units > base::kPartsPerMillion) return false;
    if (change.units == 0) {
      if (change.window <= window_) return false;
      window_ = change.window;
      return true;
    }
  }
  // A window has begun before anything happens in it.
  if (change.window != window_) return false;
  if (change.kind == ChangeKind::kAge) {
    AgeAll(static_cast<uint32_t>(change.units));
    return true;
  }
  if (change.party >= accounts_.size() || change.units == 0) return false;
  Account& account = accounts_[change.party];
  if (change.kind == ChangeKind::kLoss) {
    if (change.units > account.units) return false;
    account.units -= change.units;
    return true;
  }
  if (change.kind != ChangeKind::kGain) return false;
  return change.units <= policy_.cap_per_payment.units &&
         Gain(account, change.units) == change.units;
}

absl::StatusOr<ReputationBook> ReputationBook::Replay(const PaymentPolicy& policy, size_t parties,
                                                      std::span<const Change> log) {
  SHADW_ASSIGN_OR_RETURN(ReputationBook book, Create(policy, parties));
  for (size_t i = 0; i < log.size(); ++i) {
    if (!book.ReplayOne(log[i])) {
      return absl::DataLossError(absl::StrCat("reputation: got a log whose change ", i,
                                              " no book of ", parties,
                                              " parties can have written"));
    }
  }
  return book;
}

}  // namespace shadw::reputation
