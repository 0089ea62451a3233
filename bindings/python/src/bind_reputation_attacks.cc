// SPDX-License-Identifier: Apache-2.0
//
// shadw.reputation: the attacks of attacks.h; each report is a dict of its fields.
#include "bindings/python/src/bind_reputation.h"
#include "libshadw/crypto/random.h"
#include "libshadw/reputation/attacks.h"

namespace shadw::python {
namespace {

using reputation::FakePayments;
using reputation::Points;

FakePayments Buying(uint32_t members, uint32_t windows, uint32_t payments_per_window,
                    uint64_t payment, uint32_t dao_share_ppm) {
  return {.members = members,
          .windows = windows,
          .payments_per_window = payments_per_window,
          .payment = payment,
          .fee = {.dao_share_ppm = dao_share_ppm}};
}

py::dict RunFake(Int<uint32_t> members, Int<uint32_t> windows, Int<uint32_t> payments_per_window,
                 Int<uint64_t> payment, Int<uint32_t> dao_share_ppm) {
  const auto it = Value(Unlocked([&] {
    return reputation::RunFakePayments(
        Buying(members, windows, payments_per_window, payment, dao_share_ppm));
  }));
  return py::dict(py::arg("moved") = it.moved, py::arg("lost") = it.lost, py::arg("kept") = it.kept,
                  py::arg("gained") = it.gained.units,
                  py::arg("most_of_one") = it.most_of_one.units,
                  py::arg("tokens_per_point") = it.tokens_per_point);
}

py::dict RunPenalty(Int<uint64_t> victim, Int<uint32_t> names, Int<uint32_t> multiplier_bps,
                    Int<uint64_t> payment) {
  const auto it = Value(Unlocked([&] {
    return reputation::RunPenaltySlander({.victim = Points{victim},
                                          .names = names,
                                          .penalty = {.multiplier_bps = multiplier_bps},
                                          .buying = Buying(2, 1, 1, payment, 1'000'000)});
  }));
  return py::dict(py::arg("spent") = it.spent.units, py::arg("victim_lost") = it.victim_lost.units,
                  py::arg("tokens_lost") = it.tokens_lost, py::arg("windows") = it.windows);
}

py::dict RunReports(Int<uint32_t> honest, Int<uint32_t> liars, double truth, double lie,
                    double honest_score, double liar_score, const std::string& mode) {
  const auto it = Value(reputation::RunSlander({.honest = honest,
                                                .liars = liars,
                                                .truth = truth,
                                                .lie = lie,
                                                .honest_score = honest_score,
                                                .liar_score = liar_score},
                                               ToMode(mode)));
  return py::dict(py::arg("mean") = it.mean, py::arg("moved") = it.moved,
                  py::arg("liar_weight") = it.liar_weight, py::arg("caught") = it.caught);
}

py::dict RunSybils(Int<uint64_t> seed, Int<uint32_t> honest, Int<uint32_t> edges_per_honest,
                   Int<uint32_t> sybils, Int<uint32_t> deceived, Int<uint32_t> pre_trusted,
                   double pre_trust_share) {
  const auto it = Value(Unlocked([&] {
    crypto::SeededRandom random(seed);
    return reputation::RunSybilTrust({.honest = honest,
                                      .edges_per_honest = edges_per_honest,
                                      .sybils = sybils,
                                      .deceived = deceived,
                                      .pre_trusted = pre_trusted,
                                      .pre_trust_share = pre_trust_share},
                                     random);
  }));
  return py::dict(py::arg("sybil_share") = it.sybil_share,
                  py::arg("leader_trust") = it.leader_trust,
                  py::arg("honest_mean") = it.honest_mean, py::arg("bound") = it.bound,
                  py::arg("iterations") = it.iterations);
}

}  // namespace

void BindReputationAttacks(py::module_& m) {
  constexpr uint64_t kPayment = 100 * base::kBaseUnitsPerToken;
  m.def("fake_payments", &RunFake, py::kw_only(), py::arg("members") = 2, py::arg("windows") = 1,
        py::arg("payments_per_window") = 1, py::arg("payment") = kPayment,
        py::arg("dao_share_ppm") = 1'000'000);
  m.def("slander_by_penalty", &RunPenalty, py::kw_only(),
        py::arg("victim") = 100 * reputation::kUnitsPerPoint, py::arg("names") = 2,
        py::arg("multiplier_bps") = 20'000, py::arg("payment") = kPayment);
  m.def("slander_by_reports", &RunReports, py::kw_only(), py::arg("honest") = 20,
        py::arg("liars") = 5, py::arg("truth") = 100.0, py::arg("lie") = 10'000.0,
        py::arg("honest_score") = 80.0, py::arg("liar_score") = 15.0,
        py::arg("mode") = "corrected");
  m.def(
      "whitewash",
      [](const Column<uint64_t>& held) {
        using Row = std::tuple<uint64_t, uint64_t, uint64_t>;
        const auto row = [](uint64_t has) -> absl::StatusOr<Row> {
          const auto cost = reputation::CostOfWhitewash(Points{has}, {}, {});
          if (!cost.ok()) return cost.status();
          return Row{cost->trade, cost->fees, cost->windows};
        };
        return Vectorized({}, row, held);
      },
      py::arg("held"));
  m.def(
      "split_into_sybils",
      [](const Column<uint64_t>& points, const Column<uint64_t>& names) {
        using Row = std::tuple<uint64_t, uint64_t, double>;
        const auto row = [](uint64_t has, uint64_t many) -> absl::StatusOr<Row> {
          const auto split = reputation::SplitIntoSybils(has, many);
          if (!split.ok()) return split.status();
          return Row{split->weight_of_one, split->weight_of_many, split->factor};
        };
        return Vectorized({}, row, points, names);
      },
      py::arg("points"), py::arg("names"));
  m.def("sybil_trust", &RunSybils, py::kw_only(), py::arg("seed"), py::arg("honest") = 1000,
        py::arg("edges_per_honest") = 10, py::arg("sybils") = 100, py::arg("deceived") = 10,
        py::arg("pre_trusted") = 10, py::arg("pre_trust_share") = 0.15);
}

}  // namespace shadw::python
