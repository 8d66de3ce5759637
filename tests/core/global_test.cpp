// SPDX-License-Identifier: Apache-2.0
#include "baton/global.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

#include "baton/configuration.hpp"
#include "support/child_process.hpp"
#include "support/fields.hpp"

// The chain is global to a process, so each test has a process of its own; this one never uses it.
namespace baton {
namespace {

std::string names_of(std::span<const PropagatorChain::Entry> formats) {
  std::string names;
  for (const PropagatorChain::Entry& format : formats) {
    names.append(names.empty() ? "" : ",").append(format->traits().name);
  }
  return names;
}

template <class Function>
std::string with_environment(const char* value, Function function) {
  return test::run_in_child([&] {
    if (value != nullptr) {
      ::setenv("OTEL_PROPAGATORS", value, 1);
    } else {
      ::unsetenv("OTEL_PROPAGATORS");
    }
    return std::string(function());
  });
}

std::string global_names() { return names_of(global_chain().readers()); }

TEST(GlobalChainTest, DefaultsToW3C) {
  EXPECT_EQ(with_environment(nullptr, global_names), "tracecontext,baggage");
  EXPECT_EQ(with_environment("", global_names), "tracecontext,baggage");
  EXPECT_EQ(with_environment(" , ,", global_names), "tracecontext,baggage");
}

TEST(GlobalChainTest, ComesFromTheEnvironment) {
  EXPECT_EQ(with_environment("b3, baggage", global_names), "b3,baggage");
  EXPECT_EQ(with_environment("none", global_names), "");
}

TEST(GlobalChainTest, HasTheOptionsOfTheEnvironment) {
  const auto written = [] {
    Context context;
    context.set_span_context({TraceId(0, 1), SpanId(2), TraceFlags(1), false, {}}, Sampling::debug);
    test::Fields fields;
    global_chain().inject(context, fields);
    return std::string(fields.get("b3").value_or("")) + "|" +
           std::string(fields.get("tracestate").value_or(""));
  };
  const auto with_options = [&](const char* value) {
    return with_environment("b3,tracecontext", [&] {
      ::setenv("BATON_B3_SHORT_TRACE_IDS", value, 1);
      ::setenv("BATON_SAMPLING_IN_TRACESTATE", value, 1);
      return written();
    });
  };
  EXPECT_EQ(with_options("true"), "0000000000000001-0000000000000002-d|baton=debug");
  EXPECT_EQ(with_options("false"), "00000000000000000000000000000001-0000000000000002-d|");
  EXPECT_EQ(with_options(""), with_options("false"));
}

TEST(ChainFromEnvironmentTest, NamesReplaceTheListsAlone) {
  const auto made = [](std::string_view names) {
    return with_environment("jaeger", [&] {
      ::setenv("BATON_EXTRACT", "gcp,smoke-signals", 1);
      ::setenv("BATON_INJECT", "xray", 1);
      ::setenv("BATON_POLICY", "first_match", 1);
      ::setenv("BATON_DESTINATIONS", "*: none", 1);
      ::setenv("BATON_CALLERS", "nonsense", 1);
      const ConfiguredChain configured = make_chain_from_environment(names);
      const PropagatorChain& chain = configured.chain;
      const bool has_rest = chain.policy() == ExtractionPolicy::first_match &&
                            chain.restricts("anyone") &&
                            configured.error.find("'nonsense'") != std::string::npos;
      return names_of(chain.readers()) + " -> " + names_of(chain.writers()) +
             (has_rest ? " and the rest" : "") +
             (configured.error.find("smoke-signals") != std::string::npos ? " with an error" : "");
    });
  };
  EXPECT_EQ(made("b3, baggage"), "b3,baggage -> b3,baggage and the rest");
  EXPECT_EQ(made("none"), " ->  and the rest");
  for (const std::string_view names : {"", " ", " ,"}) {
    EXPECT_EQ(made(names), "gcp -> xray and the rest with an error");
  }
}

TEST(GlobalChainTest, TellsWhatWasWrongWithTheEnvironment) {
  const auto names_and_error = [] {
    const std::string names = global_names();
    return names + "|" + std::string(global_chain_error());
  };
  EXPECT_EQ(with_environment("b3", names_and_error), "b3|");
  const std::string text = with_environment("b3,smoke-signals", names_and_error);
  EXPECT_TRUE(text.starts_with("b3|")) << text;
  EXPECT_NE(text.find("smoke-signals"), std::string::npos) << text;
}

TEST(GlobalChainTest, TellsWhatWasWrongEvenIfAskedFirst) {
  const std::string text =
      with_environment("smoke-signals", [] { return std::string(global_chain_error()); });
  EXPECT_NE(text.find("smoke-signals"), std::string::npos) << text;
}

TEST(GlobalChainTest, HasNoErrorWhereAChainWasSetBefore) {
  EXPECT_EQ(with_environment("smoke-signals",
                             [] {
                               set_global_chain(PropagatorChain());
                               return std::string(global_chain_error());
                             }),
            "");
}

TEST(GlobalChainTest, ReadsTheEnvironmentOnce) {
  EXPECT_EQ(with_environment("b3",
                             [] {
                               const PropagatorChain* first = &global_chain();
                               ::setenv("OTEL_PROPAGATORS", "baggage", 1);
                               return &global_chain() == first ? global_names() : "another chain";
                             }),
            "b3");
}

TEST(GlobalChainTest, WhatWasSetStandsAboveTheEnvironment) {
  EXPECT_EQ(with_environment("smoke-signals",
                             [] {
                               set_global_chain(make_chain("b3multi").chain);
                               return global_names() + std::string(global_chain_error());
                             }),
            "b3multi");
  EXPECT_EQ(with_environment("baggage",
                             [] {
                               const std::string before = global_names();
                               set_global_chain(make_chain("b3multi").chain);
                               return before + "," + global_names();
                             }),
            "baggage,b3multi");
}

TEST(GlobalChainTest, AReplacedChainStaysGood) {
  EXPECT_EQ(with_environment(nullptr,
                             [] {
                               set_global_chain(make_chain("b3").chain);
                               const PropagatorChain& old = global_chain();
                               for (int i = 0; i < 100; ++i) {
                                 set_global_chain(make_chain("baggage").chain);
                               }
                               return names_of(old.readers()) + "," + global_names();
                             }),
            "b3,baggage");
}

TEST(GlobalChainTest, ServesToTheVeryEndOfTheProcess) {
  EXPECT_EXIT(
      {
        ::setenv("OTEL_PROPAGATORS", "b3", 1);
        if (std::atexit([] { std::cerr << "at exit: " << global_names() << "\n"; }) != 0)
          std::exit(1);
        static_cast<void>(global_chain());
        std::exit(0);
      },
      testing::ExitedWithCode(0), "at exit: b3");
}

}  // namespace
}  // namespace baton
