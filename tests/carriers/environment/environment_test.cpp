// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/environment.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <regex>

#include "baton/testing/carrier_conformance.hpp"
#include "oracle/text.hpp"
#include "support/count_allocations.hpp"

namespace {

using namespace baton::testing;
using namespace std::string_view_literals;
using baton::environment::Environment;
using baton::environment::ListCarrier;
using baton::environment::variable_name;
using baton::testing::detail::chain_of;
using baton::testing::detail::full_context;
using baton::testing::detail::Values;
using Entries = std::vector<std::string>;

const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::vector<const char*> pointers(const Entries& entries) {
  std::vector<const char*> list;
  for (const std::string& entry : entries) list.push_back(entry.c_str());
  return list;
}

Environment make_environment(const Entries& entries) { return Environment(pointers(entries)); }

Entries entries_of(const Environment& environment) {
  return {environment.list().begin(), environment.list().end()};
}

struct EnvironmentBinding {
  // A variable has one value and one spelling, and no byte of a value can break an environment.
  using Storage = Environment;
  static constexpr bool writes_lines = false;
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    Entries entries = entries_of(storage);
    const std::string begin = variable_name(name) + "=";
    std::erase_if(entries, [&](const std::string& entry) { return entry.starts_with(begin); });
    entries.push_back(begin + std::string(value));
    storage = make_environment(entries);
  }
  static FieldList raw(const Storage& storage) {
    FieldList fields;
    for (const std::string& entry : entries_of(storage)) {
      const std::size_t end = entry.find('=');
      fields.emplace_back(oracle::ascii_lower(entry.substr(0, end)), entry.substr(end + 1));
    }
    return fields;
  }
  static std::string shown(std::string_view name) { return variable_name(name); }
  static Environment& carrier(Storage& storage) { return storage; }
  static ListCarrier carrier(const Storage& storage) { return ListCarrier(storage.envp()); }
};

BATON_TEST_CARRIER(Environment, EnvironmentBinding);

TEST(VariableName, IsNormalised) {
  for (const auto& [field, name] : {
           std::pair("traceparent"sv, "TRACEPARENT"),
           std::pair("x-b3-traceid"sv, "X_B3_TRACEID"),
           std::pair("uberctx-Key.1"sv, "UBERCTX_KEY_1"),
           std::pair("9lives"sv, "_9LIVES"),
           std::pair("_9lives"sv, "_9LIVES"),
           std::pair("TRACEPARENT"sv, "TRACEPARENT"),
           std::pair(""sv, "_"),
           std::pair("-"sv, "_"),
           std::pair("a=b"sv, "A_B"),
           std::pair("a\0b"sv, "A_B"),
           std::pair("\xc3\xa9"sv, "__"),
       }) {
    EXPECT_EQ(variable_name(field), name) << field;
  }
}

TEST(VariableName, OfEveryByteIsAVariableAndItsOwn) {
  const std::regex normalised("[A-Z_][A-Z0-9_]*");
  for (int byte = 0; byte < 256; ++byte) {
    const std::string c(1, static_cast<char>(byte));
    for (const std::string& field : {c, c + "a", "a" + c}) {
      const std::string name = variable_name(field);
      EXPECT_TRUE(std::regex_match(name, normalised)) << byte;
      EXPECT_EQ(variable_name(name), name) << byte;
      const Environment environment = make_environment({name + "=1"});
      EXPECT_EQ(environment.get(field), "1") << byte;
      EXPECT_EQ(environment.get(name), "1") << byte;
    }
  }
}

TEST(ListCarrierTest, ReadsNoOtherSpelling) {
  const Entries others = {"x-b3-traceid=1",
                          "x_b3_traceid=2",
                          "X-B3-TRACEID=3",
                          "X_B3_TRACEID2=4",
                          "X_B3_TRACE=5",
                          "_X_B3_TRACEID=6",
                          "X_B3_TRACEID",
                          "",
                          "=",
                          "=7",
                          "9A=8",
                          "a=9",
                          "X_B3_TRACEID =10",
                          "\xff=11"};
  const Environment environment = make_environment(others);
  for (const char* name : {"x-b3-traceid", "", "9a", "a", "x-b3-traceid "}) {
    EXPECT_EQ(environment.get(name), std::nullopt) << name;
    environment.get_all(name, [](std::string_view value) {
      ADD_FAILURE() << value;
      return true;
    });
  }
  Values names;
  environment.keys([&](std::string_view name) {
    names.emplace_back(name);
    return true;
  });
  EXPECT_EQ(names, (Values{"X_B3_TRACEID2", "X_B3_TRACE", "_X_B3_TRACEID"}));
}

TEST(ListCarrierTest, OfTwinsTheFirstCountsAsForGetenv) {
  const Environment environment = make_environment({"BAGGAGE=a=1", "BAGGAGE=b=2", "BAGGAGE"});
  EXPECT_EQ(environment.get("baggage"), "a=1");
  EXPECT_EQ(chain_of("baggage").extract(environment).baggage().header(), "a=1");
}

TEST(ListCarrierTest, TakesEveryKindOfList) {
  const std::string text = "TRACEPARENT=" + parent;
  const char* const ended[] = {text.c_str(), nullptr, "BAGGAGE=unseen=1"};
  EXPECT_EQ(ListCarrier(ended).get("traceparent"), parent);
  const ListCarrier up_to_null(static_cast<const char* const*>(ended));
  EXPECT_EQ(up_to_null.get("baggage"), std::nullopt);
  const ListCarrier with_null{std::span<const char* const>(ended)};
  EXPECT_EQ(with_null.get("baggage"), "unseen=1");
  std::string writable = text;
  char* list[] = {writable.data(), nullptr};
  EXPECT_EQ(ListCarrier(static_cast<char**>(list)).get("traceparent"), parent);
  EXPECT_EQ(ListCarrier(nullptr).get("traceparent"), std::nullopt);
  EXPECT_EQ(ListCarrier(std::span<const char* const>()).get("traceparent"), std::nullopt);
  EXPECT_EQ(ListCarrier(nullptr).get(""), std::nullopt);
}

TEST(ListCarrierTest, ReadsWithoutCopyingOrAllocating) {
  const Environment environment = make_environment({"A=1", "TRACEPARENT=" + parent, "BAGGAGE="});
  const baton::PropagatorChain chain = chain_of("tracecontext,baggage,b3multi,datadog,jaeger");
  static_cast<void>(baton::Context().child());  // makes this thread's generator
  static_cast<void>(chain.extract(environment));
  const std::size_t before = baton::test::allocations;
  const baton::Context context = chain.extract(ListCarrier(environment.envp()));
  const auto value = environment.get("x-datadog-sampling-priority");
  const std::size_t made = baton::test::allocations - before;
  EXPECT_EQ(made, 0U);
  EXPECT_TRUE(context.span_context().is_valid());
  EXPECT_EQ(value, std::nullopt);
  EXPECT_EQ(environment.get("traceparent")->data(), environment.list()[1] + sizeof "TRACEPARENT");
}

TEST(EnvironmentTest, KeepsWhatItDoesNotSetByteForByte) {
  const Entries theirs = {"PATH=/bin",
                          "no equals sign",
                          "",
                          "=",
                          "A=1",
                          "\xff\x01=\n\xfe",
                          "A=2",
                          "traceparent=other spelling",
                          "LONG=" + std::string(1 << 20, 'x')};
  Environment environment = make_environment(theirs);
  EXPECT_EQ(entries_of(environment), theirs);
  environment.set("traceparent", parent);
  environment.erase("absent");
  Entries expected = theirs;
  expected.push_back("TRACEPARENT=" + parent);
  EXPECT_EQ(entries_of(environment), expected);
  EXPECT_EQ(environment.envp()[expected.size()], nullptr);
}

TEST(EnvironmentTest, LeavesOutNullEntries) {
  const char* const list[] = {"A=1", nullptr, "B=2"};
  EXPECT_EQ(entries_of(Environment(std::span<const char* const>(list))), (Entries{"A=1", "B=2"}));
}

TEST(EnvironmentTest, ReplacesAllTwins) {
  Environment environment = make_environment({"A=1", "B=x", "A=2", "A", "A=3"});
  environment.set("a", "new");
  EXPECT_EQ(entries_of(environment), (Entries{"B=x", "A", "A=new"}));
  environment.set("a", "newer");
  EXPECT_EQ(entries_of(environment), (Entries{"B=x", "A", "A=newer"}));
  environment.erase("A");
  EXPECT_EQ(entries_of(environment), (Entries{"B=x", "A"}));
}

TEST(EnvironmentTest, TakesViewsOfWhatGoes) {
  for (const bool is_copied : {true, false}) {
    Environment environment =
        is_copied ? make_environment({"LONG_NAME_OF_A_FIELD=value"}) : Environment();
    environment.set(is_copied ? "other" : "long-name-of-a-field", "value");
    std::string_view name;
    const auto find = [&] {
      environment.keys([&](std::string_view found) {
        name = found;
        return !found.starts_with("LONG");
      });
    };
    find();
    environment.set(name, *environment.get(name));
    find();
    EXPECT_EQ(environment.get(name), "value");
    for (const char* behind : {"behind", "further-behind", "last"}) environment.set(behind, "1");
    environment.erase(name);
    EXPECT_EQ(environment.get("long-name-of-a-field"), std::nullopt);
  }
}

TEST(EnvironmentTest, AValueWithANulIsNotWritten) {
  Environment environment = make_environment({"A=old", "B=1"});
  environment.set("a", "x\0y"sv);
  EXPECT_EQ(entries_of(environment), (Entries{"B=1"}));
}

TEST(EnvironmentTest, AnEmptyOneHasAnEnd) {
  Environment environment;
  EXPECT_EQ(*environment.envp(), nullptr);
  EXPECT_TRUE(environment.list().empty());
  EXPECT_EQ(Environment(static_cast<const char* const*>(nullptr)).envp()[0], nullptr);
  environment.set("a", "1");
  const Environment moved = std::move(environment);
  EXPECT_EQ(entries_of(moved), Entries{"A=1"});
  environment = Environment();
  EXPECT_EQ(*environment.envp(), nullptr);
}

TEST(EnvironmentTest, CopiesAreApart) {
  Environment first = make_environment({"A=1"});
  first.set("b", "2");
  Environment second = first;
  second.set("a", "3");
  first.erase("b");
  EXPECT_EQ(entries_of(first), Entries{"A=1"});
  EXPECT_EQ(entries_of(second), (Entries{"B=2", "A=3"}));
  second = first;
  EXPECT_EQ(entries_of(second), Entries{"A=1"});
}

TEST(EnvironmentTest, IsOneBlockAndOneMoreForEachValue) {
  const Entries many(100, "NAME=value");
  const std::vector<const char*> list = pointers(many);
  const baton::Context context = full_context();
  const baton::PropagatorChain chain = chain_of("tracecontext");
  std::size_t before = baton::test::allocations;
  Environment environment(list);
  EXPECT_EQ(baton::test::allocations - before, 2U);
  chain.inject(context, environment);
  before = baton::test::allocations;
  for (int i = 0; i < 1000; ++i) environment.set("a", "1");
  EXPECT_LE(baton::test::allocations - before, 1003U);
  EXPECT_EQ(environment.list().size(), 103U);
}

TEST(EnvironmentTest, FormatsComeBackButForFamiliesOfFields) {
  for (const auto& known : baton::registered_propagators()) {
    const std::string_view format = known.traits.name;
    if (format == "baggage") continue;
    Environment environment;
    const baton::Context sent = full_context();
    chain_of(format).inject(sent, environment);
    const baton::Context got = chain_of(format).extract(environment);
    EXPECT_EQ(got.span_context().span_id, sent.span_context().span_id) << format;
    EXPECT_TRUE(got.baggage().empty()) << format;
  }
}

TEST(EnvironmentTest, ExtractReadsOurOwnAndInjectLeavesItAlone) {
  ::setenv("TRACEPARENT", parent.c_str(), 1);
  ::setenv("BAGGAGE", "user=1,bad", 1);
  ::setenv("THEIRS", "1", 1);
  baton::ExtractReport report;
  const baton::Context context = baton::environment::extract({.report = &report});
  EXPECT_EQ(context.span_context().span_id, baton::SpanId(0xb7ad6b7169203331));
  EXPECT_EQ(context.baggage().header(), "user=1");
  EXPECT_EQ(report.issue_count(), 1U);
  Environment child = Environment::copy();
  baton::environment::inject(child, context);
  EXPECT_EQ(child.get("baggage"), "user=1");
  EXPECT_EQ(child.get("traceparent"), parent);
  EXPECT_EQ(child.get("theirs"), "1");
  EXPECT_EQ(::getenv("TRACEPARENT"), parent);
  EXPECT_STREQ(::getenv("BAGGAGE"), "user=1,bad");
  const baton::Scope scope(context);
  baton::environment::inject(child);
  EXPECT_EQ(child.get("traceparent"), parent);
  ::unsetenv("TRACEPARENT");
  ::unsetenv("BAGGAGE");
  ::unsetenv("THEIRS");
  EXPECT_EQ(baton::environment::extract(), baton::Context());
}

TEST(EnvironmentTest, AProcessGetsIt) {
  Environment child = make_environment({"PATH=/bin", "no equals sign", "TRACEPARENT=old"});
  baton::environment::inject(child, full_context(), {.chain = chain_of("tracecontext")});
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::string cat = "/bin/cat";
  std::string file = "/proc/self/environ";
  char* arguments[] = {cat.data(), file.data(), nullptr};
  pid_t process = 0;
  ASSERT_EQ(::posix_spawn(&process, cat.c_str(), &actions, nullptr, arguments, child.envp()), 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string got;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    got.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(process, &status, 0), process);
  EXPECT_EQ(got,
            "PATH=/bin\0no equals sign\0"
            "TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03\0"
            "TRACESTATE=rojo=00f067aa0ba902b7,congo=t61rcWkgMzE\0"sv);
}

TEST(EnvironmentInject, NoFamilyOfAnOlderContextRemains) {
  const Entries others = {"uberctx_secret=1", "UBERCTX=2",   "UBERCTX_SECRET",
                          "OT_BAGGAGE_A=3",   "UBERCTX_a=4", "XUBERCTX_A=5"};
  Entries entries = others;
  entries.insert(entries.begin() + 1, {"UBERCTX_SECRET=1", "UBERCTX_=2", "UBERCTX_SECRET=3"});
  Environment child = make_environment(entries);
  baton::Context context;
  context.set_baggage(baton::Baggage::parse("k=v"));
  baton::environment::inject(child, context, {.chain = chain_of("jaeger")});
  entries = others;
  entries.emplace_back("UBERCTX_K=v");
  EXPECT_EQ(entries_of(child), entries);
  baton::environment::inject(child, {}, {.chain = chain_of("jaeger")});
  EXPECT_EQ(entries_of(child), others);
}

TEST(EnvironmentInject, TheVariableOfLambdaGetsTheSame) {
  const baton::Context context = full_context();
  const baton::PropagatorChain lambda = chain_of("xray-lambda");
  const std::string root = "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331";
  const baton::PropagatorChain w3c = chain_of("tracecontext");
  const std::vector<baton::PropagatorChain::Entry> lambdas(lambda.readers().begin(),
                                                           lambda.readers().end());
  const std::vector<baton::PropagatorChain::Entry> w3cs(w3c.readers().begin(), w3c.readers().end());
  constexpr auto policy = baton::ExtractionPolicy::last_wins;
  for (const auto& [chain, is_written] :
       {std::pair(lambda, true), std::pair(baton::PropagatorChain(w3cs, lambdas, policy), true),
        std::pair(baton::PropagatorChain(lambdas, w3cs, policy), false)}) {
    Environment child = make_environment({"_X_AMZN_TRACE_ID=old", "X_AMZN_TRACE_ID=older"});
    baton::environment::inject(child, context, {.chain = chain});
    const auto written = child.get("_X_AMZN_TRACE_ID");
    EXPECT_EQ(written.has_value(), is_written);
    EXPECT_EQ(written.value_or("").starts_with(root), is_written);
    EXPECT_EQ(written, child.get("x-amzn-trace-id"));
    baton::environment::inject(child, {}, {.chain = chain});
    EXPECT_EQ(entries_of(child), Entries());
  }
  Environment child = make_environment({"_X_AMZN_TRACE_ID=other"});
  baton::environment::inject(child, {}, {.chain = chain_of("xray")});
  EXPECT_EQ(child.get("_X_AMZN_TRACE_ID"), "other");
}

TEST(EnvironmentInject, ObeysTheRuleForTheDestination) {
  const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage,jaeger")
                                           .chain.with_trust({.destinations = {{"partner"}}});
  Environment child = make_environment({"UBERCTX_SECRET=1"});
  baton::environment::inject(child, baton::Context().child(), {.chain = chain});
  EXPECT_TRUE(child.get("traceparent"));
  baton::environment::inject(child, baton::Context().child(),
                             {.chain = chain, .destination = "partner"});
  EXPECT_EQ(entries_of(child), Entries());
}

}  // namespace
