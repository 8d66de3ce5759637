// SPDX-License-Identifier: Apache-2.0
// Good and bad messages in a carrier, for the sources *_inputs.cpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "count.hpp"
#include "large_messages.hpp"
#include "support/everything.hpp"
#include "support/fields.hpp"

namespace baton::test {

inline Context full_context() {
  Context context;
  context.set_span_context({TraceId(0x80f198ee56343ba8, 0x64fe8b2a57d3eff7),
                            SpanId(0xe457b5a2e4d86bd1), TraceFlags(1), true,
                            TraceState::parse("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE").value()});
  context.set_baggage(Baggage::parse("userId=alice,serverNode=DF%2028,isProduction=false"));
  return context;
}

/// Whether the chain reads the input without any objection decides if it is good or bad.
template <class Carrier>
void judge_and_count(const std::string& kind, std::string_view name, std::size_t size,
                     const Carrier& carrier, const PropagatorChain& chain) {
  ExtractReport report;
  Context context;
  const bool is_good =
      chain.extract(carrier, context, &report) > Extracted::malformed && report.issue_count() == 0;
  const std::string title = (is_good ? ": good, " : ": bad, ") + std::string(name);
  count(kind + title, size, [&] {
    ExtractReport counted;
    static_cast<void>(chain.extract(carrier, &counted));
  });
}

/// The fields in which a chain sends the full context.
inline Pairs message_of(const PropagatorChain& chain) {
  Fields sent;
  chain.inject(full_context(), sent);
  return sent.sorted();
}

/// `use` makes the carrier of a message, and hands it to its other argument.
template <class Use>
void count_fields(const std::string& carrier, Use use) {
  const Pairs context = message_of(make_chain("tracecontext,baggage").chain);
  const auto give = [&](const std::string& title, auto name_of) {
    for (const std::string_view value : {"vvvvvvvvvvvvvvvvvvvvvvvv", "vvvvvvvvvvvv=vvvvvvvvvvv"}) {
      Pairs message;
      for (std::size_t i = 0; i < 100; ++i) {
        message.emplace_back(name_of(i), std::to_string(i).append(value));
      }
      message.insert(message.end(), context.begin(), context.end());
      use(message, [&](const auto& reader) {
        judge_and_count(carrier + ", W3C", title, message.size(), reader,
                        make_chain("tracecontext,baggage").chain);
        judge_and_count(carrier + ", all formats", title, message.size(), reader, everything());
      });
    }
  };
  const auto numbered = [](std::string name, std::size_t i) {
    return name.replace(name.size() - 3, 3, std::to_string(100 + i));
  };
  give("of others", [&](std::size_t i) { return numbered("x-application-field-000", i); });
  give("short names", [&](std::size_t i) { return numbered("a000", i); });
  give("no names", [](std::size_t) { return std::string(); });
  for (const std::string name :
       {"traceparent", "tracestate", "baggage", "x-b3-traceid", "uberctx-key", "ot-baggage-key"}) {
    give("like " + name, [&](std::size_t i) { return numbered(name, i); });
    give("beginning with " + name, [&](std::size_t i) { return numbered(name + "000", i); });
    give("all " + name, [&](std::size_t) { return name; });
    give("all " + name + " in capitals", [&](std::size_t i) {
      std::string spelled = name;
      if (i % 2 == 0) return spelled;
      for (char& c : spelled) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      return spelled;
    });
  }
}

/// Whether carriers are to count large messages, and not messages of many fields.
inline bool counts_large_messages = false;

/// `longest` is what a field may have.
template <class Use>
void count_carrier(const std::string& carrier, Use use, std::size_t longest = mebibyte,
                   Messages which = Messages::some) {
  if (!counts_large_messages) return count_fields(carrier, use);
  count_large_messages(carrier, which, longest, [&use](const Pairs& message, auto count) {
    use(message, [&count](const auto& reader) {
      count(
          [&reader](const ExtractOptions& options) { static_cast<void>(options.extract(reader)); });
    });
  });
}

/// The same for what reads a whole message: `use` hands a function of ExtractOptions over.
template <class Use>
void count_reader(const std::string& carrier, Use use, std::size_t longest = mebibyte) {
  if (counts_large_messages) count_large_messages(carrier, Messages::some, longest, use);
}

/// What each source with a carrier counts.
inline std::vector<void (*)()>& carriers() {
  static std::vector<void (*)()> all;
  return all;
}

struct Carrier {
  explicit Carrier(void (*count_inputs)()) { carriers().push_back(count_inputs); }
};

}  // namespace baton::test
