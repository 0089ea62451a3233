// SPDX-License-Identifier: Apache-2.0
//
// shadw.reputation.ReputationBook: accounts by number or by 32-byte id, whole columns of
// payments in one call.
#include <mutex>
#include <optional>

#include "bindings/python/src/bind_reputation.h"
#include "libshadw/crypto/random.h"
#include "libshadw/reputation/book.h"
#include "libshadw/reputation/party_index.h"

namespace shadw::python {
namespace {

using reputation::Change;
using reputation::ChangeKind;
using reputation::Party;
using reputation::PartyId;
using reputation::PartyIndex;
using reputation::PaymentPolicy;
using reputation::Points;
using reputation::ReputationBook;

base::ByteArray<32> FreshSeed() {
  crypto::SystemRandom random;
  return random.Array<32>();
}

base::Time At(int64_t now_ns) { return base::FromUnixNanos(now_ns); }

// The book, the ids of its parties where they have some, and its log where it is kept.
struct Accounts {
  explicit Accounts(ReputationBook made) : book(std::move(made)) {}

  ReputationBook book;
  PartyIndex index{FreshSeed()};
  std::vector<Change> log;
  bool keeps_log = false;
  std::mutex lock;

  std::vector<Change>* Log() { return keeps_log ? &log : nullptr; }
};

std::unique_ptr<Accounts> MakeAccounts(size_t parties, const PaymentPolicy& policy, bool log) {
  auto accounts = std::make_unique<Accounts>(Value(ReputationBook::Create(policy, parties)));
  accounts->keeps_log = log;
  return accounts;
}

// Ids one after the other: where they lie, or copied together.
class Ids {
 public:
  explicit Ids(const Rows& rows) {
    const auto spans = rows.spans();
    bool together = true;
    for (size_t i = 0; i < spans.size(); ++i) {
      if (spans[i].size() != sizeof(PartyId)) {
        Refuse("reputation: got an id of " + std::to_string(spans[i].size()) +
               " bytes, need 32 (at index " + std::to_string(i) + ")");
      }
      together &= spans[i].data() == spans[0].data() + i * sizeof(PartyId);
    }
    if (spans.empty()) return;
    if (together) {
      ids_ = {reinterpret_cast<const PartyId*>(spans[0].data()), spans.size()};
      return;
    }
    copies_.resize(spans.size());
    for (size_t i = 0; i < spans.size(); ++i) {
      std::copy(spans[i].begin(), spans[i].end(), copies_[i].begin());
    }
    ids_ = copies_;
  }
  std::span<const PartyId> span() const { return ids_; }

 private:
  std::vector<PartyId> copies_;
  std::span<const PartyId> ids_;
};

void Pay(Accounts& self, Int<int64_t> now_ns, const Column<uint32_t>& payers,
         const Column<uint32_t>& providers, const Column<uint64_t>& amounts) {
  const vectorized::Shape shape = vectorized::Broadcast({&payers, &providers, &amounts});
  Check(Unlocked([&] {
    const Whole<uint32_t> from(payers, shape);
    const Whole<uint32_t> to(providers, shape);
    const Whole<uint64_t> paid(amounts, shape);
    const std::lock_guard guard(self.lock);
    return self.book.Pay(At(now_ns), {from.span(), to.span(), paid.span()}, self.Log());
  }));
}

// Numbers for both columns; whoever is new gets an account.
void PayByIds(Accounts& self, Int<int64_t> now_ns, const Rows& payers, const Rows& providers,
              const Column<uint64_t>& amounts) {
  const vectorized::Shape shape = vectorized::Broadcast({&amounts});
  Check(Unlocked([&]() -> absl::Status {
    const Ids from(payers);
    const Ids to(providers);
    const Whole<uint64_t> paid(amounts, shape);
    if (from.span().size() != paid.span().size() || to.span().size() != paid.span().size()) {
      return absl::InvalidArgumentError(
          "reputation: got columns of different lengths, need one length");
    }
    const std::lock_guard guard(self.lock);
    if (self.book.parties() != self.index.size()) {
      return absl::FailedPreconditionError(
          "reputation: got ids for a book of numbered parties, need a book made with 0 parties");
    }
    if (const absl::Status late = self.book.CheckTime(At(now_ns)); !late.ok()) return late;
    std::vector<Party> payer_numbers(from.span().size());
    std::vector<Party> provider_numbers(to.span().size());
    absl::Status status = self.index.FindOrAdd(from.span(), payer_numbers);
    if (status.ok()) status = self.index.FindOrAdd(to.span(), provider_numbers);
    const absl::Status added = self.book.AddParties(self.index.size() - self.book.parties());
    if (!status.ok()) return status;
    if (!added.ok()) return added;
    return self.book.Pay(At(now_ns), {payer_numbers, provider_numbers, paid.span()}, self.Log());
  }));
}

void Apply(Accounts& self, Int<int64_t> now_ns, const Column<uint32_t>& parties,
           const Column<int64_t>& units) {
  const vectorized::Shape shape = vectorized::Broadcast({&parties, &units});
  Check(Unlocked([&] {
    const Whole<uint32_t> who(parties, shape);
    const Whole<int64_t> change(units, shape);
    std::vector<reputation::Delta> deltas(who.span().size());
    for (size_t i = 0; i < deltas.size(); ++i) deltas[i] = {who.span()[i], change.span()[i]};
    const std::lock_guard guard(self.lock);
    return self.book.Apply(At(now_ns), deltas, self.Log());
  }));
}

py::dict LogColumns(Accounts& self) {
  std::vector<uint32_t> party;
  std::vector<uint64_t> units;
  std::vector<uint32_t> window;
  std::vector<uint8_t> kind;
  Unlocked([&] {
    const std::lock_guard guard(self.lock);
    for (const Change& change : self.log) {
      party.push_back(change.party);
      units.push_back(change.units);
      window.push_back(change.window);
      kind.push_back(static_cast<uint8_t>(change.kind));
    }
  });
  return py::dict(py::arg("party") = AdoptColumn(std::move(party)),
                  py::arg("units") = AdoptColumn(std::move(units)),
                  py::arg("window") = AdoptColumn(std::move(window)),
                  py::arg("kind") = AdoptColumn(std::move(kind)));
}

// As the log that the same book wrote, from the columns of LogColumns.
std::unique_ptr<Accounts> Replay(const Accounts& like, const py::dict& columns) {
  const auto column = [&](const char* name) -> py::object {
    if (columns.contains(name)) return columns[name];
    Refuse(std::string("reputation: got a log without ") + name +
           ", need party, units, window and kind");
  };
  const auto party = Column<uint32_t>::Borrow(column("party"));
  const auto units = Column<uint64_t>::Borrow(column("units"));
  const auto window = Column<uint32_t>::Borrow(column("window"));
  const auto kind = Column<uint32_t>::Borrow(column("kind"));
  const vectorized::Shape shape = vectorized::Broadcast({&party});
  for (const size_t rows :
       {vectorized::Broadcast({&units}).rows, vectorized::Broadcast({&window}).rows,
        vectorized::Broadcast({&kind}).rows}) {
    if (rows != shape.rows) {
      Refuse("reputation: got columns of " + std::to_string(shape.rows) + " and " +
             std::to_string(rows) + " rows, need one length");
    }
  }
  return Value(Unlocked([&]() -> absl::StatusOr<std::unique_ptr<Accounts>> {
    const Whole<uint32_t> who(party, shape);
    const Whole<uint64_t> much(units, shape);
    const Whole<uint32_t> when(window, shape);
    const Whole<uint32_t> what(kind, shape);
    std::vector<Change> log(who.span().size());
    for (size_t i = 0; i < log.size(); ++i) {
      const uint32_t of_change = std::min(what.span()[i], uint32_t{255});
      if (when.span()[i] > reputation::kMaxWindows) {
        return absl::DataLossError("reputation: got a window over 2^24, need a log of a book");
      }
      log[i] = {much.span()[i], who.span()[i], when.span()[i] & reputation::kMaxWindows,
                static_cast<ChangeKind>(of_change)};
    }
    auto book = ReputationBook::Replay(like.book.policy(), like.book.parties(), log);
    if (!book.ok()) return book.status();
    auto accounts = std::make_unique<Accounts>(*std::move(book));
    accounts->keeps_log = true;
    accounts->log = std::move(log);
    return accounts;
  }));
}

py::object Units(Accounts& self) {
  std::vector<uint64_t> units;
  Unlocked([&] {
    const std::lock_guard guard(self.lock);
    units.resize(self.book.parties());
    self.book.CopyUnits(units);
  });
  return AdoptColumn(std::move(units));
}

py::tuple Penalize(Accounts& self, Int<int64_t> now_ns, Int<uint32_t> sender, Int<uint32_t> target,
                   Int<uint64_t> spend, Int<uint32_t> multiplier_bps) {
  const std::lock_guard guard(self.lock);
  const auto after = Value(self.book.Penalize(At(now_ns), sender, target, Points{spend},
                                              {.multiplier_bps = multiplier_bps}, self.Log()));
  return py::make_tuple(after.sender.units, after.target.units);
}

py::object NumbersOf(Accounts& self, const Rows& ids) {
  std::vector<int64_t> numbers;
  Unlocked([&] {
    const Ids wanted(ids);
    std::vector<Party> found(wanted.span().size());
    const std::lock_guard guard(self.lock);
    self.index.Find(wanted.span(), found);
    for (const Party party : found) {
      numbers.push_back(party == reputation::kNoParty ? -1 : int64_t{party});
    }
  });
  return AdoptColumn(std::move(numbers));
}

}  // namespace

void BindReputationBook(py::module_& m) {
  py::class_<Accounts>(m, "ReputationBook", "The accounts of reputation of many parties.")
      .def(py::init([](Int<uint32_t> parties, Int<uint32_t> gain_bps, Int<uint64_t> cap_per_payment,
                       Int<uint64_t> cap_per_window, Int<int64_t> window_ns, bool keep_log) {
             return MakeAccounts(parties,
                                 {.gain_bps = gain_bps,
                                  .cap_per_payment = {cap_per_payment},
                                  .cap_per_window = {cap_per_window},
                                  .window = base::Duration(window_ns)},
                                 keep_log);
           }),
           py::arg("parties") = 0, py::kw_only(), py::arg("gain_bps") = 100,
           py::arg("cap_per_payment") = 10 * reputation::kUnitsPerPoint,
           py::arg("cap_per_window") = 10 * reputation::kUnitsPerPoint,
           py::arg("window_ns") = int64_t{86'400'000'000'000}, py::arg("keep_log") = false)
      .def("__len__", [](const Accounts& self) { return self.book.parties(); })
      .def("pay", &Pay, py::arg("now_ns"), py::arg("payers"), py::arg("providers"),
           py::arg("amounts"))
      .def("pay_by_ids", &PayByIds, py::arg("now_ns"), py::arg("payers"), py::arg("providers"),
           py::arg("amounts"))
      .def("apply", &Apply, py::arg("now_ns"), py::arg("parties"), py::arg("units"))
      .def("penalize", &Penalize, py::arg("now_ns"), py::arg("sender"), py::arg("target"),
           py::arg("spend"), py::kw_only(), py::arg("multiplier_bps") = 20'000)
      .def(
          "age",
          [](Accounts& self, Int<int64_t> now_ns, Int<uint32_t> ppm) {
            Check(Unlocked([&] {
              const std::lock_guard guard(self.lock);
              return self.book.Age(At(now_ns), ppm, self.Log());
            }));
          },
          py::arg("now_ns"), py::arg("ppm"))
      .def(
          "transfer",
          [](const Accounts& self, Int<uint32_t> source, Int<uint32_t> target,
             Int<uint64_t> units) { Check(self.book.Transfer(source, target, Points{units})); },
          py::arg("source"), py::arg("target"), py::arg("units"))
      .def("units", &Units)
      .def("numbers_of", &NumbersOf, py::arg("ids"))
      .def("log", &LogColumns)
      .def("replay", &Replay, py::arg("log"));
}

}  // namespace shadw::python
