// SPDX-License-Identifier: Apache-2.0
#include "dht_verbs.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "key_file.h"

namespace shadw::app {
namespace {

using nlohmann::json;

// Longer than any network takes, so that the right message comes of it.
constexpr size_t kMaxInputBytes = 4096;
constexpr auto kSaveEvery = std::chrono::minutes(5);

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void OnSignal(int) { interrupted = true; }

absl::StatusOr<dht::NodeId> ParseTarget(const std::string& text, const dht::Protocol& protocol) {
  const size_t bytes = protocol.traits().id_bytes;
  const auto target = base::FromHex(text);
  if (!target.ok() || target->size() != bytes) {
    return absl::InvalidArgumentError(absl::StrCat("target ", Printable(text), ": ",
                                                   protocol.traits().name, " needs ", 2 * bytes,
                                                   " hexadecimal digits"));
  }
  return dht::NodeId::FromBytes(*target);
}

absl::StatusOr<base::Bytes> ReadValue(const std::string& argument) {
  if (argument != "-") return base::ToBytes(base::AsBytes(argument));
  base::Bytes input(kMaxInputBytes);
  input.resize(std::fread(input.data(), 1, input.size(), stdin));
  if (std::ferror(stdin) != 0) return absl::DataLossError("cannot read standard input");
  return input;
}

json ToJson(const dht::LookupReport& lookup, size_t id_bytes) {
  json closest = json::array();
  for (const dht::Contact& contact : lookup.closest) {
    closest.push_back(
        {{"id", contact.id.ToHex(id_bytes)}, {"endpoint", contact.endpoint.ToString()}});
  }
  return {{"target", lookup.target.ToHex(id_bytes)},
          {"closest", closest},
          {"messages", lookup.messages},
          {"answers", lookup.answers},
          {"silent", lookup.silent},
          {"hops", lookup.hops},
          {"crowded", lookup.crowded}};
}

const char* ToString(dht::PutResult result) {
  if (result == dht::PutResult::kStored) return "stored";
  if (result == dht::PutResult::kNotSent) return "not sent";
  return result == dht::PutResult::kRefused ? "refused" : "silent";
}

std::string Milliseconds(base::Duration rtt) {
  return absl::StrFormat("%.2f ms", std::chrono::duration<double, std::milli>(rtt).count());
}

struct Told {
  std::string text;
  json object;
};

std::optional<Told> Tell(const dht::Event& event, size_t id_bytes) {
  if (const auto* joined = std::get_if<dht::Joined>(&event)) {
    return Told{absl::StrCat("joined by ", Count(joined->contacts, "contact"), "\n"),
                {{"event", "joined"}, {"contacts", joined->contacts}}};
  }
  if (const auto* learned = std::get_if<dht::AddressLearned>(&event)) {
    const std::string id = learned->id.ToHex(id_bytes), at = learned->address.ToString();
    return Told{absl::StrCat("others see it at ", at, " as ", id, "\n"),
                {{"event", "address_learned"}, {"address", at}, {"id", id}}};
  }
  if (const auto* changed = std::get_if<dht::ServingChanged>(&event)) {
    return Told{changed->serving ? "serves others\n" : "no longer serves others\n",
                {{"event", "serving_changed"}, {"serving", changed->serving}}};
  }
  return std::nullopt;
}

Outcome Describe(const dht::NodeStats& stats) {
  Outcome outcome;
  outcome.json = {{"contacts", stats.contacts},
                  {"records", stats.records},
                  {"targets", stats.peer_targets},
                  {"queries", stats.queries},
                  {"replies", stats.replies},
                  {"silenced", stats.silenced},
                  {"sent", stats.sent},
                  {"lost", stats.lost},
                  {"serving", stats.serving},
                  {"nat", std::string(dht::NameOf(stats.nat))},
                  {"network_nodes", nullptr},
                  {"address", nullptr}};
  if (stats.network_nodes > 0) outcome.json["network_nodes"] = stats.network_nodes;
  if (stats.address) outcome.json["address"] = stats.address->ToString();
  outcome.text =
      absl::StrFormat("%s, %s kept, %d queries heard, %d answered, %d sent, %d of them lost\n",
                      Count(stats.contacts, "contact"), Count(stats.records, "record"),
                      stats.queries, stats.replies, stats.sent, stats.lost);
  if (stats.network_nodes > 0) {
    absl::StrAppendFormat(&outcome.text, "about %.0f nodes in the network\n", stats.network_nodes);
  }
  return outcome;
}

// One above the highest sequence number that anybody has.
absl::StatusOr<int64_t> NextSeq(DhtSession& session, std::span<const uint8_t, 32> key,
                                base::ByteSpan salt) {
  SHADW_ASSIGN_OR_RETURN(const auto found,
                         session.Ask<dht::GetReport>([&](dht::Node& node, base::Time now) {
                           return node.GetMutable(now, key, salt);
                         }));
  return found.versions.empty() ? 1 : found.versions.front().record.seq + 1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DhtSession>> OpenJoined(const DhtNetwork& network,
                                                       Console& console) {
  SHADW_ASSIGN_OR_RETURN(auto session, DhtSession::Open(network, dht::Serving::kNever, console));
  SHADW_RETURN_IF_ERROR(session->Join());
  return session;
}

absl::StatusOr<base::ByteArray<32>> ParsePublicKey(const std::string& text) {
  base::ByteArray<32> key{};
  const auto bytes = base::FromHex(text);
  if (!bytes.ok() || bytes->size() != key.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("public key ", Printable(text), ": need 64 hexadecimal digits"));
  }
  std::ranges::copy(*bytes, key.begin());
  return key;
}

Outcome Describe(const dht::PutReport& report, size_t id_bytes) {
  Outcome outcome{.json = ToJson(report.lookup, id_bytes), .good = report.quorum_met};
  json contacts = json::array();
  std::map<std::string, size_t> counts;
  for (const dht::PutOutcome& each : report.outcomes) {
    json contact = {{"id", each.contact.id.ToHex(id_bytes)},
                    {"endpoint", each.contact.endpoint.ToString()},
                    {"rank", each.rank},
                    {"result", ToString(each.result)}};
    std::string kind = ToString(each.result);
    if (each.result == dht::PutResult::kRefused) {
      contact["code"] = each.code;
      contact["text"] = each.text;
      kind = absl::StrCat("refused with ", each.code, " ", Printable(each.text));
    }
    ++counts[kind];
    contacts.push_back(std::move(contact));
  }
  outcome.json.erase("closest");
  outcome.json["contacts"] = std::move(contacts);
  outcome.json["stored"] = report.stored;
  outcome.json["quorum_met"] = report.quorum_met;
  if (report.newer_seq) outcome.json["newer_seq"] = *report.newer_seq;
  outcome.text = absl::StrCat("target ", report.lookup.target.ToHex(id_bytes), "\n");
  for (const auto& [kind, count] : counts) {
    absl::StrAppend(&outcome.text, kind, " by ", Count(count, "node"), "\n");
  }
  if (counts.empty()) absl::StrAppend(&outcome.text, "nobody to store it\n");
  return outcome;
}

absl::StatusOr<Outcome> RunDhtNode(const DhtNodeArguments& arguments, Console& console) {
  const dht::Serving serving =
      arguments.server ? dht::Serving::kAlways : dht::Serving::kWhenReachable;
  SHADW_ASSIGN_OR_RETURN(const auto session, DhtSession::Open(arguments.network, serving, console));
  const size_t id_bytes = session->protocol().traits().id_bytes;
  json endpoints = json::array();
  std::string at;
  for (const base::Endpoint& local : session->local()) {
    endpoints.push_back(local.ToString());
    absl::StrAppend(&at, at.empty() ? "" : " and ", local.ToString());
  }
  const std::string id = session->node().id().ToHex(id_bytes);
  std::signal(SIGINT, OnSignal);
  std::signal(SIGTERM, OnSignal);
  bool heard = console.Tell({{"event", "listening"},
                             {"endpoint", endpoints.front()},
                             {"endpoints", endpoints},
                             {"id", id}},
                            absl::StrCat("listens at ", at, " as ", id, "\n"));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(arguments.seconds);
  auto save = std::chrono::steady_clock::now() + kSaveEvery;
  absl::Status saved;
  session->RunUntil(
      [&] {
        const auto now = std::chrono::steady_clock::now();
        if (now >= save) {
          saved = session->Save();
          save = now + kSaveEvery;
        }
        const bool late = arguments.seconds != 0 && now >= end;
        return late || interrupted || !heard || !saved.ok();
      },
      [&](const dht::Event& event) {
        if (const auto told = Tell(event, id_bytes)) heard = console.Tell(told->object, told->text);
      });
  SHADW_RETURN_IF_ERROR(saved);
  SHADW_RETURN_IF_ERROR(session->Save());
  Outcome outcome = Describe(session->node().stats());
  outcome.json["event"] = "ended";
  return outcome;
}

absl::StatusOr<Outcome> DhtPing(const DhtPingArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(const auto session,
                         DhtSession::Open(arguments.network, dht::Serving::kNever, console));
  const std::string_view name = arguments.endpoint;
  SHADW_ASSIGN_OR_RETURN(const auto endpoints, session->Resolve(std::span(&name, 1)));
  SHADW_ASSIGN_OR_RETURN(const auto pong,
                         session->Ask<dht::Pong>([&](dht::Node& node, base::Time now) {
                           return node.Ping(now, endpoints.front());
                         }));
  const std::string at = endpoints.front().ToString();
  if (!pong.answered) return absl::DeadlineExceededError(absl::StrCat(at, " did not answer"));
  Outcome outcome{.json = {{"endpoint", at},
                           {"id", nullptr},
                           {"rtt_ns", std::chrono::nanoseconds(pong.rtt).count()}}};
  std::string id = "a node that does not say its id";
  if (pong.contact) {
    id = pong.contact->id.ToHex(session->protocol().traits().id_bytes);
    outcome.json["id"] = id;
  }
  outcome.text = absl::StrCat(at, " answered in ", Milliseconds(pong.rtt), ": ", id, "\n");
  return outcome;
}

absl::StatusOr<Outcome> DhtLookup(const DhtTargetArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(const auto session, OpenJoined(arguments.network, console));
  SHADW_ASSIGN_OR_RETURN(const dht::NodeId target,
                         ParseTarget(arguments.target, session->protocol()));
  SHADW_ASSIGN_OR_RETURN(const auto found,
                         session->Ask<dht::FoundNodes>([&](dht::Node& node, base::Time now) {
                           return node.FindNode(now, target);
                         }));
  const size_t id_bytes = session->protocol().traits().id_bytes;
  Outcome outcome{.json = ToJson(found.lookup, id_bytes)};
  for (const dht::Contact& contact : found.lookup.closest) {
    absl::StrAppend(&outcome.text, contact.id.ToHex(id_bytes), "  ", contact.endpoint.ToString(),
                    "\n");
  }
  return outcome;
}

absl::StatusOr<Outcome> DhtGet(const DhtTargetArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(const auto session, OpenJoined(arguments.network, console));
  const dht::Protocol& protocol = session->protocol();
  dht::NodeId target{};
  base::ByteArray<32> key{};
  if (arguments.public_key.empty()) {
    SHADW_ASSIGN_OR_RETURN(target, ParseTarget(arguments.target, protocol));
  } else {
    SHADW_ASSIGN_OR_RETURN(key, ParsePublicKey(arguments.public_key));
    target = protocol.MutableTarget(key, base::AsBytes(arguments.salt));
  }
  SHADW_ASSIGN_OR_RETURN(const auto found,
                         session->Ask<dht::GetReport>([&](dht::Node& node, base::Time now) {
                           return arguments.public_key.empty()
                                      ? node.Get(now, target)
                                      : node.GetMutable(now, key, base::AsBytes(arguments.salt));
                         }));
  if (found.versions.empty()) {
    return absl::NotFoundError(
        absl::StrCat("none of ", Count(found.lookup.answers, "node"), " that answered has ",
                     target.ToHex(protocol.traits().id_bytes), "; ",
                     Count(found.lookup.silent, "request"), " went unanswered"));
  }
  const auto& [record, agreed] = found.versions.front();
  const auto unwrapped = protocol.UnwrapBytes(record.value);
  const base::Bytes& value = unwrapped ? *unwrapped : record.value;
  Outcome outcome{.text = std::string(base::AsText(value)),
                  .json = ToJson(found.lookup, protocol.traits().id_bytes)};
  outcome.json.erase("closest");
  outcome.json["value_hex"] = base::ToHex(value);
  outcome.json["is_byte_string"] = unwrapped.has_value();
  outcome.json["agreed"] = agreed;
  if (record.is_mutable()) {
    json seqs = json::array();
    for (const auto& version : found.versions) seqs.push_back(version.record.seq);
    outcome.json["seq"] = record.seq;
    outcome.json["seqs_seen"] = std::move(seqs);
  }
  return outcome;
}

absl::StatusOr<Outcome> DhtPut(const DhtPutArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(const base::Bytes bytes, ReadValue(arguments.value));
  std::optional<crypto::Ed25519Signer> signer;
  if (!arguments.key_file.empty()) {
    SHADW_ASSIGN_OR_RETURN(const auto seed, LoadSigningSeed(arguments.key_file, console));
    signer.emplace(seed.bytes());
  }
  SHADW_ASSIGN_OR_RETURN(const auto session, OpenJoined(arguments.network, console));
  const dht::Protocol& protocol = session->protocol();
  dht::Record record{.value = protocol.WrapBytes(bytes)};
  if (signer) {
    const base::ByteSpan salt = base::AsBytes(arguments.salt);
    int64_t seq = arguments.seq.value_or(0);
    if (!arguments.seq) {
      SHADW_ASSIGN_OR_RETURN(seq, NextSeq(*session, signer->public_key(), salt));
    }
    SHADW_ASSIGN_OR_RETURN(record, dht::SignRecord(protocol, *signer, record.value, salt, seq));
  }
  SHADW_ASSIGN_OR_RETURN(
      const auto put, session->Ask<dht::PutReport>([&](dht::Node& node, base::Time now) {
        return node.Put(now, record, arguments.cas, {.quorum = arguments.quorum});
      }));
  Outcome outcome = Describe(put, protocol.traits().id_bytes);
  if (signer) {
    const std::string key = base::ToHex(signer->public_key());
    outcome.json["public_key"] = key;
    outcome.json["seq"] = record.seq;
    absl::StrAppend(&outcome.text, "public key ", key, "\nsequence number ", record.seq, "\n");
  }
  return outcome;
}

absl::StatusOr<Outcome> DhtAnnounce(const DhtAnnounceArguments& arguments, Console& console) {
  dht::Announcement announcement{.port = arguments.port};
  if (!arguments.key_file.empty()) {
    SHADW_ASSIGN_OR_RETURN(const auto seed, LoadSigningSeed(arguments.key_file, console));
    announcement.signer = std::make_shared<const crypto::Ed25519Signer>(seed.bytes());
  }
  SHADW_ASSIGN_OR_RETURN(const auto session, OpenJoined(arguments.network, console));
  SHADW_ASSIGN_OR_RETURN(const dht::NodeId target,
                         ParseTarget(arguments.target, session->protocol()));
  SHADW_ASSIGN_OR_RETURN(const auto put,
                         session->Ask<dht::PutReport>([&](dht::Node& node, base::Time now) {
                           return node.Announce(now, target, announcement);
                         }));
  Outcome outcome = Describe(put, session->protocol().traits().id_bytes);
  if (announcement.signer) {
    const std::string key = base::ToHex(announcement.signer->public_key());
    outcome.json["public_key"] = key;
    absl::StrAppend(&outcome.text, "public key ", key, "\n");
  }
  return outcome;
}

absl::StatusOr<Outcome> DhtPeers(const DhtTargetArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(const auto session, OpenJoined(arguments.network, console));
  SHADW_ASSIGN_OR_RETURN(const dht::NodeId target,
                         ParseTarget(arguments.target, session->protocol()));
  SHADW_ASSIGN_OR_RETURN(const auto found,
                         session->Ask<dht::PeersReport>([&](dht::Node& node, base::Time now) {
                           return node.GetPeers(now, target);
                         }));
  Outcome outcome{.json = ToJson(found.lookup, session->protocol().traits().id_bytes)};
  outcome.json.erase("closest");
  json peers = json::array();
  for (const dht::Peer& peer : found.peers) {
    json endpoints = json::array();
    std::string text = peer.key ? base::ToHex(*peer.key) : "";
    for (const base::Endpoint& endpoint : peer.endpoints) {
      endpoints.push_back(endpoint.ToString());
      absl::StrAppend(&text, text.empty() ? "" : "  ", endpoint.ToString());
    }
    json object = {{"endpoints", std::move(endpoints)}};
    if (peer.key) object["public_key"] = base::ToHex(*peer.key);
    peers.push_back(std::move(object));
    absl::StrAppend(&outcome.text, text, "\n");
  }
  outcome.json["peers"] = std::move(peers);
  return outcome;
}

absl::StatusOr<Outcome> DhtStats(const DhtStatsArguments& arguments, Console& console) {
  SHADW_ASSIGN_OR_RETURN(const auto session, OpenJoined(arguments.network, console));
  // A look around beyond our own neighbourhood; what it finds fills the table.
  const dht::NodeId opposite = dht::Distance(session->node().id(), {{~uint64_t{0}, 0, 0, 0}});
  SHADW_ASSIGN_OR_RETURN(const auto found,
                         session->Ask<dht::FoundNodes>([&](dht::Node& node, base::Time now) {
                           return node.FindNode(now, opposite);
                         }));
  Outcome outcome = Describe(session->node().stats());
  outcome.json["lookup_messages"] = found.lookup.messages;
  outcome.json["lookup_hops"] = found.lookup.hops;
  return outcome;
}

}  // namespace shadw::app
