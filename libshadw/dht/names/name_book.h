// SPDX-License-Identifier: Apache-2.0
//
// Which record of a name to believe. A lookup brings home several versions, old ones and
// forged ones among them; `Accept` refuses each that must not take the place of what is
// known, and the book keeps the one that stays.
//
//   NameBook book;
//   Resolution found = book.Take(now, protocol, name, get_report);
//   if (found.record) Connect(found.record->facts.addresses);
//   for (const absl::Status& refusal : found.refused) …        // each says why
//   absl::StatusOr<NameRecord> again = book.Find(now, name);   // without a lookup
//
// A tombstone in force outranks every other record, whatever the sequence numbers: in
// whichever order two readers see the versions, they end at the same one. A record that
// expired still tells the lowest sequence number to come.
//
// Limits: kMaxKnownNames; of two records with one sequence number, which only the owner
// can have made, the one known first stays.
#ifndef LIBSHADW_DHT_NAMES_NAME_BOOK_H_
#define LIBSHADW_DHT_NAMES_NAME_BOOK_H_

#include <map>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/dht/names/name_record.h"
#include "libshadw/dht/protocol.h"
#include "libshadw/dht/reports.h"

namespace shadw::dht::names {

inline constexpr size_t kMaxKnownNames = 10'000;
// How far a record may begin in the future: clocks differ.
inline constexpr base::Duration kMaxNameSkew = std::chrono::minutes(5);

// Whether `candidate` may take the place of `known`, which was accepted earlier and may be
// null. What is known already is accepted again.
//   Errors   kPermissionDenied    "other owner", "other label", "forged"
//            kInvalidArgument     it is not legal
//            kFailedPrecondition  "not valid before", "expired", "revoked"
//            kAborted             "lower sequence"
//            kAlreadyExists       "same sequence with other content"
absl::Status Accept(base::Time now, const Name& asked, const NameRecord* known,
                    const NameRecord& candidate);

struct Resolution {
  // Nothing where no record stands, or the name is revoked.
  std::optional<NameRecord> record;
  bool revoked = false;
  std::vector<absl::Status> refused;  // one for each version that was not accepted
};

class NameBook {
 public:
  // Considers one record of the name. A full book forgets what expired.
  //   Errors   as Accept; kResourceExhausted  kMaxKnownNames are in force
  absl::Status Offer(base::Time now, const Name& asked, const NameRecord& candidate);
  // Considers everything that a get of the name's slot brought home.
  //   Promise  the order of the versions does not matter
  Resolution Take(base::Time now, const Protocol& protocol, const Name& asked,
                  const GetReport& report);

  // The record that stands.
  //   Errors   kNotFound            none is known
  //            kFailedPrecondition  it expired, or revokes the name
  absl::StatusOr<NameRecord> Find(base::Time now, const Name& name) const;
  // What is known, expired or not, for UpdateRecord; null where nothing is.
  const NameRecord* Latest(const Name& name) const;

  size_t size() const { return known_.size(); }
  void Forget(const Name& name) { known_.erase(name.id()); }
  // Forgets what expired before `now`, and with it the sequence numbers.
  void ForgetExpired(base::Time now);

 private:
  std::map<NamespaceId, NameRecord> known_;
};

}  // namespace shadw::dht::names

#endif  // LIBSHADW_DHT_NAMES_NAME_BOOK_H_
