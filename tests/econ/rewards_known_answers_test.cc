// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <vector>

#include "libshadw/base/quorum.h"
#include "libshadw/econ/auction.h"
#include "libshadw/econ/capacity_rewards.h"
#include "libshadw/econ/durability.h"
#include "libshadw/econ/epoch_rewards.h"
#include "libshadw/econ/escrow.h"
#include "libshadw/econ/fetch_rewards.h"
#include "libshadw/econ/green_ranking.h"
#include "libshadw/econ/incentive.h"
#include "libshadw/econ/refund.h"
#include "libshadw/econ/sla.h"
#include "libshadw/econ/split.h"
#include "libshadw/econ/stake_choice.h"
#include "tests/econ/known_answers.h"
#include "tests/vectors/known_steps.h"

namespace shadw::econ {
namespace {

using nlohmann::json;
using JsonOr = absl::StatusOr<json>;

template <typename T>
JsonOr ToJson(const absl::StatusOr<T>& result) {
  if (!result.ok()) return result.status();
  return json(*result);
}

JsonOr Paid(const absl::StatusOr<SplitTotals>& totals, const std::vector<Amount>& shares) {
  if (!totals.ok()) return totals.status();
  return json{shares, totals->paid, totals->burned, totals->carried};
}

// Argument `name` of row `row`, where it has rows.
template <typename T>
T At(const json& arguments, const char* name, size_t row, T absent = {}) {
  if (!arguments.contains(name)) return absent;
  const json& value = arguments[name];
  return value.is_array() ? value.at(row).get<T>() : value.get<T>();
}

// One call for each row of the longest argument, or one alone. Arrays named in `whole` are
// not rows.
JsonOr ForRows(const json& arguments, const std::function<JsonOr(size_t)>& call,
               const std::vector<std::string>& whole = {}) {
  size_t rows = 0;
  for (const auto& [name, value] : arguments.items()) {
    const bool is_row =
        value.is_array() && std::find(whole.begin(), whole.end(), name) == whole.end();
    if (is_row) rows = value.size();
  }
  if (rows == 0) return call(0);
  json results = json::array();
  for (size_t row = 0; row < rows; ++row) {
    JsonOr result = call(row);
    if (!result.ok()) return result;
    results.push_back(*result);
  }
  return results;
}

Remainder RemainderOf(const json& arguments) {
  const auto name = arguments.value("remainder", std::string("largest_remainder"));
  if (name == "burn") return Remainder::kBurn;
  return name == "carry" ? Remainder::kCarry : Remainder::kLargestRemainder;
}

FormulaMode ModeOf(const json& arguments) {
  const auto name = arguments.value("mode", std::string("corrected"));
  if (name == "paper_literal") return FormulaMode::kPaperLiteral;
  return name == "reference" ? FormulaMode::kReference : FormulaMode::kCorrected;
}

template <typename T>
std::vector<T> List(const json& arguments, const char* name) {
  return arguments.at(name).get<std::vector<T>>();
}

std::vector<uint8_t> Flags(const json& arguments) {
  std::vector<uint8_t> flags;
  for (const json& flag : arguments.at("passed")) flags.push_back(flag.get<bool>() ? 1 : 0);
  return flags;
}

JsonOr AskSplitBySqrt(const json& a) {
  const auto reputations = List<uint64_t>(a, "reputations");
  std::vector<Amount> shares(reputations.size());
  const SqrtSplitOptions options = {RemainderOf(a), a.value("bootstrap", false), ModeOf(a)};
  return Paid(SplitBySqrt(a.at("pool"), reputations, options, shares), shares);
}

JsonOr AskSqrtWeight(const json& a) {
  return ForRows(a, [&](size_t i) { return json(SqrtWeight(At<uint64_t>(a, "reputation", i))); });
}

JsonOr AskSplitEqually(const json& a) {
  std::vector<Amount> shares(a.at("participants").get<size_t>());
  return Paid(SplitEqually(a.at("pool"), RemainderOf(a), shares), shares);
}

JsonOr AskRewardPools(const json& a) {
  const auto pools = RewardPools(a.at("supply"), {a.at("capacity_ppm"), a.at("storage_ppm")});
  if (!pools.ok()) return pools.status();
  return json{pools->capacity, pools->storage, pools->rest};
}

JsonOr AskRewardCapacity(const json& a) {
  const auto capacities = List<double>(a, "capacities");
  std::vector<Amount> shares(capacities.size());
  return Paid(RewardCapacity(a.at("pool"), capacities, {RemainderOf(a), ModeOf(a)}, shares),
              shares);
}

JsonOr AskRewardStorage(const json& a) {
  const auto capacities = List<double>(a, "capacities");
  std::vector<Amount> shares(capacities.size());
  const bool redistribute = a.value("failed", std::string("carry")) == "redistribute";
  const StorageRewardOptions options = {
      redistribute ? FailedShare::kRedistribute : FailedShare::kCarry, RemainderOf(a), ModeOf(a)};
  return Paid(RewardStorage(a.at("pool"), capacities, Flags(a), options, shares), shares);
}

JsonOr AskSplitFetchReward(const json& a) {
  const auto reward = SplitFetchReward(a.at("pool"), {a.at("winners"), a.at("holders")},
                                       a.value("holder_ppm", kDefaultHolderPpm));
  if (!reward.ok()) return reward.status();
  return json{reward->per_winner, reward->larger_winners, reward->per_holder,
              reward->larger_holders, reward->carried};
}

JsonOr AskLockBoost(const json& a) {
  return ForRows(
      a, [&](size_t i) { return json(LockBoostPpm(At<uint64_t>(a, "lock_epochs_left", i), {})); });
}

JsonOr AskRewardEpoch(const json& a) {
  EpochParams params = {.supply_at_year_start = a.at("supply_at_year_start")};
  params.inflation_ppm = a.value("inflation_ppm", params.inflation_ppm);
  std::vector<Served> served;
  for (size_t i = 0; i < a.at("revenues").size(); ++i) {
    served.push_back({a["revenues"][i], a.at("lock_epochs_left").at(i)});
  }
  const auto rewards = RewardEpoch(params, served, List<Amount>(a, "service_revenues"));
  if (!rewards.ok()) return rewards.status();
  json lists = {json::array(), json::array(), json::array(), json::array()};
  for (const Earned& node : rewards->nodes) {
    lists[0].push_back(node.stable);
    lists[1].push_back(node.tokens);
  }
  for (const Earned& service : rewards->services) {
    lists[2].push_back(service.stable);
    lists[3].push_back(service.tokens);
  }
  for (const Amount rest : {rewards->protocol.stable, rewards->protocol.tokens, rewards->minted}) {
    lists.push_back(rest);
  }
  return lists;
}

JsonOr AskProratedRefund(const json& a) {
  return ForRows(a, [&](size_t i) {
    Rental rental = {.now = At<int64_t>(a, "now", i), .paused = At<int64_t>(a, "paused", i)};
    if (!a.at("start").is_null()) rental.start = At<int64_t>(a, "start", i);
    if (!a.at("end").is_null()) rental.end = At<int64_t>(a, "end", i);
    return ToJson(ProratedRefund(a.at("payment"), rental, ModeOf(a)));
  });
}

JsonOr AskSettleEscrow(const json& a) {
  EscrowAccount escrow(0);
  // Payments may be opened while the balance covers one block of them.
  const Amount balance = a.at("balance");
  absl::Status status = escrow.Deposit(balance);
  for (const json& rate : a.at("rates")) status.Update(escrow.OpenPayment(rate, 0).status());
  status.Update(escrow.Settle(a.at("blocks")));
  if (!status.ok()) return status;
  json earned = json::array();
  for (const EscrowAccount::Payment& payment : escrow.payments()) earned.push_back(payment.balance);
  return json{earned, escrow.balance(), escrow.state() == EscrowAccount::State::kOverdrawn};
}

JsonOr AskAllowedDowntime(const json& a) {
  const auto time = AllowedDowntime({.uptime_ppm = a.at("uptime_ppm"),
                                     .window = base::Duration(a.at("window_ns").get<int64_t>())});
  if (!time.ok()) return time.status();
  return json(time->count());
}

JsonOr AskEvaluateSla(const json& a) {
  std::vector<SlaSample> samples;
  for (size_t i = 0; i < a.at("uptime_ppm").size(); ++i) {
    samples.push_back({.uptime_ppm = a["uptime_ppm"][i],
                       .latency_p99 = base::Duration(At<int64_t>(a, "latency_ns", i))});
  }
  Sla sla = {.uptime_ppm = a.at("target_ppm")};
  if (a.contains("promised_latency_ns")) {
    sla.latency_p99 = base::Duration(a["promised_latency_ns"].get<int64_t>());
  }
  const auto report = EvaluateSla(sla, samples);
  if (!report.ok()) return report.status();
  return json{report->periods, report->breaches, report->uptime_ppm, report->compliance_ppm};
}

JsonOr AskSlaCredit(const json& a) {
  Sla sla;
  for (const json& step : a.at("credits")) sla.credits.push_back({step.at(0), step.at(1)});
  const auto credit = [&](size_t i) -> JsonOr {
    const auto penalty = PenaltyFor(
        sla, {.periods = 1, .uptime_ppm = At<uint64_t>(a, "uptime_ppm", i)}, a.at("price"));
    if (!penalty.ok()) return penalty.status();
    return json(penalty->credit);
  };
  return ForRows(a, credit, {"credits"});
}

JsonOr AskSlaPenaltyPoints(const json& a) {
  std::vector<SlaBreach> breaches;
  for (size_t i = 0; i < a.at("uptime_percent").size(); ++i) {
    breaches.push_back({a["uptime_percent"][i], a["response_percent"][i], a["incidents"][i]});
  }
  return ToJson(SlaPenaltyPoints(a.at("target_percent"), breaches, a.at("days")));
}

JsonOr AskTieredPrice(const json& a) {
  std::vector<Tier> tiers;
  for (size_t i = 0; i < a.at("up_to").size(); ++i) {
    tiers.push_back({a["up_to"][i], a.at("prices").at(i)});
  }
  return ForRows(a,
                 [&](size_t i) { return ToJson(TieredPrice(At<uint64_t>(a, "units", i), tiers)); },
                 {"up_to", "prices"});
}

JsonOr Sold(const absl::StatusOr<std::optional<Sale>>& sale) {
  if (!sale.ok()) return sale.status();
  return sale->has_value() ? json{(*sale)->party, (*sale)->price} : json();
}

std::vector<Bid> Bids(const json& amounts) {
  std::vector<Bid> bids;
  for (const json& amount : amounts) bids.push_back({bids.size(), amount});
  return bids;
}

JsonOr AskVickrey(const json& a) {
  return Sold(Vickrey(Bids(a.at("bids")), a.value("reserve", Amount{0})));
}

JsonOr AskProcure(const json& a) { return Sold(Procure(Bids(a.at("asks")), a.at("ceiling"))); }

JsonOr AskNextBaseFee(const json& a) {
  return ForRows(a, [&](size_t i) {
    return ToJson(NextBaseFee(At<Amount>(a, "previous", i),
                              {At<uint64_t>(a, "used", i), At<uint64_t>(a, "target", i)}));
  });
}

JsonOr AskUtilisationPrice(const json& a) {
  const UtilisationCurve curve = {a.at("base"), a.at("slope"), a.at("kink"), a.at("steep")};
  return ForRows(a, [&](size_t i) {
    return ToJson(UtilisationPrice(At<double>(a, "utilisation", i), curve));
  });
}

CostsAre CostsOf(const json& a) {
  return a.value("costs", std::string()) == "per_time" ? CostsAre::kPerTime : CostsAre::kAbsolute;
}

JsonOr AskExpectedNet(const json& a) {
  return ForRows(a, [&](size_t i) {
    return ToJson(ExpectedNet({At<double>(a, "benefit", i), At<double>(a, "time", i),
                               At<double>(a, "cost", i), At<double>(a, "loss", i)},
                              CostsOf(a)));
  });
}

JsonOr AskIsMalicious(const json& a) {
  const auto inputs = [&](const std::string& who) {
    return NetInputs{a.at(who + "_benefit"), a.at(who + "_time"), a.at(who + "_cost"),
                     a.at(who + "_loss")};
  };
  const auto verdict = CompareIncentives(inputs("malicious"), inputs("honest"), CostsOf(a));
  if (!verdict.ok()) return verdict.status();
  return json(*verdict == IncentiveVerdict::kMalicious);
}

JsonOr AskEach(const json& a, uint64_t (*function)(uint64_t)) {
  return ForRows(a, [&](size_t i) { return json(function(At<uint64_t>(a, "n", i))); });
}

// Whom a seed chooses is Python's to hash; here is who can be chosen at all.
JsonOr AskSelectProposer(const json& a) {
  std::vector<StakeEntry> entries;
  for (size_t i = 0; i < a.at("nodes").size(); ++i) {
    entries.push_back({ArrayOf<32>(a["nodes"][i]), a.at("stakes").at(i)});
  }
  const auto table = StakeTable::Create(std::move(entries));
  return table.ok() ? JsonOr(json()) : table.status();
}

JsonOr AskJudgeFetch(const json& a) {
  std::vector<FetchResponse> responses;
  for (const json& one : a.at("responses")) {
    responses.push_back({one.at(0), ArrayOf<32>(one.at(1)), one.at(2), one.at(3), one.at(4)});
  }
  constexpr std::array<const char*, 3> kNames = {"first", "late", "invalid"};
  json verdicts = json::array();
  for (const FetchVerdict verdict : JudgeFetch(responses)) {
    verdicts.push_back(kNames.at(static_cast<size_t>(verdict)));
  }
  return verdicts;
}

JsonOr AskBreakevenLoss(const json& a) {
  return ToJson(
      BreakevenLoss({a.at("malicious_benefit"), a.at("malicious_time"), a.at("malicious_cost")},
                    a.at("honest_net").get<double>(), CostsOf(a)));
}

JsonOr AskAnnualLoss(const json& a) {
  const auto name = a.value("model", std::string("binomial"));
  const LossModel model = name == "poisson"    ? LossModel::kPoisson
                          : name == "binomial" ? LossModel::kBinomial
                                               : LossModel::kBinomialLinear;
  return ToJson(AnnualLoss({a.at("data_shards"), a.at("parity_shards")},
                           {a.at("annual_failure_rate"), a.at("repair_days")}, model));
}

JsonOr AskLazyRepair(const json& a) {
  const auto result = LazyRepair(
      {a.at("data_shards"), a.at("repair_at"), a.at("total_shards"), a.at("node_life_days")});
  if (!result.ok()) return result.status();
  return json(result->nines);
}

JsonOr AskCorrelatedLoss(const json& a) {
  std::vector<FailureGroup> groups;
  for (size_t i = 0; i < a.at("group_shards").size(); ++i) {
    groups.push_back({a["group_shards"][i], a.at("group_probability").at(i)});
  }
  return ToJson(CorrelatedLoss({a.at("data_shards"), a.at("parity_shards")}, groups, a.at("each")));
}

JsonOr AskRankOffers(const json& a) {
  std::vector<EnergyOffer> offers;
  for (size_t i = 0; i < a.at("prices").size(); ++i) {
    EnergyOffer offer = {.price = a["prices"][i], .renewable_ppm = a.at("renewable_ppm").at(i)};
    if (!a.at("energy_wh").at(i).is_null()) offer.energy_wh = a["energy_wh"][i].get<uint64_t>();
    offers.push_back(offer);
  }
  return ToJson(RankOffers(offers, a.at("surcharge_per_kwh")));
}

TEST(KnownAnswers, OfRewardsRefundsAuctionsIncentivesAndDurabilityAreGiven) {
  const std::map<std::string, Answer> answers = {
      {"split_by_sqrt", AskSplitBySqrt},
      {"sqrt_weight", AskSqrtWeight},
      {"split_equally", AskSplitEqually},
      {"reward_pools", AskRewardPools},
      {"reward_capacity", AskRewardCapacity},
      {"reward_storage", AskRewardStorage},
      {"split_fetch_reward", AskSplitFetchReward},
      {"lock_boost_ppm", AskLockBoost},
      {"reward_epoch", AskRewardEpoch},
      {"prorated_refund", AskProratedRefund},
      {"settle_escrow", AskSettleEscrow},
      {"allowed_downtime_ns", AskAllowedDowntime},
      {"evaluate_sla", AskEvaluateSla},
      {"sla_credit", AskSlaCredit},
      {"sla_penalty_points", AskSlaPenaltyPoints},
      {"tiered_price", AskTieredPrice},
      {"vickrey", AskVickrey},
      {"procure", AskProcure},
      {"next_base_fee", AskNextBaseFee},
      {"utilisation_price", AskUtilisationPrice},
      {"select_proposer", AskSelectProposer},
      {"judge_fetch", AskJudgeFetch},
      {"max_faulty", [](const json& a) { return AskEach(a, base::MaxFaulty); }},
      {"quorum", [](const json& a) { return AskEach(a, base::Quorum); }},
      {"two_thirds", [](const json& a) { return AskEach(a, base::TwoThirds); }},
      {"expected_net", AskExpectedNet},
      {"is_malicious", AskIsMalicious},
      {"breakeven_loss", AskBreakevenLoss},
      {"annual_loss", AskAnnualLoss},
      {"lazy_repair_nines", AskLazyRepair},
      {"correlated_loss", AskCorrelatedLoss},
      {"rank_offers", AskRankOffers},
  };
  EXPECT_GE(RunKnownAnswers("econ_rewards.json", answers), 70);
}

}  // namespace
}  // namespace shadw::econ
