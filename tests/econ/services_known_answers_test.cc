// SPDX-License-Identifier: Apache-2.0
//
// Every case of tests/vectors/economy/econ_services.json, of which Python runs the same.
#include <gtest/gtest.h>

#include <fstream>
#include <memory>

#include "libshadw/econ/accounts.h"
#include "libshadw/econ/check_in.h"
#include "libshadw/econ/service_token.h"
#include "tests/vectors/known_steps.h"

namespace shadw::econ {
namespace {

using nlohmann::json;
using JsonOr = absl::StatusOr<json>;

JsonOr Done(const absl::Status& status) { return status.ok() ? JsonOr(json()) : status; }

template <typename T>
JsonOr ToJson(const absl::StatusOr<T>& result) {
  if (!result.ok()) return result.status();
  return json(*result);
}

base::ByteArray<32> Id(const json& a, const char* name) { return ArrayOf<32>(a.at(name)); }

absl::StatusOr<KnownObject> MakeToken(const json& arguments) {
  auto made = ServiceToken::Issue({.stake = Id(arguments, "stake"),
                                   .service = Id(arguments, "service"),
                                   .owner = Id(arguments, "owner"),
                                   .units = arguments.at("units"),
                                   .expires_ns = arguments.at("expires_ns")},
                                  arguments.at("backed_units"), arguments.at("now_ns"));
  if (!made.ok()) return made.status();
  const auto token = std::make_shared<ServiceToken>(*std::move(made));
  return KnownObject{
      {"redeem",
       [=](const json& a) {
         return Done(token->Redeem({Id(a, "signer"), a.at("id"), a.at("units")}, a.at("now_ns")));
       }},
      {"refund",
       [=](const json& a) { return ToJson(token->Refund(Id(a, "signer"), a.at("now_ns"))); }},
      {"expire",
       [=](const json& a) {
         token->Expire(a.at("now_ns"));
         return json();
       }},
      {"state",
       [=](const json&) {
         constexpr std::array<const char*, 5> kNames = {"issued", "partially_redeemed", "redeemed",
                                                        "refunded", "expired"};
         return json(kNames.at(static_cast<size_t>(token->state())));
       }},
      {"outstanding", [=](const json&) { return json(token->outstanding()); }},
      {"redeemed", [=](const json&) { return json(token->redeemed()); }},
      {"refunded", [=](const json&) { return json(token->refunded()); }},
      {"expired", [=](const json&) { return json(token->expired()); }}};
}

absl::StatusOr<KnownObject> MakeBook(const json& arguments) {
  const auto book = std::make_shared<CheckInBook>(Id(arguments, "tip"));
  return KnownObject{
      {"register", [=](const json& a) { return Done(book->Register(Id(a, "node"))); }},
      {"check_in",
       [=](const json& a) {
         const base::Bytes memo = a.contains("memo") ? BytesOf(a["memo"]) : base::Bytes();
         return Done(book->CheckIn({Id(a, "node"), Id(a, "tip"), memo}));
       }},
      {"advance",
       [=](const json& a) {
         book->Advance(Id(a, "tip"));
         return json();
       }},
      {"eligible", [=](const json&) {
         json nodes = json::array();
         for (const auto& node : book->eligible()) nodes.push_back(HexOf(node));
         return nodes;
       }}};
}

absl::StatusOr<KnownObject> MakeAccounts(const json& arguments) {
  auto made = Accounts::Create({}, arguments.at("accounts"));
  if (!made.ok()) return made.status();
  const auto accounts = std::make_shared<Accounts>(*std::move(made));
  return KnownObject{
      {"mint_block", [=](const json& a) { return ToJson(accounts->MintBlock(a.at("receiver"))); }},
      {"pay",
       [=](const json& a) {
         return Done(accounts->Pay({a.at("payer"), a.at("to"), a.at("amount")}));
       }},
      {"pay_with_fee",
       [=](const json& a) -> JsonOr {
         std::vector<size_t> sinks;
         std::vector<uint64_t> shares;
         for (const json& sink : a.at("sinks")) {
           sinks.push_back(sink.at(0));
           shares.push_back(sink.at(1));
         }
         const auto it =
             accounts->PayWithFee({a.at("payer"), a.at("to"), a.at("amount")}, {}, {sinks, shares});
         if (!it.ok()) return it.status();
         return json{it->payer_pays, it->provider_net, it->fee, it->dao, it->rest};
       }},
      {"burn",
       [=](const json& a) { return Done(accounts->Burn(a.at("account"), a.at("amount"))); }},
      {"balances",
       [=](const json&) {
         return json(std::vector<Amount>(accounts->balances().begin(), accounts->balances().end()));
       }},
      {"blocks", [=](const json&) { return json(accounts->blocks()); }},
      {"minted", [=](const json&) { return json(accounts->minted()); }},
      {"burned", [=](const json&) { return json(accounts->burned()); }}};
}

TEST(KnownAnswers, OfTokensCheckInsAndAccountsAreGiven) {
  std::ifstream file(SHADW_TEST_VECTORS "/economy/econ_services.json");
  ASSERT_TRUE(file.is_open());
  const json vectors = json::parse(file);
  for (const json& entry : vectors.at("cases")) {
    TakeKnownSteps(
        entry,
        {{"ServiceToken", MakeToken}, {"CheckInBook", MakeBook}, {"Accounts", MakeAccounts}});
  }
}

}  // namespace
}  // namespace shadw::econ
