// SPDX-License-Identifier: Apache-2.0
//
// shadw.reputation: the rules of rules.h, trust_score.h and beta.h over numbers or arrays.
#include "bindings/python/src/bind_reputation.h"

#include <tuple>

#include "libshadw/crypto/random.h"
#include "libshadw/reputation/beta.h"
#include "libshadw/reputation/rules.h"
#include "libshadw/reputation/trust_score.h"

namespace shadw::python {
namespace {

using reputation::BetaPolicy;
using reputation::BetaReputation;
using reputation::kUnitsPerPoint;
using reputation::PaymentPolicy;
using reputation::PenaltyPolicy;
using reputation::Points;

void BindRules(py::module_& m) {
  m.def(
      "charge_payment",
      [](const Column<uint64_t>& amount, const Column<uint64_t>& fee_bps,
         const Column<uint64_t>& dao_share_ppm, const std::string& mode) {
        using Row = std::tuple<uint64_t, uint64_t, uint64_t, uint64_t, uint64_t>;
        const auto row = [it = ToMode(mode)](uint64_t paid, uint64_t bps,
                                             uint64_t share) -> absl::StatusOr<Row> {
          const auto split = reputation::ChargePayment(paid, {bps, share}, it);
          if (!split.ok()) return split.status();
          return Row{split->payer_pays, split->provider_net, split->fee, split->dao, split->rest};
        };
        return Vectorized({}, row, amount, fee_bps, dao_share_ppm);
      },
      py::arg("amount"), py::kw_only(), py::arg("fee_bps") = 200,
      py::arg("dao_share_ppm") = 1'000'000, py::arg("mode") = "corrected");
  m.def(
      "payment_gain",
      [](const Column<uint64_t>& amount, const Column<uint64_t>& current, Int<uint32_t> gain_bps,
         Int<uint64_t> cap_per_payment, const std::string& mode, const Out& out) {
        const PaymentPolicy policy{.gain_bps = gain_bps, .cap_per_payment = {cap_per_payment}};
        const auto row = [&, it = ToMode(mode)](uint64_t paid,
                                                uint64_t has) -> absl::StatusOr<uint64_t> {
          const auto gain = reputation::PaymentGain(paid, Points{has}, policy, it);
          if (!gain.ok()) return gain.status();
          return gain->units;
        };
        return Vectorized(out, row, amount, current);
      },
      py::arg("amount"), py::arg("current") = 0, py::kw_only(), py::arg("gain_bps") = 100,
      py::arg("cap_per_payment") = 10 * kUnitsPerPoint, py::arg("mode") = "corrected",
      py::arg("out") = py::none());
  m.def(
      "penalize",
      [](const Column<uint64_t>& sender, const Column<uint64_t>& target,
         const Column<uint64_t>& spend, Int<uint32_t> multiplier_bps) {
        const PenaltyPolicy policy{.multiplier_bps = multiplier_bps};
        using Row = std::tuple<uint64_t, uint64_t>;
        const auto row = [&](uint64_t from, uint64_t to, uint64_t spent) -> absl::StatusOr<Row> {
          const auto after = reputation::Penalize(Points{from}, Points{to}, Points{spent}, policy);
          if (!after.ok()) return after.status();
          return Row{after->sender.units, after->target.units};
        };
        return Vectorized({}, row, sender, target, spend);
      },
      py::arg("sender"), py::arg("target"), py::arg("spend"), py::kw_only(),
      py::arg("multiplier_bps") = 20'000);
  m.def(
      "age",
      [](const Column<uint64_t>& points, const Column<uint32_t>& ppm, const std::string& mode,
         const Out& out) {
        const auto row = [it = ToMode(mode)](uint64_t has,
                                             uint32_t share) -> absl::StatusOr<uint64_t> {
          const auto left = reputation::Age(Points{has}, share, it);
          if (!left.ok()) return left.status();
          return left->units;
        };
        return Vectorized(out, row, points, ppm);
      },
      py::arg("points"), py::arg("ppm"), py::kw_only(), py::arg("mode") = "corrected",
      py::arg("out") = py::none());
}

void BindHealth(py::module_& m) {
  m.def(
      "health",
      [](const Column<uint64_t>& increases, const Column<uint64_t>& decreases, const Out& out) {
        const auto row = [](uint64_t up, uint64_t down) {
          return reputation::Health({.increases = up, .decreases = down});
        };
        return Vectorized(out, row, increases, decreases);
      },
      py::arg("increases"), py::arg("decreases"), py::kw_only(), py::arg("out") = py::none());
  m.def(
      "history",
      [](const Column<int64_t>& units) {
        const auto all = All(units);
        const auto it = Value(Unlocked([&] { return reputation::HistoryOf(all.span()); }));
        return py::make_tuple(it.increases, it.decreases, it.gained.units, it.lost.units);
      },
      py::arg("units"));
}

void BindTrustScore(py::module_& m) {
  m.def(
      "trust_score",
      [](const Column<double>& early_cancelled, const Column<double>& provisioning_failed,
         const Column<double>& rejected, const Column<double>& completed,
         const Column<double>& response_hours, const Column<double>& points_90_days,
         const Column<double>& stuck_value_usd, const Column<uint32_t>& active_contracts,
         const Column<double>& days_since_check_in, const Column<uint32_t>& has_contact,
         const Column<uint32_t>& repeat_customers, const Column<uint32_t>& reviews,
         const Column<double>& would_rent_again, const Column<double>& matched_description) {
        using Row = std::tuple<uint64_t, uint64_t>;
        const auto row = [](double cancelled, double failed, double refused, double done,
                            double hours, double points, double stuck, uint32_t contracts,
                            double days, uint32_t contact, uint32_t repeat, uint32_t count,
                            double again, double matched) -> absl::StatusOr<Row> {
          const auto score = reputation::ScoreConduct({.early_cancelled = cancelled,
                                                       .provisioning_failed = failed,
                                                       .rejected = refused,
                                                       .completed = done,
                                                       .response_hours = hours,
                                                       .points_90_days = points,
                                                       .stuck_value_usd = stuck,
                                                       .active_contracts = contracts,
                                                       .days_since_check_in = days,
                                                       .has_contact = contact != 0,
                                                       .repeat_customers = repeat,
                                                       .reviews = count,
                                                       .would_rent_again = again,
                                                       .matched_description = matched});
          if (!score.ok()) return score.status();
          return Row{score->points, score->flags};
        };
        return Vectorized({}, row, early_cancelled, provisioning_failed, rejected, completed,
                          response_hours, points_90_days, stuck_value_usd, active_contracts,
                          days_since_check_in, has_contact, repeat_customers, reviews,
                          would_rent_again, matched_description);
      },
      py::kw_only(), py::arg("early_cancelled") = 0, py::arg("provisioning_failed") = 0,
      py::arg("rejected") = 0, py::arg("completed") = 0, py::arg("response_hours") = 12,
      py::arg("points_90_days") = 0, py::arg("stuck_value_usd") = 0,
      py::arg("active_contracts") = 0, py::arg("days_since_check_in") = 0,
      py::arg("has_contact") = 1, py::arg("repeat_customers") = 0, py::arg("reviews") = 0,
      py::arg("would_rent_again") = 0, py::arg("matched_description") = 0);
}

void BindBeta(py::module_& m) {
  m.def(
      "beta_update",
      [](const Column<double>& alpha, const Column<double>& beta, const Column<uint32_t>& success,
         double forgetting, double weight) {
        const BetaPolicy policy{.forgetting = forgetting, .weight = weight};
        Check(policy.Validate());
        using Row = std::tuple<double, double>;
        const auto row = [&](double a, double b, uint32_t good) -> absl::StatusOr<Row> {
          const uint8_t outcome = good != 0 ? 1 : 0;
          const absl::Status status =
              reputation::UpdateAll(policy, {{&a, 1}, {&b, 1}}, {&outcome, 1});
          if (!status.ok()) return status;
          return Row{a, b};
        };
        return Vectorized({}, row, alpha, beta, success);
      },
      py::arg("alpha"), py::arg("beta"), py::arg("success"), py::kw_only(),
      py::arg("forgetting") = 0.999, py::arg("weight") = 1.0);
  m.def(
      "beta_score",
      [](const Column<double>& alpha, const Column<double>& beta, const Out& out) {
        const auto row = [](double a, double b) -> absl::StatusOr<double> {
          if (!(a >= 0 && b >= 0)) {
            return absl::InvalidArgumentError(
                "reputation: got a negative alpha or beta, or no number, need 0 or more");
          }
          return BetaReputation{.alpha = a, .beta = b}.Score();
        };
        return Vectorized(out, row, alpha, beta);
      },
      py::arg("alpha"), py::arg("beta"), py::kw_only(), py::arg("out") = py::none());
  m.def(
      "failures_until_disqualified",
      [](const Column<uint64_t>& successes, double forgetting, double threshold) {
        const BetaPolicy policy{.forgetting = forgetting, .threshold = threshold};
        const auto row = [&](uint64_t count) -> absl::StatusOr<uint64_t> {
          return reputation::FailuresUntilDisqualified(policy, count);
        };
        return Vectorized({}, row, successes);
      },
      py::arg("successes") = 0, py::kw_only(), py::arg("forgetting") = 0.999,
      py::arg("threshold") = 0.96);
  m.def(
      "survival_curve",
      [](Int<uint32_t> failures_ppm, Int<uint64_t> seed, Int<uint32_t> audits, Int<uint32_t> step,
         Int<uint32_t> runs, double forgetting, double threshold) {
        auto curve = Value(Unlocked([&] {
          crypto::SeededRandom random(seed);
          return reputation::SurvivalCurve(
              {.forgetting = forgetting, .threshold = threshold},
              {.failures_ppm = failures_ppm, .audits = audits, .step = step, .runs = runs}, random);
        }));
        return py::make_tuple(AdoptColumn(std::move(curve.alive)),
                              AdoptColumn(std::move(curve.ended)), curve.median);
      },
      py::kw_only(), py::arg("failures_ppm"), py::arg("seed"), py::arg("audits") = 100'000,
      py::arg("step") = 1000, py::arg("runs") = 1000, py::arg("forgetting") = 0.999,
      py::arg("threshold") = 0.96);
}

}  // namespace

void BindReputation(py::module_& root) {
  py::module_ m = Submodule(root, "reputation", "Reputation: earned, spent, measured, attacked.");
  BindRules(m);
  BindHealth(m);
  BindTrustScore(m);
  BindBeta(m);
  BindReputationBook(m);
  BindReputationGraphs(m);
  BindReputationMeasurements(m);
  BindReputationAttacks(m);
}

}  // namespace shadw::python
