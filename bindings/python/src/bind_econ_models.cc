// SPDX-License-Identifier: Apache-2.0
//
// shadw.econ, what will happen: auctions, choices by stake, incentives and durability.
#include <array>
#include <optional>
#include <tuple>
#include <vector>

#include "bindings/python/src/series.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/quorum.h"
#include "libshadw/crypto/hash.h"
#include "libshadw/crypto/random.h"
#include "libshadw/econ/auction.h"
#include "libshadw/econ/durability.h"
#include "libshadw/econ/green_ranking.h"
#include "libshadw/econ/incentive.h"
#include "libshadw/econ/stake_choice.h"

namespace shadw::python {
namespace {

using econ::Amount;
using econ::Distribution;
using Reals = Column<double>;
using Wholes = Column<uint64_t>;

std::vector<econ::Bid> ToBids(const py::object& amounts) {
  const Series<uint64_t> series(amounts, "amounts");
  std::vector<econ::Bid> bids;
  for (const uint64_t amount : series.span()) bids.push_back({bids.size(), amount});
  return bids;
}

py::object ToPython(const std::optional<econ::Sale>& sale) {
  if (!sale) return py::none();
  return py::make_tuple(sale->party, sale->price);
}

void BindAuctions(py::module_& m) {
  m.def(
      "vickrey",
      [](const py::object& bids, Int<uint64_t> reserve) {
        return ToPython(Value(econ::Vickrey(ToBids(bids), reserve)));
      },
      py::arg("bids"), py::arg("reserve") = 0);
  m.def(
      "procure",
      [](const py::object& asks, Int<uint64_t> ceiling) {
        return ToPython(Value(econ::Procure(ToBids(asks), ceiling)));
      },
      py::arg("asks"), py::arg("ceiling"));
  m.def(
      "tiered_price",
      [](const Wholes& units, const py::object& up_to, const py::object& prices, const Out& out) {
        const Series<uint64_t> ends(up_to, "up_to");
        const Series<uint64_t> each(prices, "prices");
        if (ends.size() != each.size()) {
          Refuse("econ: got " + std::to_string(each.size()) + " prices, need " +
                 std::to_string(ends.size()));
        }
        std::vector<econ::Tier> tiers;
        for (size_t i = 0; i < ends.size(); ++i) tiers.push_back({ends.span()[i], each.span()[i]});
        return Vectorized(
            out, [&](uint64_t number) { return econ::TieredPrice(number, tiers); }, units);
      },
      py::arg("units"), py::arg("up_to"), py::arg("prices"), py::arg("out") = py::none());
  m.def(
      "next_base_fee",
      [](const Wholes& previous, const Wholes& used, const Wholes& target,
         const Wholes& change_denominator, const Out& out) {
        return Vectorized(
            out,
            [](uint64_t fee, uint64_t now, uint64_t wanted, uint64_t denominator) {
              return econ::NextBaseFee(fee, {now, wanted}, denominator);
            },
            previous, used, target, change_denominator);
      },
      py::arg("previous"), py::arg("used"), py::arg("target"),
      py::arg("change_denominator") = econ::kBaseFeeChangeDenominator, py::arg("out") = py::none());
  m.def(
      "utilisation_price",
      [](const Reals& utilisation, const Reals& base, const Reals& slope, const Reals& kink,
         const Reals& steep, const Out& out) {
        return Vectorized(
            out,
            [](double use, double at_zero, double gentle, double bend, double hard) {
              return econ::UtilisationPrice(use, {at_zero, gentle, bend, hard});
            },
            utilisation, base, slope, kink, steep);
      },
      py::arg("utilisation"), py::arg("base"), py::arg("slope"), py::arg("kink"), py::arg("steep"),
      py::arg("out") = py::none());
}

void BindChoices(py::module_& m) {
  m.def(
      "rank_offers",
      [](const py::object& prices, const std::vector<std::optional<uint64_t>>& energy_wh,
         const py::object& renewable_ppm, Int<uint64_t> surcharge_per_kwh) {
        const Series<uint64_t> each(prices, "prices");
        const Series<uint64_t> renewable(renewable_ppm, "renewable_ppm");
        if (each.size() != energy_wh.size() || each.size() != renewable.size()) {
          Refuse("econ: got columns of " + std::to_string(each.size()) + ", " +
                 std::to_string(energy_wh.size()) + " and " + std::to_string(renewable.size()) +
                 " offers, need equal lengths");
        }
        std::vector<econ::EnergyOffer> offers;
        for (size_t i = 0; i < each.size(); ++i) {
          offers.push_back({each.span()[i], energy_wh[i], renewable.span()[i]});
        }
        return AdoptColumn(Value(econ::RankOffers(offers, surcharge_per_kwh)));
      },
      py::arg("prices"), py::arg("energy_wh"), py::arg("renewable_ppm"),
      py::arg("surcharge_per_kwh"));
  m.def(
      "select_proposer",
      [](const std::vector<py::bytes>& nodes, const py::object& stakes, const Bytes& seed,
         Int<uint64_t> height, Int<uint64_t> round) {
        const Series<uint64_t> each(stakes, "stakes");
        if (nodes.size() != each.size()) {
          Refuse("econ: got " + std::to_string(each.size()) + " stakes, need " +
                 std::to_string(nodes.size()));
        }
        std::vector<econ::StakeEntry> entries;
        for (size_t i = 0; i < nodes.size(); ++i) {
          entries.push_back({ToArray<32>(Bytes::Borrow(nodes[i]), "a node id"), each.span()[i]});
        }
        const econ::StakeTable table = Value(econ::StakeTable::Create(std::move(entries)));
        base::ByteArray<8> at;
        base::ByteArray<8> turn;
        base::StoreLittleEndian(at.data(), height.value);
        base::StoreLittleEndian(turn.data(), round.value);
        crypto::SeededRandom random(crypto::Sha256({Fixed<32>(seed, "a seed"), at, turn}));
        return shadw::python::ToPython(table.Choose(random));
      },
      py::arg("nodes"), py::arg("stakes"), py::arg("seed"), py::arg("height"), py::arg("round"));
  m.def(
      "max_faulty",
      [](const Wholes& n, const Out& out) { return Vectorized(out, base::MaxFaulty, n); },
      py::arg("n"), py::arg("out") = py::none());
  m.def(
      "quorum", [](const Wholes& n, const Out& out) { return Vectorized(out, base::Quorum, n); },
      py::arg("n"), py::arg("out") = py::none());
  m.def(
      "two_thirds",
      [](const Wholes& n, const Out& out) { return Vectorized(out, base::TwoThirds, n); },
      py::arg("n"), py::arg("out") = py::none());
}

econ::CostsAre CostsNamed(const std::string& name) {
  return Named<econ::CostsAre>(
      name, {{"absolute", econ::CostsAre::kAbsolute}, {"per_time", econ::CostsAre::kPerTime}});
}

py::tuple ToPython(const econ::SimulatedNet& result) {
  return py::make_tuple(result.net, result.standard_error);
}

void BindIncentives(py::module_& m) {
  m.def(
      "expected_net",
      [](const Reals& benefit, const Reals& time, const Reals& cost, const Reals& loss,
         const std::string& costs, const Out& out) {
        const econ::CostsAre are = CostsNamed(costs);
        return Vectorized(
            out,
            [are](double b, double t, double c, double r) {
              return econ::ExpectedNet({b, t, c, r}, are);
            },
            benefit, time, cost, loss);
      },
      py::arg("benefit"), py::arg("time"), py::arg("cost"), py::arg("loss"),
      py::arg("costs") = "absolute", py::arg("out") = py::none());
  m.def(
      "is_malicious",
      [](const Reals& malicious_benefit, const Reals& malicious_time, const Reals& malicious_cost,
         const Reals& malicious_loss, const Reals& honest_benefit, const Reals& honest_time,
         const Reals& honest_cost, const Reals& honest_loss, const std::string& costs,
         const Out& out) {
        const econ::CostsAre are = CostsNamed(costs);
        return Vectorized(
            out,
            [are](double mb, double mt, double mc, double mr, double hb, double ht, double hc,
                  double hr) -> absl::StatusOr<bool> {
              const auto verdict = econ::CompareIncentives({mb, mt, mc, mr}, {hb, ht, hc, hr}, are);
              if (!verdict.ok()) return verdict.status();
              return *verdict == econ::IncentiveVerdict::kMalicious;
            },
            malicious_benefit, malicious_time, malicious_cost, malicious_loss, honest_benefit,
            honest_time, honest_cost, honest_loss);
      },
      py::arg("malicious_benefit"), py::arg("malicious_time"), py::arg("malicious_cost"),
      py::arg("malicious_loss"), py::arg("honest_benefit"), py::arg("honest_time"),
      py::arg("honest_cost"), py::arg("honest_loss"), py::arg("costs") = "absolute",
      py::arg("out") = py::none());
  m.def(
      "breakeven_loss",
      [](const Reals& malicious_benefit, const Reals& malicious_time, const Reals& malicious_cost,
         const Reals& honest_net, const std::string& costs, const Out& out) {
        const econ::CostsAre are = CostsNamed(costs);
        return Vectorized(
            out,
            [are](double b, double t, double c, double net) {
              return econ::BreakevenLoss({b, t, c}, net, are);
            },
            malicious_benefit, malicious_time, malicious_cost, honest_net);
      },
      py::arg("malicious_benefit"), py::arg("malicious_time"), py::arg("malicious_cost"),
      py::arg("honest_net"), py::arg("costs") = "absolute", py::arg("out") = py::none());
}

void BindSimulations(py::module_& m) {
  m.def(
      "simulate_net",
      [](const Distribution& benefit, const Distribution& time, const Distribution& cost,
         const Distribution& loss, Int<uint64_t> draws, Int<uint64_t> seed, Int<uint64_t> run,
         const std::string& costs) {
        const econ::SimulationOptions options = {draws, seed, run, CostsNamed(costs)};
        return ToPython(Value(Unlocked([&] {
          return econ::SimulateNet({benefit, time, cost, loss}, options);
        })));
      },
      py::arg("benefit"), py::arg("time"), py::arg("cost"), py::arg("loss"), py::kw_only(),
      py::arg("draws") = 1'000'000, py::arg("seed") = 0, py::arg("run") = 0,
      py::arg("costs") = "absolute");
  m.def(
      "simulate_ratio",
      [](const Distribution& benefit, const Distribution& time, Int<uint64_t> draws,
         Int<uint64_t> seed, Int<uint64_t> run) {
        const econ::SimulationOptions options = {draws, seed, run};
        return ToPython(
            Value(Unlocked([&] { return econ::SimulateRatio(benefit, time, options); })));
      },
      py::arg("benefit"), py::arg("time"), py::kw_only(), py::arg("draws") = 1'000'000,
      py::arg("seed") = 0, py::arg("run") = 0);
}

void BindDistribution(py::module_& m) {
  py::class_<Distribution>(m, "Distribution", "A random quantity; the same draws everywhere.")
      .def_static(
          "constant", [](double value) { return Value(Distribution::Constant(value)); },
          py::arg("value"))
      .def_static(
          "uniform",
          [](double low, double high) { return Value(Distribution::Uniform(low, high)); },
          py::arg("low"), py::arg("high"))
      .def_static(
          "normal",
          [](double mean, double deviation) {
            return Value(Unlocked([&] { return Distribution::Normal(mean, deviation); }));
          },
          py::arg("mean"), py::arg("deviation"))
      .def_static(
          "lognormal",
          [](double mu, double sigma) {
            return Value(Unlocked([&] { return Distribution::LogNormal(mu, sigma); }));
          },
          py::arg("mu"), py::arg("sigma"))
      .def_static(
          "exponential",
          [](double mean) {
            return Value(Unlocked([&] { return Distribution::Exponential(mean); }));
          },
          py::arg("mean"))
      .def_static(
          "empirical",
          [](const py::object& samples) {
            const Series<double> series(samples, "samples");
            return Value(Distribution::Empirical({series.span().begin(), series.span().end()}));
          },
          py::arg("samples"))
      .def_property_readonly("mean", &Distribution::mean)
      .def_property_readonly("variance", &Distribution::variance)
      .def_property_readonly("least", &Distribution::least)
      .def(
          "draw",
          [](const Distribution& self, Int<uint32_t> count, Int<uint64_t> seed, Int<uint64_t> run) {
            py::array_t<double> values(static_cast<py::ssize_t>(count.value));
            const std::span<double> span = Writable(values);
            Unlocked([&] {
              base::RandomStream random({.seed = seed, .run = run});
              self.Draw(random, span);
            });
            return values;
          },
          py::arg("count"), py::kw_only(), py::arg("seed"), py::arg("run") = 0);
}

using Loss = absl::StatusOr<double> (*)(const econ::ErasureCode&, const econ::ShardFailures&,
                                        econ::LossModel);

void DefineLoss(py::module_& m, const char* name, Loss loss) {
  m.def(
      name,
      [loss](const Column<uint32_t>& data_shards, const Column<uint32_t>& parity_shards,
             const Reals& annual_failure_rate, const Reals& repair_days, const std::string& model,
             const Out& out) {
        using econ::LossModel;
        const auto form = Named<LossModel>(model, {{"binomial", LossModel::kBinomial},
                                                   {"binomial_linear", LossModel::kBinomialLinear},
                                                   {"poisson", LossModel::kPoisson}});
        return Vectorized(
            out,
            [loss, form](uint32_t k, uint32_t parity, double rate, double days) {
              return loss({k, parity}, {rate, days}, form);
            },
            data_shards, parity_shards, annual_failure_rate, repair_days);
      },
      py::arg("data_shards"), py::arg("parity_shards"), py::arg("annual_failure_rate"),
      py::arg("repair_days"), py::arg("model") = "binomial", py::arg("out") = py::none());
}

// `field` of the chain's result, or all of it.
template <typename Field>
void DefineLazyRepair(py::module_& m, const char* name, Field field) {
  m.def(
      name,
      [field](const Column<uint32_t>& data_shards, const Column<uint32_t>& repair_at,
              const Column<uint32_t>& total_shards, const Reals& node_life_days,
              const Reals& repair_days) {
        using Row = decltype(field(econ::LazyRepairResult()));
        return Vectorized(
            {},
            [field](uint32_t k, uint32_t at, uint32_t n, double life,
                    double repair) -> absl::StatusOr<Row> {
              const auto result = econ::LazyRepair({k, at, n, life, repair});
              if (!result.ok()) return result.status();
              return field(*result);
            },
            data_shards, repair_at, total_shards, node_life_days, repair_days);
      },
      py::arg("data_shards"), py::arg("repair_at"), py::arg("total_shards"),
      py::arg("node_life_days"), py::arg("repair_days") = 1.0);
}

void BindDurability(py::module_& m) {
  DefineLoss(m, "period_loss", econ::PeriodLoss);
  DefineLoss(m, "annual_loss", econ::AnnualLoss);
  DefineLazyRepair(m, "lazy_repair_nines",
                   [](const econ::LazyRepairResult& result) { return result.nines; });
  DefineLazyRepair(m, "lazy_repair", [](const econ::LazyRepairResult& result) {
    return std::tuple(result.mttdl_days, result.nines, result.annual_loss);
  });
  m.def(
      "correlated_loss",
      [](const Column<uint32_t>& data_shards, const Column<uint32_t>& parity_shards,
         const py::object& group_shards, const py::object& group_probability, const Reals& each,
         const Out& out) {
        const Series<uint32_t> sizes(group_shards, "group_shards");
        const Series<double> chances(group_probability, "group_probability");
        if (sizes.size() != chances.size()) {
          Refuse("econ: got " + std::to_string(chances.size()) + " probabilities, need " +
                 std::to_string(sizes.size()));
        }
        std::vector<econ::FailureGroup> groups;
        for (size_t i = 0; i < sizes.size(); ++i) {
          groups.push_back({sizes.span()[i], chances.span()[i]});
        }
        return Vectorized(
            out,
            [&](uint32_t k, uint32_t parity, double alone) {
              return econ::CorrelatedLoss({k, parity}, groups, alone);
            },
            data_shards, parity_shards, each);
      },
      py::arg("data_shards"), py::arg("parity_shards"), py::arg("group_shards"),
      py::arg("group_probability"), py::arg("each"), py::arg("out") = py::none());
}

}  // namespace

void BindEconModels(py::module_& root) {
  py::module_ m = Submodule(root, "econ", "Prices, money and what is paid for what.");
  BindAuctions(m);
  BindChoices(m);
  BindDistribution(m);
  BindIncentives(m);
  BindSimulations(m);
  BindDurability(m);
}

}  // namespace shadw::python
