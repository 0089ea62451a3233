// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/guard.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/prefetch.h"

namespace shadw::dht {
namespace {

constexpr uint32_t kWindowSeconds = 10;
constexpr size_t kFirstPlaces = 16;

uint32_t Seconds(base::Time now) { return static_cast<uint32_t>(base::ToUnixSeconds(now)); }

// Never 0.
uint64_t AddressOf(const base::Endpoint& endpoint) {
  const auto first = base::LoadLittleEndian<uint64_t>(endpoint.address.data());
  return (endpoint.v6 ? first : first | uint64_t{1} << 40) + (first == 0 ? 1 : 0);
}

size_t Scatter(uint64_t address) {
  return static_cast<size_t>((address * 0x9e3779b97f4a7c15) >> 20);
}

}  // namespace

absl::Status GuardOptions::Validate() const {
  if (max_addresses == 0 || max_addresses > size_t{1} << 20) {
    return absl::InvalidArgumentError(
        absl::StrCat("dht: got max_addresses ", max_addresses, ", need 1 to ", 1 << 20));
  }
  if (!(amplification_scale >= 0 && amplification_scale <= kMaxDatagramBytes)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "dht: got amplification_scale ", amplification_scale, ", need 0 to ", kMaxDatagramBytes));
  }
  if (proof_lifetime < base::Duration{}) {
    return absl::InvalidArgumentError("dht: got a negative proof_lifetime, need 0 or more");
  }
  return absl::OkStatus();
}

Guard::Guard(const GuardOptions& options) : options_(options) {}

Guard::Allowance* Guard::Find(uint64_t address) {
  const size_t mask = places_.size() - 1;
  for (size_t i = Scatter(address) & mask;; i = (i + 1) & mask) {
    if (places_[i].address == address || places_[i].address == 0) return &places_[i];
  }
}

void Guard::Grow() {
  std::vector<Allowance> old =
      std::exchange(places_, std::vector<Allowance>(std::max(kFirstPlaces, 2 * places_.size())));
  for (const Allowance& allowance : old) {
    if (allowance.address != 0) *Find(allowance.address) = allowance;
  }
}

void Guard::Prefetch(const base::Endpoint& from) const {
  if (places_.empty()) return;
  base::PrefetchLines(&places_[Scatter(AddressOf(from)) & (places_.size() - 1)], sizeof(Allowance));
}

Guard::Account Guard::Look(base::Time now, const base::Endpoint& from) {
  const uint32_t now_s = Seconds(now);
  if (const uint32_t window = now_s / kWindowSeconds; window != window_) {
    window_ = window;
    used_ = 0;
    swept_ = false;
    // Back to a small table after a flood.
    if (places_.size() > 4 * kFirstPlaces) places_.clear();
    std::ranges::fill(places_, Allowance{});
    everybody_else_ = {};
  }
  if (2 * (used_ + 1) > places_.size()) Grow();
  const uint64_t address = AddressOf(from);
  Allowance* allowance = Find(address);
  if (allowance->address == 0) {
    bool proven = false;
    if (!proven_until_s_.empty()) {
      const auto proof = proven_until_s_.find(address);
      proven = proof != proven_until_s_.end() && proof->second > now_s;
    }
    // Those who are proven are as many at most, and no flood may keep them out.
    if (used_ >= options_.max_addresses && !proven) return {this, &everybody_else_, now_s};
    ++used_;
    allowance->address = address;
    allowance->proven = proven;
  }
  return {this, allowance, now_s};
}

bool Guard::MayPingNewcomer(base::Time now) {
  if (Seconds(now) != newcomers_second_) {
    newcomers_second_ = Seconds(now);
    newcomers_pinged_ = 0;
  }
  if (newcomers_pinged_ >= kMaxNewcomerPingsPerSecond) return false;
  ++newcomers_pinged_;
  return true;
}

bool Guard::Account::Admits() {
  const uint32_t most = guard_->options_.queries_per_10s;
  if (most != 0 && allowance_->queries >= most) {
    ++guard_->silenced_;
    return false;
  }
  ++allowance_->queries;
  return true;
}

void Guard::Account::Prove() {
  if (allowance_ == &guard_->everybody_else_) return;
  allowance_->proven = true;
  const auto lifetime =
      std::chrono::duration_cast<std::chrono::seconds>(guard_->options_.proof_lifetime);
  const uint32_t until_s = now_s_ + static_cast<uint32_t>(lifetime.count());
  auto& proofs = guard_->proven_until_s_;
  if (const auto known = proofs.find(allowance_->address); known != proofs.end()) {
    known->second = until_s;
    return;
  }
  if (proofs.size() >= guard_->options_.max_addresses) {
    // It looks at all of them, and correct tokens are cheap to come by.
    if (std::exchange(guard_->swept_, true)) return;
    std::erase_if(proofs, [&](const auto& proof) { return proof.second <= now_s_; });
    if (proofs.size() >= guard_->options_.max_addresses) return;
  }
  proofs.emplace(allowance_->address, until_s);
}

bool Guard::Account::is_proven() const { return allowance_->proven; }

bool Guard::Account::IsToBeChallenged() {
  const bool much = 2 * allowance_->bytes > guard_->options_.unproven_bytes_per_second;
  if (!much || allowance_->proven || allowance_->challenged) return false;
  if (guard_->options_.unproven_bytes_per_second == 0) return false;
  allowance_->challenged = allowance_ != &guard_->everybody_else_;
  return allowance_->challenged;
}

size_t Guard::Account::ReplyLimit(Method method, size_t query_bytes) {
  if (is_proven()) return kMaxDatagramBytes;
  const double ratio = AmplificationLimit(method) * guard_->options_.amplification_scale;
  const size_t limit =
      std::min(kMaxDatagramBytes, static_cast<size_t>(static_cast<double>(query_bytes) * ratio));
  const uint32_t budget = guard_->options_.unproven_bytes_per_second;
  if (budget == 0) return limit;
  if (allowance_->second != now_s_) {
    allowance_->second = now_s_;
    allowance_->bytes = 0;
  }
  if (allowance_->bytes >= budget) {
    ++guard_->silenced_;
    return 0;
  }
  return std::min<size_t>(limit, budget - allowance_->bytes);
}

void Guard::Account::Sent(size_t bytes) {
  if (allowance_->second != now_s_) {
    allowance_->second = now_s_;
    allowance_->bytes = 0;
  }
  allowance_->bytes += static_cast<uint32_t>(bytes);
}

}  // namespace shadw::dht
