// SPDX-License-Identifier: Apache-2.0
//
// What an address may take from us. UDP senders can be forged, so an address that never
// proved it receives what we send is told little: every reply is bounded by a multiple
// of the query, and all of them together by bytes a second. Proof is a correct token, or
// the answer to a ping, which whoever asks for much is sent.
//
// Everybody is answered in full up to a generous number of queries; beyond it there is
// silence, and it is counted. While too many addresses are about to be told apart, the
// newcomers share one allowance, so a flood from a million addresses takes no memory and
// cannot silence those already known.
//
//   Guard guard({});
//   Guard::Account account = guard.Look(now, from);
//   if (!account.Admits()) return;                            // silence, counted
//   const size_t limit = account.ReplyLimit(Method::kFindNode, query.size());
//   … encode at most `limit` bytes …
//   account.Sent(reply.size());
//
// Counts are of windows of ten seconds, the same for everybody; each begins with a clean
// sheet.
//
// Limits: max_addresses are told apart within a window, besides those that are proven, and
// as many proofs are kept; of those that expired the room is reclaimed once a window at
// most. An address is an IP, whatever the port; of IPv6 the first 64 bits.
#ifndef LIBSHADW_DHT_GUARD_H_
#define LIBSHADW_DHT_GUARD_H_

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/base/endpoint.h"
#include "libshadw/base/time.h"
#include "libshadw/dht/protocol.h"

namespace shadw::dht {

struct GuardOptions {
  // Queries that one address may ask within ten seconds; 0: any number.
  uint32_t queries_per_10s = 2000;
  // Bytes that one unproven address is sent within a second; 0: any number.
  uint32_t unproven_bytes_per_second = 4096;
  // Multiplies the bound on single replies: above 1 only where senders cannot be forged.
  double amplification_scale = 1;
  // How long a proof holds.
  base::Duration proof_lifetime = std::chrono::minutes(10);
  size_t max_addresses = 16384;

  absl::Status Validate() const;
};

// Bytes of a reply to an unproven address, as a multiple of the query's. A stored value
// is bounded by the bytes a second alone.
//   Source   chosen so that forging senders gains less than with open DNS resolvers
constexpr double AmplificationLimit(Method method) {
  switch (method) {
    case Method::kPing:
    case Method::kPingNat:
      return 1.25;
    case Method::kFindNode:
    case Method::kSampleTargets:
      return 3.5;
    case Method::kGetImmutable:
    case Method::kGetMutable:
      return kMaxDatagramBytes;
    default:
      return 5.0;
  }
}

// Answers to nothing in a window, until an address is not believed what it answers.
inline constexpr uint8_t kMaxDoubts = 8;

// Pings a second to newcomers whose query called them forth, to all together: a forged query
// draws one besides its reply. Few queries come, so few are left out, and who is asks again.
inline constexpr uint32_t kMaxNewcomerPingsPerSecond = 30;

class Guard {
  struct Allowance {
    uint64_t address = 0;  // 0: this place is free
    uint32_t queries = 0;
    uint32_t second = 0;
    uint32_t bytes = 0;
    bool proven = false;
    bool challenged = false;
    uint8_t doubts = 0;
  };

 public:
  // What one address has left. Valid until the next Look.
  class Account {
   public:
    // Counts a query, and says whether it is to be looked at.
    bool Admits();
    // The address received what we sent.
    void Prove();
    bool is_proven() const;
    // Whether to ask it for proof, by a ping: it may soon have had its bytes of a second.
    // Once a window.
    bool IsToBeChallenged();
    // It answered that ping. A forger who guesses its transaction id has kMaxDoubts guesses
    // a window.
    void Answered() {
      if (allowance_->doubts < kMaxDoubts) Prove();
    }
    // An answer to nothing that we asked came in its name.
    void Doubt() {
      if (allowance_->doubts < kMaxDoubts) ++allowance_->doubts;
    }
    // The most bytes that a reply to a query of `query_bytes` may have; 0: say nothing.
    size_t ReplyLimit(Method method, size_t query_bytes);
    void Sent(size_t bytes);

   private:
    friend class Guard;
    Account(Guard* guard, Allowance* allowance, uint32_t now_s)
        : guard_(guard), allowance_(allowance), now_s_(now_s) {}
    Guard* guard_;
    Allowance* allowance_;
    uint32_t now_s_;
  };

  explicit Guard(const GuardOptions& options);
  Account Look(base::Time now, const base::Endpoint& from);

  // Counts such a ping, and says whether it may be sent.
  bool MayPingNewcomer(base::Time now);

  // Fetches ahead what Look will need.
  void Prefetch(const base::Endpoint& from) const;

  // Told apart in this window.
  size_t addresses() const { return used_; }
  // Queries that were met with silence: by this guard, or because a reply had no room.
  uint64_t silenced() const { return silenced_; }
  void CountSilence() { ++silenced_; }

 private:
  Allowance* Find(uint64_t address);
  void Grow();

  GuardOptions options_;
  uint32_t window_ = 0;
  std::vector<Allowance> places_;  // a power of two of them, at most half in use
  size_t used_ = 0;
  Allowance everybody_else_;
  std::unordered_map<uint64_t, uint32_t> proven_until_s_;
  uint32_t newcomers_second_ = 0, newcomers_pinged_ = 0;
  bool swept_ = false;  // of proofs that expired, in this window
  uint64_t silenced_ = 0;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_GUARD_H_
