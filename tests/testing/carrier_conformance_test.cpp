// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/carrier_conformance.hpp"

#include <gtest/gtest-spi.h>

#include <map>
#include <set>

#include "baton/carriers/http.hpp"
#include "faulty_carrier.hpp"

namespace {

using namespace baton::testing;
using namespace carrier_faults;
using Names = std::set<std::string>;
using Broken = std::map<std::string, std::string>;

/// The rules that a carrier breaks, of all or of one, each with what the first failure says.
template <class Binding>
Broken broken_rules(Fault fault = Fault::none, std::string_view only = "") {
  Broken broken;
  for (const CarrierRule<Binding>& rule : carrier_rules<Binding>()) {
    if (!only.empty() && only != rule.name) continue;
    testing::TestPartResultArray results;
    {
      const testing::ScopedFakeTestPartResultReporter reporter(
          testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
      CarrierFixture<Binding> carrier;
      carrier.follow(rule.text);
      planted = fault;
      rule.check(carrier);
      planted = Fault::none;
    }
    if (results.size() != 0) broken[rule.name] = results.GetTestPartResult(0).message();
  }
  return broken;
}

Names names_of(const Broken& broken) {
  Names names;
  for (const auto& [name, message] : broken) names.insert(name);
  return names;
}

const std::map<Fault, Names>& rules_by_fault() {
  static const std::map<Fault, Names> rules{
      {Fault::empty_is_absent, {"AbsentIsNotEmpty"}},
      {Fault::absent_is_empty,
       {"AChainReadsTheSameByFields", "AbsentIsNotEmpty", "ComparesWholeNames", "FoldsLettersAlone",
        "RefusesBadNames"}},
      {Fault::name_begins, {"ComparesWholeNames"}},
      {Fault::collapses_blanks, {"GivesValuesByteForByte"}},
      {Fault::keys_omit_the_last, {"FieldsAgreeWithTheRest", "KeysShowEveryName"}},
      {Fault::keys_ignore_the_visitor, {"KeysStopWhenToldTo"}},
      {Fault::values_are_cut,
       {"CarriesAFullContext", "GivesValuesByteForByte", "ReadsAFullContext",
        "SetTakesAViewOfALaterInstance", "SetTakesItsOwnViews", "SeveralFieldsAreOneList"}},
      {Fault::fields_omit_repeated,
       {"AChainReadsTheSameByFields", "BaggageLimitsHoldOverAllInstances", "FieldsAgreeWithTheRest",
        "SeveralFieldsAreOneList", "TwoTraceparentsAreNoneOrTheLast"}},
      {Fault::fields_ignore_the_visitor, {"FieldsStopWhenToldTo"}},
      {Fault::fields_are_reversed,
       {"AChainReadsTheSameByFields", "FieldsAgreeWithTheRest", "SeveralFieldsAreOneList"}},
      {Fault::set_appends,
       {"RefusesBadValuesAndDropsTheOldOne", "SetAddsAndReplaces", "SetAndEraseLeaveOthersAlone",
        "SetReplacesAll", "SetReplacesAllSpellings", "SetReplacesAnyCaseAndWritesLowercase",
        "SetTakesAViewOfALaterInstance", "SetTakesItsOwnViews"}},
      {Fault::set_cuts,
       {"CarriesAFullContext", "CarriesB3", "SetCopiesWhatItIsGiven",
        "SetTakesAViewOfALaterInstance", "SetTakesItsOwnViews", "SetWritesByteForByte"}},
      {Fault::set_clears_first, {"SetTakesAViewOfALaterInstance", "SetTakesItsOwnViews"}},
      {Fault::set_touches_the_next,
       {"CarriesAFullContext", "CarriesB3", "SetAndEraseLeaveOthersAlone", "SetReplacesAll"}},
      {Fault::set_decodes,
       {"BaggageCannotSmuggleAField", "CarriesAFullContext", "SetWritesByteForByte"}},
      {Fault::set_replaces_the_first_alone,
       {"SetReplacesAll", "SetReplacesAllSpellings", "SetTakesAViewOfALaterInstance"}},
      {Fault::set_writes_case,
       {"RefusesBadNames", "SetReplacesAllSpellings", "SetReplacesAnyCaseAndWritesLowercase"}},
      {Fault::set_ignores_b3, {"CarriesB3"}},
      {Fault::set_refuses_no_value,
       {"ACarelessPropagatorBreaksNothing", "RefusesBadValuesAndDropsTheOldOne"}},
      {Fault::set_refuses_no_name, {"ACarelessPropagatorBreaksNothing", "RefusesBadNames"}},
      {Fault::set_keeps_the_old_for_a_bad_value, {"RefusesBadValuesAndDropsTheOldOne"}},
      {Fault::erase_of_the_absent_takes_the_first,
       {"AnEmptyContextClearsWhatIsStale", "CarriesB3", "EraseOfTheAbsentIsHarmless"}},
      {Fault::erase_does_nothing,
       {"AnEmptyContextClearsWhatIsStale", "EraseTakesAll", "EraseTakesAllSpellings",
        "EraseTakesAnyCase", "SetAndEraseLeaveOthersAlone"}},
      {Fault::erase_takes_the_first_alone, {"EraseTakesAll", "EraseTakesAllSpellings"}},
      {Fault::erase_minds_case, {"EraseTakesAllSpellings", "EraseTakesAnyCase"}},
      {Fault::get_all_joins,
       {"FieldsAgreeWithTheRest", "GetAllKeepsTheOrder", "GetAllStopsWhenToldTo",
        "KeepsInstancesApart", "SetTakesAViewOfALaterInstance", "SpellingsAreOneField"}},
      {Fault::get_all_ignores_the_visitor, {"GetAllStopsWhenToldTo"}},
      {Fault::get_all_gives_the_first_alone,
       {"AChainReadsTheSameByFields", "BaggageLimitsHoldOverAllInstances", "FieldsAgreeWithTheRest",
        "GetAllKeepsTheOrder", "GetAllStopsWhenToldTo", "KeepsInstancesApart",
        "SetTakesAViewOfALaterInstance", "SpellingsAreOneField"}},
      {Fault::get_all_gives_ten, {"BaggageLimitsHoldOverAllInstances"}},
      {Fault::get_gives_the_last, {"GetGivesTheFirstOrTheLast"}},
      {Fault::get_all_is_reversed,
       {"AChainReadsTheSameByFields", "FieldsAgreeWithTheRest", "GetAllKeepsTheOrder"}},
      {Fault::reads_with_case,
       {"AChainReadsTheSameByFields", "EraseTakesAllSpellings", "EraseTakesAnyCase",
        "FieldsAgreeWithTheRest", "FoldsLettersAlone", "ReadsAnyCase", "SetReplacesAllSpellings",
        "SetReplacesAnyCaseAndWritesLowercase", "SpellingsAreOneField"}},
      {Fault::folds_too_much, {"FoldsLettersAlone", "RefusesBadNames"}},
  };
  return rules;
}

TEST(CarrierConformance, ASoundCarrierBreaksNoRule) {
  EXPECT_EQ(names_of(broken_rules<FaultyBinding>()), Names{});
}

TEST(CarrierConformance, EachFaultBreaksItsRules) {
  for (int i = 1; i < static_cast<int>(Fault::last); ++i) {
    const auto fault = static_cast<Fault>(i);
    EXPECT_EQ(names_of(broken_rules<FaultyBinding>(fault)), rules_by_fault().at(fault)) << i;
  }
}

TEST(CarrierConformance, AKeptViewIsSeen) {
  // Other rules would read what is gone.
  const char* const rule = "SetCopiesWhatItIsGiven";
  EXPECT_EQ(names_of(broken_rules<ViewBinding>(Fault::none, rule)), Names{rule});
}

TEST(CarrierConformance, ABindingMustTellTheTruth) {
  const char* const rule = "TheBindingSaysWhatItHolds";
  EXPECT_EQ(names_of(broken_rules<RepeatsUnsaid>()), Names{rule});
  EXPECT_EQ(names_of(broken_rules<RepeatsInvented>(Fault::none, rule)), Names{rule});
  EXPECT_EQ(names_of(broken_rules<SpellingsUnsaid>()), Names{rule});
  EXPECT_EQ(names_of(broken_rules<PrefersUntruly>()).count("TheExactNameHidesOthers"), 1U);
}

TEST(CarrierConformance, EveryRuleCanBeBroken) {
  Names broken{"TheBindingSaysWhatItHolds", "TheExactNameHidesOthers"};
  for (const auto& [fault, names] : rules_by_fault()) broken.insert(names.begin(), names.end());
  Names all;
  for (const auto& rule : carrier_rules<PrefersUntruly>()) all.insert(rule.name);
  EXPECT_EQ(broken, all);
}

TEST(CarrierConformance, AFailureTellsTheRuleTheStepsAndTheAnswer) {
  EXPECT_EQ(broken_rules<FaultyBinding>(Fault::set_replaces_the_first_alone)["SetReplacesAll"],
            "Failed\n"
            "The rule: set replaces all values of the name\n"
            "  The field \"a\": \"1\" arrives.\n"
            "  The field \"b\": \"1\" arrives.\n"
            "  The field \"a\": \"2\" arrives.\n"
            "  The field \"b\": \"2\" arrives.\n"
            "  The field \"a\": \"3\" arrives.\n"
            "  The field \"b\": \"3\" arrives.\n"
            "  set(\"a\", \"new\").\n"
            "What is sent is { (\"a\", \"2\"), (\"a\", \"3\"), (\"a\", \"new\"), (\"b\", \"1\"), "
            "(\"b\", \"2\"), (\"b\", \"3\") }, and must be { (\"a\", \"new\"), (\"b\", \"1\"), "
            "(\"b\", \"2\"), (\"b\", \"3\") }.");
  const std::string empty = broken_rules<FaultyBinding>(Fault::empty_is_absent)["AbsentIsNotEmpty"];
  EXPECT_TRUE(empty.ends_with("get(\"empty\") returns nothing, and must return \"\".")) << empty;
  const std::string many =
      broken_rules<FaultyBinding>(Fault::get_all_gives_ten)["BaggageLimitsHoldOverAllInstances"];
  EXPECT_TRUE(
      many.ends_with("  And 188 steps more.\n"
                     "The number of extracted members is 10, and must be 180."))
      << many;
}

// ---- As the header's comment has it ----

struct MailBinding {
  using Storage = std::vector<std::pair<std::string, std::string>>;

  // A field arrives.
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    storage.emplace_back(name, value);
  }
  // What is sent.
  static baton::testing::FieldList raw(const Storage& storage) { return storage; }
  static auto carrier(Storage& storage) { return baton::http::HeaderCarrier(storage); }
  static auto carrier(const Storage& storage) { return baton::http::HeaderCarrier(storage); }

  static constexpr bool holds_repeated_names = true;  // several fields with one name,
  static constexpr bool keeps_order = true;           // in the order of their arrival,
  static constexpr bool holds_mixed_case = true;      // in any spelling
  static constexpr bool writes_lines = true;          // a line break would end a field
};

BATON_TEST_CARRIER(Mail, MailBinding);

// ---- A carrier that only reads ----

class ReadOnly {
 public:
  explicit ReadOnly(const Fields& fields) : carrier_(fields) {}
  std::optional<std::string_view> get(std::string_view name) const { return carrier_.get(name); }
  void get_all(std::string_view name, baton::TextVisitor visit) const {
    carrier_.get_all(name, visit);
  }
  void keys(baton::TextVisitor visit) const { carrier_.keys(visit); }

 private:
  FaultyCarrier carrier_;
};

struct ReadOnlyBinding {
  using Storage = Fields;
  static constexpr bool is_read_only = true;
  static constexpr bool holds_repeated_names = true;
  static constexpr bool keeps_order = true;
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    storage.emplace_back(name, value);
  }
  static FieldList raw(const Storage& storage) { return storage; }
  static ReadOnly carrier(const Storage& storage) { return ReadOnly(storage); }
};

BATON_TEST_CARRIER(ReadOnly, ReadOnlyBinding);

TEST(CarrierConformance, AReaderHasTheRulesOfReaders) {
  Names names;
  for (const auto& rule : carrier_rules<ReadOnlyBinding>()) names.insert(rule.name);
  EXPECT_EQ(names,
            (Names{"AbsentIsNotEmpty", "BaggageLimitsHoldOverAllInstances", "ComparesWholeNames",
                   "GetAllKeepsTheOrder", "GetAllStopsWhenToldTo", "GetGivesTheFirstOrTheLast",
                   "GivesValuesByteForByte", "KeepsInstancesApart", "KeysShowEveryName",
                   "KeysStopWhenToldTo", "ReadsAFullContext", "SeveralFieldsAreOneList",
                   "TheBindingSaysWhatItHolds", "TwoTraceparentsAreNoneOrTheLast"}));
}

}  // namespace
