// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Matchers of GoogleMock for what a service sends and what it reads. A failure says what differs,
/// in words.
///
///     EXPECT_THAT(request, baton::testing::ContinuesTrace(caller));
///     EXPECT_THAT(request.headers, baton::testing::BaggageIs({{"tenant", "7"}}));
///     EXPECT_THAT(tracer, baton::testing::IsOneTree());
///
/// The trace and the baggage are read as W3C's fields say them, from
/// - a carrier,
/// - a container of header fields, or any other type with a `baton::http::CarrierFor`, such as the
///   messages of Boost.Beast if `baton/carriers/beast.hpp` is included,
/// - a `baton::Context`.
///
/// Link `baton-testing` and GoogleMock.

#include <gmock/gmock.h>

#include <cstddef>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "baton/carriers/http.hpp"
#include "baton/testing/detail/differences.hpp"
#include "baton/testing/fields.hpp"
#include "baton/testing/shown.hpp"
#include "baton/testing/spans.hpp"

namespace baton::testing {

namespace detail {

/// Calls `use` with a carrier of what is matched.
template <class Value, class Use>
auto with_carrier(const Value& value, Use use) {
  if constexpr (std::is_same_v<Value, Context>) {
    FieldList fields;
    http::inject(fields, value, {.chain = baton::make_chain("tracecontext,baggage").chain});
    return use(http::HeaderCarrier<const FieldList>(fields));
  } else if constexpr (ReadableCarrier<Value>) {
    return use(value);
  } else {
    static_assert(http::HasHeaders<const Value>,
                  "neither a carrier, nor a type with header fields, nor a Context");
    return use(typename http::CarrierFor<const Value>::type(value));
  }
}

template <class Value>
Said said_by_value(const Value& value) {
  if constexpr (std::is_same_v<Value, Context>) {
    return {value, {}, {}};
  } else {
    return with_carrier(value, [](const auto& carrier) { return said_by(carrier); });
  }
}

/// A matcher that is a function from what is matched to a difference.
template <class Difference>
class DifferenceMatcher {
 public:
  DifferenceMatcher(std::string is, std::string is_not, Difference difference)
      : is_(std::move(is)), is_not_(std::move(is_not)), difference_(std::move(difference)) {}

  template <class Value>
  bool MatchAndExplain(const Value& value, ::testing::MatchResultListener* listener) const {
    const std::string difference = difference_(value);
    if (!difference.empty()) *listener << "but " << difference;
    return difference.empty();
  }
  void DescribeTo(std::ostream* out) const { *out << is_; }
  void DescribeNegationTo(std::ostream* out) const { *out << is_not_; }

 private:
  std::string is_;
  std::string is_not_;
  Difference difference_;
};

template <class Difference>
auto difference_matcher(std::string is, std::string is_not, Difference difference) {
  return ::testing::MakePolymorphicMatcher(
      DifferenceMatcher(std::move(is), std::move(is_not), std::move(difference)));
}

/// The values of a field must be one, which matches.
class FieldMatcher {
 public:
  FieldMatcher(std::string name, ::testing::Matcher<const std::string&> inner,
               std::optional<std::string> text)
      : name_(std::move(name)), inner_(std::move(inner)), text_(std::move(text)) {}

  template <class Value>
  bool MatchAndExplain(const Value& value, ::testing::MatchResultListener* listener) const {
    std::vector<std::string> values;
    with_carrier(value, [&](const auto& carrier) {
      carrier.get_all(name_, [&](std::string_view each) {
        values.emplace_back(each);
        return true;
      });
    });
    if (values.size() != 1) {
      *listener << "but it has ";
      if (values.empty()) {
        *listener << "no " << name_;
      } else {
        *listener << values.size() << " " << name_ << " fields";
      }
      for (std::size_t i = 0; i < values.size(); ++i) {
        *listener << (i == 0 ? ": " : ", ") << shown(values[i]);
      }
      return false;
    }
    ::testing::StringMatchResultListener why;
    if (inner_.MatchAndExplain(values[0], &why)) return true;
    *listener << "but " << name_ << " ";
    if (text_) {
      *listener << text_difference(values[0], *text_);
    } else {
      *listener << "is " << shown(values[0]);
      if (!why.str().empty()) *listener << ", " << why.str();
    }
    return false;
  }
  void DescribeTo(std::ostream* out) const { describe(out, "has one "); }
  void DescribeNegationTo(std::ostream* out) const { describe(out, "does not have one "); }

 private:
  void describe(std::ostream* out, std::string_view begin) const {
    *out << begin << name_;
    std::ostringstream inner;
    inner_.DescribeTo(&inner);
    if (inner.str() != "is anything") *out << " that " << inner.str();
  }

  std::string name_;
  ::testing::Matcher<const std::string&> inner_;
  std::optional<std::string> text_;
};

template <class Inner>
auto field_matcher(std::string name, const Inner& inner) {
  if constexpr (std::is_convertible_v<const Inner&, std::string_view>) {
    const std::string text{std::string_view(inner)};
    return ::testing::MakePolymorphicMatcher(
        FieldMatcher(std::move(name), ::testing::Eq(text), text));
  } else {
    return ::testing::MakePolymorphicMatcher(FieldMatcher(
        std::move(name), ::testing::SafeMatcherCast<const std::string&>(inner), std::nullopt));
  }
}

}  // namespace detail

/// There is one field of that name, whose value is a text or matches a matcher of texts.
template <class Inner>
auto HasField(std::string_view name, const Inner& inner) {
  return detail::field_matcher(std::string(name), inner);
}

/// There is one traceparent, which is a text or matches a matcher of texts.
///
///     EXPECT_THAT(headers, HasTraceparent(testing::EndsWith("-01")));
template <class Inner>
auto HasTraceparent(const Inner& inner) {
  return detail::field_matcher("traceparent", inner);
}
inline auto HasTraceparent() { return HasTraceparent(::testing::_); }

/// There is one tracestate, which is a text or matches a matcher of texts.
template <class Inner>
auto HasTracestate(const Inner& inner) {
  return detail::field_matcher("tracestate", inner);
}

/// The caller's trace continues: the same trace-id, a parent-id that is the caller's or not, as
/// said, the same flags and the same tracestate. A service that forwards satisfies `Parent::same`,
/// one that makes spans `Parent::fresh`. Nothing continues a caller that names no trace.
inline auto ContinuesTrace(const Context& caller, Parent parent = Parent::any) {
  const std::string which = parent == Parent::any    ? ""
                            : parent == Parent::same ? ", with the caller's parent-id"
                                                     : ", with a parent-id of its own";
  const std::string trace =
      (caller.trace_id().is_valid() ? " the trace " + caller.trace_id().to_string()
                                    : " the caller's trace") +
      which;
  return detail::difference_matcher(
      "continues" + trace, "does not continue" + trace, [caller, parent](const auto& value) {
        return detail::continuing_difference(detail::said_by_value(value), caller, parent);
      });
}

/// Another trace begins: another trace-id and parent-id, and nothing of the caller's tracestate.
/// The caller must name a trace.
inline auto RestartsTrace(const Context& caller) {
  const std::string trace =
      " another trace than the caller's" +
      (caller.trace_id().is_valid() ? " " + caller.trace_id().to_string() : "");
  return detail::difference_matcher(
      "begins" + trace, "does not begin" + trace, [caller](const auto& value) {
        return detail::restarting_difference(detail::said_by_value(value), caller);
      });
}

/// No trace is named, not even by a field that cannot be read.
inline auto HasNoTrace() {
  return detail::difference_matcher("names no trace", "names a trace", [](const auto& value) {
    return detail::no_trace_difference(detail::said_by_value(value));
  });
}

/// The baggage has these members, in any order, and no others, and all of it can be read. Values
/// are as they were set, without escapes; properties are not compared.
///
///     EXPECT_THAT(headers, BaggageIs({{"user", "Amélie"}, {"tenant", "7"}}));
inline auto BaggageIs(FieldList members) {
  std::string list;
  for (const auto& [key, value] : members) {
    list += (list.empty() ? "" : ", ") + shown(key) + " = " + shown(value);
  }
  const bool is_none = members.empty();
  return detail::difference_matcher(
      is_none ? "has no baggage" : "has the baggage " + list,
      is_none ? "has some baggage" : "does not have the baggage " + list,
      [members = std::move(members)](const auto& value) {
        return detail::baggage_difference(detail::said_by_value(value), members);
      });
}

// ---- Recorded spans: of a RecordingTracer, or a vector of RecordedSpan ----

/// All spans are of one tree, which has one root. A root's parent may be a caller's span. Ask when
/// all have ended: a span whose parent has not is of no tree yet.
inline auto IsOneTree() {
  return detail::difference_matcher("is one tree of spans", "is not one tree of spans",
                                    [](const auto& spans) { return Spans(spans).tree_fault(); });
}

/// Each span's parent is there, ended or not, or a caller's, or there is none.
inline auto HasNoOrphans() {
  return detail::difference_matcher("has no span whose parent is missing",
                                    "has a span whose parent is missing",
                                    [](const auto& spans) { return Spans(spans).orphan_fault(); });
}

/// Each span has ended, and has ended once. Of a RecordingTracer.
inline auto AllEnded() {
  return detail::difference_matcher(
      "has spans that all have ended once", "has a span that has not ended once",
      [](const RecordingTracer& tracer) { return Spans(tracer).end_fault(); });
}

}  // namespace baton::testing

namespace baton {

/// What GoogleTest shows of a context.
inline void PrintTo(const Context& context, std::ostream* out) { *out << testing::shown(context); }

inline void PrintTo(const RecordingTracer& tracer, std::ostream* out) {
  const std::size_t number = tracer.ended().size();
  *out << "a RecordingTracer with " << number << (number == 1 ? " span" : " spans");
}

inline void PrintTo(const RecordedSpan& span, std::ostream* out) {
  *out << "the span " << testing::shown(span.name) << " (" << to_string(span.kind) << ')';
}

}  // namespace baton
