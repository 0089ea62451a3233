// SPDX-License-Identifier: Apache-2.0
//
// shadw.econ, where money comes from and goes: emission, fees, accounts.
#include <array>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings/python/src/vectorized.h"
#include "libshadw/econ/accounts.h"
#include "libshadw/econ/emission.h"
#include "libshadw/econ/fees.h"

namespace shadw::python {
namespace {

using econ::HalvingSchedule;
using econ::InflationSchedule;
using Wholes = Column<uint64_t>;

constexpr HalvingSchedule kDefault;
py::arg_v ModeArgument() { return py::arg("mode") = "corrected"; }

py::arg_v OutArgument() { return py::arg("out") = py::none(); }

// A function of a block and a schedule, all of whose numbers may be arrays.
template <typename Function>
void DefineByBlock(py::module_& m, const char* name, const char* block, Function function) {
  m.def(
      name,
      [function](const Wholes& at, const Wholes& initial_reward, const Wholes& halve_every_blocks,
                 const Wholes& tail, const Out& out) {
        return Vectorized(
            out,
            [&](uint64_t number, uint64_t initial, uint64_t every, uint64_t least) {
              return function(HalvingSchedule{initial, every, least}, number);
            },
            at, initial_reward, halve_every_blocks, tail);
      },
      py::arg(block), py::arg("initial_reward") = kDefault.initial_reward,
      py::arg("halve_every_blocks") = kDefault.halve_every_blocks, py::arg("tail") = kDefault.tail,
      OutArgument());
}

void BindHalving(py::module_& m) {
  DefineByBlock(m, "reward_at", "block", econ::RewardAt);
  DefineByBlock(m, "supply_after", "blocks", [](const HalvingSchedule& schedule, uint64_t blocks) {
    return econ::SupplyAfter(schedule, blocks);
  });
  DefineByBlock(m, "participation_fee", "block", econ::ParticipationFee);
  DefineByBlock(m, "registration_fee", "blocks_so_far", econ::RegistrationFee);
  m.def(
      "pending_rewards",
      [](const Wholes& last, const Wholes& now, const std::string& mode,
         const Wholes& initial_reward, const Wholes& halve_every_blocks, const Wholes& tail,
         const Out& out) {
        const base::FormulaMode form = ModeNamed(mode);
        return Vectorized(
            out,
            [&](uint64_t from, uint64_t to, uint64_t initial, uint64_t every, uint64_t least) {
              return econ::PendingRewards({initial, every, least}, {from, to}, form);
            },
            last, now, initial_reward, halve_every_blocks, tail);
      },
      py::arg("last"), py::arg("now"), ModeArgument(),
      py::arg("initial_reward") = kDefault.initial_reward,
      py::arg("halve_every_blocks") = kDefault.halve_every_blocks, py::arg("tail") = kDefault.tail,
      OutArgument());
}

void BindInflation(py::module_& m) {
  m.def(
      "inflation_supply",
      [](const Wholes& epochs, const Wholes& initial_supply, const Wholes& rate_ppm,
         const Column<uint32_t>& epochs_per_year, const Out& out) {
        return Vectorized(
            out,
            [](uint64_t after, uint64_t initial, uint64_t rate, uint32_t year) {
              return econ::SupplyAfter(InflationSchedule{initial, rate, year}, after);
            },
            epochs, initial_supply, rate_ppm, epochs_per_year);
      },
      py::arg("epochs"), py::arg("initial_supply"), py::arg("rate_ppm"),
      py::arg("epochs_per_year") = 365, OutArgument());
  m.def(
      "inflation_emission",
      [](const Wholes& epoch, const Wholes& initial_supply, const Wholes& rate_ppm,
         const Column<uint32_t>& epochs_per_year, const std::string& mode, const Out& out) {
        const base::FormulaMode form = ModeNamed(mode);
        return Vectorized(
            out,
            [&](uint64_t at, uint64_t initial, uint64_t rate, uint32_t year) {
              return econ::EmissionAt(InflationSchedule{initial, rate, year}, at, form);
            },
            epoch, initial_supply, rate_ppm, epochs_per_year);
      },
      py::arg("epoch"), py::arg("initial_supply"), py::arg("rate_ppm"),
      py::arg("epochs_per_year") = 365, ModeArgument(), OutArgument());
}

// --- fees ---------------------------------------------------------------------------

using Fee = std::tuple<uint64_t, uint64_t, uint64_t, uint64_t, uint64_t>;

absl::StatusOr<Fee> ToFee(const absl::StatusOr<econ::FeeSplit>& split) {
  if (!split.ok()) return split.status();
  return Fee{split->payer_pays, split->provider_net, split->fee, split->dao, split->rest};
}

void BindFees(py::module_& m) {
  m.def(
      "charge_payment",
      [](const Wholes& amount, const Wholes& fee_bps, const Wholes& dao_share_ppm,
         const std::string& mode) {
        const base::FormulaMode form = ModeNamed(mode);
        return Vectorized(
            {},
            [&](uint64_t paid, uint64_t bps, uint64_t share) {
              return ToFee(econ::ChargePayment(paid, {bps, share}, form));
            },
            amount, fee_bps, dao_share_ppm);
      },
      py::arg("amount"), py::arg("fee_bps") = 200,
      py::arg("dao_share_ppm") = base::kPartsPerMillion, ModeArgument());
  m.def(
      "split_fee",
      [](Int<uint64_t> fee, const std::vector<Int<uint64_t>>& shares_ppm) {
        const std::vector<uint64_t> shares(shares_ppm.begin(), shares_ppm.end());
        return AdoptColumn(Value(econ::SplitFee(fee, shares)));
      },
      py::arg("fee"), py::arg("shares_ppm"));
}

// --- accounts -----------------------------------------------------------------------

econ::Accounts MakeAccounts(Int<uint64_t> accounts, Int<uint64_t> initial_reward,
                            Int<uint64_t> halve_every_blocks, Int<uint64_t> tail) {
  return Value(econ::Accounts::Create({initial_reward, halve_every_blocks, tail}, accounts));
}

Fee PayWithFee(econ::Accounts& self, Int<uint64_t> from, Int<uint64_t> to, Int<uint64_t> amount,
               const std::vector<std::pair<Int<uint64_t>, Int<uint64_t>>>& sinks,
               Int<uint64_t> fee_bps, const std::string& mode) {
  std::vector<size_t> accounts;
  std::vector<uint64_t> shares;
  for (const auto& [account, share_ppm] : sinks) {
    accounts.push_back(account);
    shares.push_back(share_ppm);
  }
  return Value(ToFee(self.PayWithFee({from, to, amount}, {.fee_bps = fee_bps}, {accounts, shares},
                                     ModeNamed(mode))));
}

void BindAccounts(py::module_& m) {
  py::class_<econ::Accounts>(m, "Accounts",
                             "Balances that add up: sum + burned == minted. One thread at a time.")
      .def(py::init(&MakeAccounts), py::arg("accounts"), py::kw_only(),
           py::arg("initial_reward") = kDefault.initial_reward,
           py::arg("halve_every_blocks") = kDefault.halve_every_blocks,
           py::arg("tail") = kDefault.tail)
      .def(
          "mint_block",
          [](econ::Accounts& self, Int<uint64_t> receiver) {
            return Value(self.MintBlock(receiver));
          },
          py::arg("receiver"))
      .def(
          "pay",
          [](econ::Accounts& self, Int<uint64_t> from, Int<uint64_t> to, Int<uint64_t> amount) {
            Check(self.Pay({from, to, amount}));
          },
          py::arg("payer"), py::arg("to"), py::arg("amount"))
      .def("pay_with_fee", &PayWithFee, py::arg("payer"), py::arg("to"), py::arg("amount"),
           py::arg("sinks"), py::arg("fee_bps") = 200, ModeArgument())
      .def(
          "burn",
          [](econ::Accounts& self, Int<uint64_t> account, Int<uint64_t> amount) {
            Check(self.Burn(account, amount));
          },
          py::arg("account"), py::arg("amount"))
      .def("balances",
           [](const econ::Accounts& self) {
             return AdoptColumn(
                 std::vector<uint64_t>(self.balances().begin(), self.balances().end()));
           })
      .def_property_readonly("blocks", &econ::Accounts::blocks)
      .def_property_readonly("minted", &econ::Accounts::minted)
      .def_property_readonly("burned", &econ::Accounts::burned);
}

}  // namespace

void BindEconMoney(py::module_& root) {
  py::module_ m = Submodule(root, "econ", "Prices, money and what is paid for what.");
  m.attr("BASE_UNITS_PER_TOKEN") = base::kBaseUnitsPerToken;
  m.def(
      "next_block_seconds",
      [](Int<uint64_t> now, Int<uint64_t> entries) { return econ::NextBlockSeconds(now, entries); },
      py::arg("now"), py::arg("entries"));
  m.attr("BLOCK_INTERVAL_SECONDS") = econ::kBlockInterval.count();
  BindHalving(m);
  BindInflation(m);
  BindFees(m);
  BindAccounts(m);
}

}  // namespace shadw::python
