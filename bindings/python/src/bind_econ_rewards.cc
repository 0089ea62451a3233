// SPDX-License-Identifier: Apache-2.0
//
// shadw.econ, who is paid: splits, rewards, escrow, refunds and service levels.
#include <array>
#include <optional>
#include <tuple>
#include <vector>

#include "bindings/python/src/series.h"
#include "libshadw/econ/capacity_rewards.h"
#include "libshadw/econ/epoch_rewards.h"
#include "libshadw/econ/escrow.h"
#include "libshadw/econ/fetch_rewards.h"
#include "libshadw/econ/refund.h"
#include "libshadw/econ/sla.h"
#include "libshadw/econ/split.h"

namespace shadw::python {
namespace {

using econ::Amount;
using econ::Remainder;
using Wholes = Column<uint64_t>;
using Shares = py::array_t<uint64_t>;

Remainder RemainderNamed(const std::string& name) {
  return Named<Remainder>(name, {{"burn", Remainder::kBurn},
                                 {"carry", Remainder::kCarry},
                                 {"largest_remainder", Remainder::kLargestRemainder}});
}

// Runs a split without the lock, and shows the shares and where the pool went.
template <typename Split>
py::tuple SplitInto(size_t count, Split split) {
  Shares shares(static_cast<py::ssize_t>(count));
  const std::span<Amount> span = Writable(shares);
  const econ::SplitTotals totals = Value(Unlocked([&] { return split(span); }));
  return py::make_tuple(shares, totals.paid, totals.burned, totals.carried);
}

const auto kRemainder = py::arg_v("remainder", "largest_remainder");
const auto kMode = py::arg_v("mode", "corrected");

void BindSplits(py::module_& m) {
  m.def(
      "sqrt_weight",
      [](const Wholes& reputation, const Out& out) {
        return VectorizedBatch(
            out, econ::SqrtWeight,
            [](std::span<const uint64_t> from, std::span<uint64_t> to) {
              econ::SqrtWeights(from, to);
              return absl::OkStatus();
            },
            reputation);
      },
      py::arg("reputation"), py::arg("out") = py::none());
  m.def(
      "split_by_weight",
      [](Int<uint64_t> pool, const py::object& weights, const std::string& remainder) {
        const Remainder rule = RemainderNamed(remainder);
        const Series<uint64_t> series(weights, "weights");
        return SplitInto(series.size(), [&](std::span<Amount> shares) {
          return econ::SplitByWeight(pool, series.span(), rule, shares);
        });
      },
      py::arg("pool"), py::arg("weights"), kRemainder);
  m.def(
      "split_by_sqrt",
      [](Int<uint64_t> pool, const py::object& reputations, const std::string& remainder,
         bool bootstrap, const std::string& mode) {
        const econ::SqrtSplitOptions options = {RemainderNamed(remainder), bootstrap,
                                                ModeNamed(mode)};
        const Series<uint64_t> series(reputations, "reputations");
        return SplitInto(series.size(), [&](std::span<Amount> shares) {
          return econ::SplitBySqrt(pool, series.span(), options, shares);
        });
      },
      py::arg("pool"), py::arg("reputations"), kRemainder, py::arg("bootstrap") = false, kMode);
  m.def(
      "split_equally",
      [](Int<uint64_t> pool, Int<uint32_t> participants, const std::string& remainder) {
        const Remainder rule = RemainderNamed(remainder);
        return SplitInto(participants, [&](std::span<Amount> shares) {
          return econ::SplitEqually(pool, rule, shares);
        });
      },
      py::arg("pool"), py::arg("participants"), kRemainder);
}

void BindCapacityRewards(py::module_& m) {
  m.def(
      "reward_pools",
      [](const Wholes& supply, const Wholes& capacity_ppm, const Wholes& storage_ppm) {
        return Vectorized(
            {},
            [](uint64_t all, uint64_t capacity,
               uint64_t storage) -> absl::StatusOr<std::tuple<uint64_t, uint64_t, uint64_t>> {
              const auto pools = econ::RewardPools(all, {capacity, storage});
              if (!pools.ok()) return pools.status();
              return std::tuple(pools->capacity, pools->storage, pools->rest);
            },
            supply, capacity_ppm, storage_ppm);
      },
      py::arg("supply"), py::arg("capacity_ppm"), py::arg("storage_ppm"));
  m.def(
      "reward_capacity",
      [](Int<uint64_t> pool, const py::object& capacities, const std::string& remainder,
         const std::string& mode) {
        const econ::CapacityRewardOptions options = {RemainderNamed(remainder), ModeNamed(mode)};
        const Series<double> series(capacities, "capacities");
        return SplitInto(series.size(), [&](std::span<Amount> shares) {
          return econ::RewardCapacity(pool, series.span(), options, shares);
        });
      },
      py::arg("pool"), py::arg("capacities"), kRemainder, kMode);
  m.def(
      "reward_storage",
      [](Int<uint64_t> pool, const py::object& capacities, const py::array_t<bool>& passed,
         const std::string& failed, const std::string& remainder, const std::string& mode) {
        using econ::FailedShare;
        const econ::StorageRewardOptions options = {
            Named<FailedShare>(failed, {{"carry", FailedShare::kCarry},
                                        {"redistribute", FailedShare::kRedistribute}}),
            RemainderNamed(remainder), ModeNamed(mode)};
        const Series<double> series(capacities, "capacities");
        const auto flags = py::array_t<bool, py::array::c_style>::ensure(passed);
        const std::vector<uint8_t> results(flags.data(), flags.data() + flags.size());
        return SplitInto(series.size(), [&](std::span<Amount> shares) {
          return econ::RewardStorage(pool, series.span(), results, options, shares);
        });
      },
      py::arg("pool"), py::arg("capacities"), py::arg("passed"), py::arg("failed") = "carry",
      kRemainder, kMode);
}

void BindFetchRewards(py::module_& m) {
  m.def(
      "judge_fetch",
      [](const std::vector<std::tuple<uint32_t, py::bytes, int64_t, bool, bool>>& responses) {
        std::vector<econ::FetchResponse> all;
        for (const auto& [group, node, time, valid, acknowledged] : responses) {
          all.push_back(
              {group, ToArray<32>(Bytes::Borrow(node), "a node id"), time, valid, acknowledged});
        }
        py::list verdicts;
        for (const econ::FetchVerdict verdict : Value(econ::JudgeFetch(all))) {
          constexpr std::array<const char*, 3> kNames = {"first", "late", "invalid"};
          verdicts.append(kNames[static_cast<size_t>(verdict)]);
        }
        return verdicts;
      },
      py::arg("responses"));
  m.def(
      "split_fetch_reward",
      [](const Wholes& pool, const Wholes& winners, const Wholes& holders,
         const Wholes& holder_ppm) {
        using Row = std::tuple<uint64_t, uint64_t, uint64_t, uint64_t, uint64_t>;
        return Vectorized(
            {},
            [](uint64_t all, uint64_t first, uint64_t kept, uint64_t ppm) -> absl::StatusOr<Row> {
              const auto reward = econ::SplitFetchReward(all, {first, kept}, ppm);
              if (!reward.ok()) return reward.status();
              return Row(reward->per_winner, reward->larger_winners, reward->per_holder,
                         reward->larger_holders, reward->carried);
            },
            pool, winners, holders, holder_ppm);
      },
      py::arg("pool"), py::arg("winners"), py::arg("holders"),
      py::arg("holder_ppm") = econ::kDefaultHolderPpm);
}

void BindEpochRewards(py::module_& m) {
  constexpr econ::EpochParams kDefault;
  m.def(
      "lock_boost_ppm",
      [](const Wholes& lock_epochs_left, const Wholes& max_boost_ppm, const Wholes& max_lock_epochs,
         const Out& out) {
        return Vectorized(
            out,
            [](uint64_t left, uint64_t boost, uint64_t lock) -> absl::StatusOr<uint64_t> {
              econ::EpochParams params;
              params.max_boost_ppm = boost;
              params.max_lock_epochs = lock;
              if (absl::Status status = params.Validate(); !status.ok()) return status;
              return econ::LockBoostPpm(left, params);
            },
            lock_epochs_left, max_boost_ppm, max_lock_epochs);
      },
      py::arg("lock_epochs_left"), py::arg("max_boost_ppm") = kDefault.max_boost_ppm,
      py::arg("max_lock_epochs") = kDefault.max_lock_epochs, py::arg("out") = py::none());
  m.def(
      "reward_epoch",
      [](Int<uint64_t> supply_at_year_start, const py::object& revenues,
         const py::object& lock_epochs_left, const py::object& service_revenues,
         Int<uint64_t> inflation_ppm, Int<uint64_t> epochs_per_year, Int<uint64_t> node_ppm,
         Int<uint64_t> protocol_ppm, Int<uint64_t> service_ppm) {
        const Series<uint64_t> earned(revenues, "revenues");
        const Series<uint64_t> locked(lock_epochs_left, "lock_epochs_left");
        const Series<uint64_t> services(service_revenues, "service_revenues");
        if (earned.size() != locked.size()) {
          Refuse("econ: got " + std::to_string(locked.size()) + " lock_epochs_left, need " +
                 std::to_string(earned.size()));
        }
        econ::EpochParams params = {supply_at_year_start, inflation_ppm, epochs_per_year, node_ppm,
                                    protocol_ppm,         service_ppm};
        const econ::EpochRewards rewards = Value(Unlocked([&] {
          std::vector<econ::Served> served(earned.size());
          for (size_t i = 0; i < served.size(); ++i) {
            served[i] = {earned.span()[i], locked.span()[i]};
          }
          return econ::RewardEpoch(params, served, services.span());
        }));
        const auto column = [](const std::vector<econ::Earned>& from, Amount econ::Earned::*field) {
          std::vector<uint64_t> values;
          for (const econ::Earned& one : from) values.push_back(one.*field);
          return AdoptColumn(std::move(values));
        };
        return py::make_tuple(column(rewards.nodes, &econ::Earned::stable),
                              column(rewards.nodes, &econ::Earned::tokens),
                              column(rewards.services, &econ::Earned::stable),
                              column(rewards.services, &econ::Earned::tokens),
                              rewards.protocol.stable, rewards.protocol.tokens, rewards.minted);
      },
      py::arg("supply_at_year_start"), py::arg("revenues"), py::arg("lock_epochs_left"),
      py::arg("service_revenues"), py::arg("inflation_ppm") = kDefault.inflation_ppm,
      py::arg("epochs_per_year") = kDefault.epochs_per_year,
      py::arg("node_ppm") = kDefault.node_ppm, py::arg("protocol_ppm") = kDefault.protocol_ppm,
      py::arg("service_ppm") = kDefault.service_ppm);
}

void BindRefund(py::module_& m) {
  m.def(
      "prorated_refund",
      [](const Wholes& payment, const py::object& start, const py::object& end,
         const Column<int64_t>& now, const Column<int64_t>& paused, const std::string& mode,
         const Out& out) {
        const base::FormulaMode form = ModeNamed(mode);
        const bool started = !start.is_none();
        const bool ends = !end.is_none();
        const auto times = [](const py::object& from) {
          return Column<int64_t>::Borrow(from.is_none() ? py::object(py::int_(0)) : from);
        };
        return Vectorized(
            out,
            [&](uint64_t paid, int64_t from, int64_t to, int64_t at, int64_t rested) {
              econ::Rental rental = {.now = at, .paused = rested};
              if (started) rental.start = from;
              if (ends) rental.end = to;
              return econ::ProratedRefund(paid, rental, form);
            },
            payment, times(start), times(end), now, paused);
      },
      py::arg("payment"), py::arg("start"), py::arg("end"), py::arg("now"), py::arg("paused") = 0,
      kMode, py::arg("out") = py::none());
}

void BindEscrow(py::module_& m) {
  using econ::EscrowAccount;
  const auto earned = [](const EscrowAccount& self) {
    std::vector<uint64_t> balances;
    for (const auto& payment : self.payments()) balances.push_back(payment.balance);
    return AdoptColumn(std::move(balances));
  };
  const auto ids = [](const EscrowAccount& self) {
    std::vector<uint64_t> payments;
    for (const auto& payment : self.payments()) payments.push_back(payment.id);
    return AdoptColumn(std::move(payments));
  };
  const auto state = [](const EscrowAccount& self) {
    constexpr std::array<const char*, 3> kNames = {"open", "overdrawn", "closed"};
    return kNames[static_cast<size_t>(self.state())];
  };
  py::class_<EscrowAccount>(m, "EscrowAccount",
                            "A deposit out of which providers earn by the block. One thread at a "
                            "time.")
      .def(py::init([](Int<uint64_t> height) { return EscrowAccount(height); }), py::arg("height"))
      .def(
          "deposit", [](EscrowAccount& self, Int<uint64_t> amount) { Check(self.Deposit(amount)); },
          py::arg("amount"))
      .def(
          "open_payment",
          [](EscrowAccount& self, Int<uint64_t> rate, Int<uint64_t> height) {
            return Value(self.OpenPayment({rate, height}));
          },
          py::arg("rate"), py::arg("height"))
      .def(
          "settle", [](EscrowAccount& self, Int<uint64_t> height) { Check(self.Settle(height)); },
          py::arg("height"))
      .def(
          "withdraw",
          [](EscrowAccount& self, Int<uint64_t> payment, Int<uint64_t> height) {
            return Value(self.Withdraw({payment, height}));
          },
          py::arg("payment"), py::arg("height"))
      .def(
          "close_payment",
          [](EscrowAccount& self, Int<uint64_t> payment, Int<uint64_t> height) {
            Check(self.ClosePayment({payment, height}));
          },
          py::arg("payment"), py::arg("height"))
      .def(
          "close",
          [](EscrowAccount& self, Int<uint64_t> height) { return Value(self.Close(height)); },
          py::arg("height"))
      .def_property_readonly("state", state)
      .def_property_readonly("balance", &EscrowAccount::balance)
      .def_property_readonly("payments", ids)
      .def_property_readonly("earned", earned)
      .def_property_readonly("deposited", &EscrowAccount::deposited)
      .def_property_readonly("withdrawn", &EscrowAccount::withdrawn)
      .def_property_readonly("refunded", &EscrowAccount::refunded);
  m.def(
      "settle_escrow",
      [earned](Int<uint64_t> balance, const py::object& rates, Int<uint64_t> blocks) {
        const Series<uint64_t> series(rates, "rates");
        EscrowAccount escrow(0);
        Check(escrow.Deposit(balance));
        for (const uint64_t rate : series.span()) Check(escrow.OpenPayment({rate, 0}).status());
        Check(escrow.Settle(blocks));
        return py::make_tuple(earned(escrow), escrow.balance(),
                              escrow.state() == EscrowAccount::State::kOverdrawn);
      },
      py::arg("balance"), py::arg("rates"), py::arg("blocks"));
}

using SlaRow = std::tuple<uint64_t, uint64_t, uint64_t, uint64_t>;

// The columns of periods of many services, those of one side by side.
struct SlaColumns {
  explicit SlaColumns(const vectorized::Shape& all, const Wholes& uptimes, const Wholes& targets,
                      const Column<int64_t>& latencies, const Column<int64_t>& promises)
      : uptime(uptimes, all),
        target(targets, all),
        latency(latencies, all),
        promised(promises, all) {}

  absl::StatusOr<SlaRow> Evaluate(size_t begin, size_t periods) const {
    std::vector<econ::SlaSample> samples(periods);
    for (size_t i = 0; i < periods; ++i) {
      samples[i] = {.uptime_ppm = uptime.span()[begin + i],
                    .latency_p99 = base::Duration(latency.span()[begin + i])};
    }
    const auto report = econ::EvaluateSla(
        {.uptime_ppm = target.span()[begin], .latency_p99 = base::Duration(promised.span()[begin])},
        samples);
    if (!report.ok()) return report.status();
    return SlaRow(report->periods, report->breaches, report->uptime_ppm, report->compliance_ppm);
  }

  Whole<uint64_t> uptime;
  Whole<uint64_t> target;
  Whole<int64_t> latency;
  Whole<int64_t> promised;
};

py::object EvaluateSlaOf(const py::object& uptime_ppm, const py::object& target_ppm,
                         const py::object& latency_ns, const py::object& promised_latency_ns) {
  const Wholes uptimes = Wholes::Borrow(uptime_ppm);
  const Wholes targets = Wholes::Borrow(Beside(target_ppm));
  const auto latencies = Column<int64_t>::Borrow(latency_ns);
  const auto promises = Column<int64_t>::Borrow(Beside(promised_latency_ns));
  const vectorized::Shape shape =
      vectorized::Broadcast({&uptimes, &targets, &latencies, &promises});
  if (uptimes.lengths().empty() || shape.lengths.back() == 0) {
    Refuse("econ: got no periods, need an array of uptimes with periods along its last dimension");
  }
  const auto periods = static_cast<size_t>(shape.lengths.back());
  const vectorized::Shape services = WithoutLast(shape);
  std::array<std::vector<uint64_t>, 4> results;
  for (auto& column : results) column.resize(services.rows);
  Check(Unlocked([&]() -> absl::Status {
    const SlaColumns columns(shape, uptimes, targets, latencies, promises);
    for (size_t i = 0; i < services.rows; ++i) {
      const auto row = columns.Evaluate(i * periods, periods);
      if (!row.ok()) return vectorized::AtIndex(row.status(), services, i);
      std::tie(results[0][i], results[1][i], results[2][i], results[3][i]) = *row;
    }
    return absl::OkStatus();
  }));
  py::list out;
  for (auto& column : results) out.append(ToShape(std::move(column), services));
  return py::tuple(out);
}

void BindSla(py::module_& m) {
  constexpr int64_t kMonthNs = int64_t{30} * 86'400 * 1'000'000'000;
  m.def(
      "allowed_downtime_ns",
      [](const Wholes& uptime_ppm, const Column<int64_t>& window_ns, const Out& out) {
        return Vectorized(
            out,
            [](uint64_t uptime, int64_t window) -> absl::StatusOr<int64_t> {
              const auto time =
                  econ::AllowedDowntime({.uptime_ppm = uptime, .window = base::Duration(window)});
              if (!time.ok()) return time.status();
              return time->count();
            },
            uptime_ppm, window_ns);
      },
      py::arg("uptime_ppm"), py::arg("window_ns") = kMonthNs, py::arg("out") = py::none());
  m.def("evaluate_sla", &EvaluateSlaOf, py::arg("uptime_ppm"), py::arg("target_ppm"), py::kw_only(),
        py::arg("latency_ns") = 0, py::arg("promised_latency_ns") = base::Duration::max().count());
  m.def(
      "sla_credit",
      [](const Wholes& price, const Wholes& uptime_ppm,
         const std::vector<std::pair<uint64_t, uint64_t>>& credits, const Out& out) {
        econ::Sla sla;
        for (const auto& [uptime, bps] : credits) sla.credits.push_back({uptime, bps});
        return Vectorized(
            out,
            [&](uint64_t paid, uint64_t uptime) -> absl::StatusOr<uint64_t> {
              const auto penalty =
                  econ::PenaltyFor(sla, {.periods = 1, .uptime_ppm = uptime}, paid);
              if (!penalty.ok()) return penalty.status();
              return penalty->credit;
            },
            price, uptime_ppm);
      },
      py::arg("price"), py::arg("uptime_ppm"), py::arg("credits"), py::arg("out") = py::none());
  m.def(
      "sla_penalty_points",
      [](double target_percent, const py::object& uptime_percent,
         const py::object& response_percent, const py::object& incidents, Int<uint64_t> days) {
        const Series<double> uptimes(uptime_percent, "uptime_percent");
        const Series<double> responses(response_percent, "response_percent");
        const Series<uint64_t> counts(incidents, "incidents");
        if (uptimes.size() != responses.size() || uptimes.size() != counts.size()) {
          Refuse("econ: got columns of " + std::to_string(uptimes.size()) + ", " +
                 std::to_string(responses.size()) + " and " + std::to_string(counts.size()) +
                 " days, need equal lengths");
        }
        std::vector<econ::SlaBreach> breaches;
        for (size_t i = 0; i < uptimes.size(); ++i) {
          breaches.push_back({uptimes.span()[i], responses.span()[i], counts.span()[i]});
        }
        return Value(econ::SlaPenaltyPoints(target_percent, breaches, days));
      },
      py::arg("target_percent"), py::arg("uptime_percent"), py::arg("response_percent"),
      py::arg("incidents"), py::arg("days"));
}

}  // namespace

void BindEconRewards(py::module_& root) {
  py::module_ m = Submodule(root, "econ", "Prices, money and what is paid for what.");
  BindSplits(m);
  BindCapacityRewards(m);
  BindFetchRewards(m);
  BindEpochRewards(m);
  BindRefund(m);
  BindEscrow(m);
  BindSla(m);
}

}  // namespace shadw::python
