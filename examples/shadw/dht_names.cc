// SPDX-License-Identifier: Apache-2.0
// publish and resolve: names of an owner and what they stand for.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "dht_verbs.h"
#include "key_file.h"
#include "libshadw/base/system_clock.h"
#include "libshadw/dht/names/name_book.h"
#include "libshadw/dht/names/name_slot.h"
#include "libshadw/net/resolve.h"

namespace shadw::app {
namespace {

namespace names = dht::names;
using nlohmann::json;

absl::StatusOr<dht::GetReport> GetSlot(DhtSession& session, const names::Name& name) {
  SHADW_ASSIGN_OR_RETURN(const names::NameSlot slot, names::SlotOf(session.protocol(), name));
  return session.Ask<dht::GetReport>(
      [&](dht::Node& node, base::Time now) { return node.GetMutable(now, slot.key, slot.salt); });
}

absl::StatusOr<names::NameFacts> FactsOf(const DhtPublishArguments& arguments, base::Time now) {
  const bool is_service = !arguments.capabilities.empty();
  names::NameFacts facts{
      .kind = is_service ? names::NameKind::kService : names::NameKind::kEndpoint,
      .capabilities = arguments.capabilities,
      .created = now,
      .expires = now + std::chrono::seconds(arguments.expires_in_s)};
  const std::vector<std::string_view> addresses(arguments.addresses.begin(),
                                                arguments.addresses.end());
  SHADW_ASSIGN_OR_RETURN(facts.addresses, net::Resolve(addresses, {.v4 = true, .v6 = true}));
  return facts;
}

// One sequence number above all that are about, those that expired among them.
uint64_t NextSeq(const dht::GetReport& found) {
  int64_t highest = 0;
  for (const auto& version : found.versions) highest = std::max(highest, version.record.seq);
  return static_cast<uint64_t>(highest) + 1;
}

absl::StatusOr<names::NameRecord> NextRecord(const DhtPublishArguments& arguments,
                                             const crypto::Ed25519Signer& owner,
                                             const dht::GetReport& found,
                                             const names::NameRecord* known) {
  const base::Time now = base::SystemClock().Now();
  if (arguments.revoke) {
    if (known == nullptr) {
      return absl::NotFoundError(
          absl::StrCat("nothing is published as ", Printable(arguments.label)));
    }
    return names::RevokeRecord(owner, *known, now,
                               now + std::chrono::seconds(arguments.expires_in_s));
  }
  SHADW_ASSIGN_OR_RETURN(names::NameFacts facts, FactsOf(arguments, now));
  if (known != nullptr) return names::UpdateRecord(owner, *known, std::move(facts));
  return names::MakeRecord(owner, arguments.label, std::move(facts), NextSeq(found));
}

json ToJson(const names::NameRecord& record) {
  json addresses = json::array();
  for (const base::Endpoint& address : record.facts.addresses) {
    addresses.push_back(address.ToString());
  }
  json object = {{"owner", base::ToHex(record.name.owner)},
                 {"namespace_id", base::ToHex(record.name.id())},
                 {"kind", record.facts.kind == names::NameKind::kService ? "service" : "endpoint"},
                 {"addresses", std::move(addresses)},
                 {"capabilities", record.facts.capabilities},
                 {"seq", record.seq},
                 {"created_ns", base::ToUnixNanos(record.facts.created)},
                 {"expires_ns", base::ToUnixNanos(record.facts.expires)},
                 {"revoked", record.revoked}};
  SetName(object, record.name.label);
  return object;
}

}  // namespace

absl::StatusOr<Outcome> DhtPublish(const DhtPublishArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(const auto seed, LoadSigningSeed(arguments.key_file, console));
  const crypto::Ed25519Signer owner(seed.bytes());
  const names::Name name{.owner = owner.public_key(), .label = arguments.label};
  SHADW_ASSIGN_OR_RETURN(const auto session, OpenJoined(arguments.network, console));
  SHADW_ASSIGN_OR_RETURN(const dht::GetReport found, GetSlot(*session, name));
  names::NameBook book;
  book.Take(base::SystemClock().Now(), session->protocol(), name, found);
  SHADW_ASSIGN_OR_RETURN(const names::NameRecord record,
                         NextRecord(arguments, owner, found, book.Latest(name)));
  SHADW_ASSIGN_OR_RETURN(const dht::Record carrier,
                         names::ToDhtRecord(session->protocol(), seed.bytes(), record));
  SHADW_ASSIGN_OR_RETURN(
      const auto put, session->Ask<dht::PutReport>(
                          [&](dht::Node& node, base::Time now) { return node.Put(now, carrier); }));
  Outcome outcome = Describe(put, session->protocol().traits().id_bytes);
  outcome.json.update(ToJson(record));
  absl::StrAppend(&outcome.text, "owner ", base::ToHex(record.name.owner), "\nsequence number ",
                  record.seq, record.revoked ? ", revoked until " : ", until ",
                  FormatTime(base::ToUnixNanos(record.facts.expires)), "\n");
  return outcome;
}

absl::StatusOr<Outcome> DhtResolve(const DhtResolveArguments& arguments, Console& console) {
  names::Name name{.label = arguments.label};
  SHADW_ASSIGN_OR_RETURN(name.owner, ParsePublicKey(arguments.owner));
  SHADW_ASSIGN_OR_RETURN(const auto session, OpenJoined(arguments.network, console));
  SHADW_ASSIGN_OR_RETURN(const dht::GetReport found, GetSlot(*session, name));
  names::NameBook book;
  const names::Resolution resolution =
      book.Take(base::SystemClock().Now(), session->protocol(), name, found);
  const std::string label = Printable(arguments.label);
  if (resolution.revoked) {
    return absl::FailedPreconditionError(absl::StrCat(label, " was revoked by its owner"));
  }
  if (!resolution.record) {
    std::string why;
    for (const absl::Status& refused : resolution.refused) {
      absl::StrAppend(&why, "; ", refused.message());
    }
    return absl::NotFoundError(absl::StrCat("nothing stands for ", label, " with the ",
                                            Count(found.lookup.answers, "node"), " that answered",
                                            why));
  }
  Outcome outcome{.json = ToJson(*resolution.record)};
  for (const base::Endpoint& address : resolution.record->facts.addresses) {
    absl::StrAppend(&outcome.text, address.ToString(), "\n");
  }
  return outcome;
}

}  // namespace shadw::app
