// SPDX-License-Identifier: Apache-2.0
#include <baton/baton.h>

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "baton/detail/ascii.hpp"
#include "fuzz/input.hpp"
#include "laws/chain_laws.hpp"
#include "laws/require.hpp"

namespace {

using laws::require;
using laws::require_same;
using Field = std::pair<std::string, std::string>;

std::string text_of(baton_text text) { return {text.data, text.size}; }

struct Free {
  void operator()(baton_chain* chain) const { baton_chain_free(chain); }
  void operator()(baton_context* context) const { baton_context_free(context); }
  void operator()(baton_report* report) const { baton_report_free(report); }
};
using Context = std::unique_ptr<baton_context, Free>;

Context new_context() {
  baton_context* context = nullptr;
  require(baton_context_new(&context) == BATON_OK, "there is memory");
  return Context(context);
}

void each(void* carrier, baton_visit visit, void* sink) {
  for (const auto& [name, value] : *static_cast<const std::vector<Field>*>(carrier)) {
    if (visit(sink, name.data(), name.size(), value.data(), value.size()) != 0) return;
  }
}

void remove(std::vector<Field>& fields, std::string_view name) {
  std::erase_if(fields, [name](const Field& field) { return field.first == name; });
}
std::int32_t set(void* carrier, const char* name, std::size_t name_size, const char* value,
                 std::size_t value_size) {
  auto& fields = *static_cast<std::vector<Field>*>(carrier);
  remove(fields, {name, name_size});
  fields.emplace_back(std::string(name, name_size), std::string(value, value_size));
  return 0;
}
std::int32_t erase(void* carrier, const char* name, std::size_t name_size) {
  remove(*static_cast<std::vector<Field>*>(carrier), {name, name_size});
  return 0;
}

/// The same fields in C++, as the flags say.
template <std::uint32_t flags>
struct CppCarrier {
  static constexpr bool prefers_exact_names = (flags & BATON_EXACT_NAMES_FIRST) != 0;
  static constexpr bool names_without_case =
      prefers_exact_names || (flags & BATON_NAMES_WITHOUT_CASE) != 0;
  static constexpr bool last_field_counts = (flags & BATON_LAST_FIELD_COUNTS) != 0;
  static constexpr bool has_binary_fields = (flags & BATON_BINARY_FIELDS) != 0;

  const std::vector<Field>& all;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    const std::vector<std::string_view> values = find(name);
    if (values.empty()) return std::nullopt;
    return last_field_counts ? values.back() : values.front();
  }
  void get_all(std::string_view name, baton::TextVisitor visit) const {
    for (const std::string_view value : find(name)) {
      if (!visit(value)) return;
    }
  }
  void keys(baton::TextVisitor visit) const {
    for (const auto& [name, value] : all) {
      if (!visit(name)) return;
    }
  }

 private:
  [[nodiscard]] std::vector<std::string_view> find(std::string_view name) const {
    std::vector<std::string_view> values;
    if (!names_without_case || prefers_exact_names) {
      for (const auto& [other, value] : all) {
        if (other == name) values.emplace_back(value);
      }
    }
    if (!names_without_case || !values.empty()) return values;
    for (const auto& [other, value] : all) {
      if (baton::detail::equals_ignoring_case(other, name)) values.emplace_back(value);
    }
    return values;
  }
};

struct CppRequest {
  const baton::PropagatorChain& chain;
  const std::vector<Field>& fields;
  baton::ExtractReport& report;
  baton::Context& context;
  baton::SpanContext* link;  ///< null: into the context, which has something
};

template <std::uint32_t flags>
void read_in_cpp(const CppRequest& request) {
  const CppCarrier<flags> carrier{request.fields};
  if (request.link == nullptr) {
    request.chain.extract(carrier, request.context, &request.report);
    return;
  }
  baton::Received received = request.chain.receive(carrier, &request.report);
  request.context = received.context;
  *request.link = received.link;
}

constexpr std::uint32_t carrier_flags = BATON_NAMES_WITHOUT_CASE | BATON_EXACT_NAMES_FIRST |
                                        BATON_LAST_FIELD_COUNTS | BATON_BINARY_FIELDS;

template <std::size_t... flags>
constexpr auto make_table(std::index_sequence<flags...>) {
  return std::array{&read_in_cpp<static_cast<std::uint32_t>(flags)>...};
}
constexpr auto read_by_flags = make_table(std::make_index_sequence<carrier_flags + 1>());

/// A writer in C++ whose fields may hold bytes.
struct BinaryWriter {
  static constexpr bool has_binary_fields = true;

  oracle::Fields* fields;

  void set(std::string_view name, std::string_view value) const { fields->set(name, value); }
  void erase(std::string_view name) const { fields->erase(name); }
};

void require_same_context(const baton_context* context, const baton::Context& expected) {
  baton_span_context span = BATON_INIT(baton_span_context);
  require(baton_context_span_context(context, &span) == BATON_OK, "it has ids");
  const baton::SpanContext& ids = expected.span_context();
  require(baton::TraceId(std::span(span.trace_id)) == ids.trace_id, "the same trace id");
  require(baton::SpanId(std::span(span.span_id)) == ids.span_id, "the same span id");
  require(span.flags == ids.flags.bits(), "the same flags");
  require((span.is_remote != 0) == ids.is_remote, "both remote");
  require(span.sampling == static_cast<baton_sampling>(expected.sampling()), "the same decision");
  require_same(text_of(baton_context_tracestate(context)), ids.trace_state.header(),
               "the same tracestate");
  require_same(text_of(baton_context_baggage(context)), expected.baggage().header(),
               "the same baggage");
}

void require_same_report(const baton_report* report, const baton::ExtractReport& expected) {
  require_same(text_of(baton_report_format(report)), expected.format(), "the same winner");
  require_same(text_of(baton_report_disagreeing_format(report)), expected.disagreeing_format(),
               "the same conflict");
  require(baton_report_issue_count(report) == expected.issue_count(), "as many issues");
  std::size_t index = 0;
  for (const auto& [field, error] : expected.issues()) {
    baton_issue issue = BATON_INIT(baton_issue);
    require(baton_report_issue(report, index++, &issue) == BATON_OK, "each issue is kept");
    require_same(text_of(issue.field), field, "of the same field");
    require(issue.code == static_cast<std::uint32_t>(error.code), "with the same code");
    require(issue.offset == error.offset, "at the same place");
  }
}

constexpr std::string_view destination = "next.test";

/// One chain of all formats, in both languages.
struct Chains {
  baton::PropagatorChain cpp;
  std::unique_ptr<baton_chain, Free> c;
  bool has_rules;

  Chains(bool first_match, bool rules)
      : cpp(laws::chain_of(laws::all_formats(), first_match)), has_rules(rules) {
    const std::string names = oracle::join(laws::all_formats(), ",");
    baton_chain_options options = BATON_INIT(baton_chain_options);
    options.extract = names.c_str();
    options.policy = first_match ? BATON_FIRST_MATCH : BATON_LAST_WINS;
    if (rules) {
      options.destinations = "*.test: context baggage=a,k*";
      options.callers = "restart baggage=k*,user";
      cpp = cpp.with_trust({.destinations = {{"*.test", true, false, {"a", "k*"}}},
                            .callers = baton::CallerTrust::restart,
                            .callers_baggage = {{"k*", "user"}}});
    }
    baton_chain* made = nullptr;
    require(baton_chain_new(&options, &made, nullptr, 0) == BATON_OK, "the formats are known");
    c.reset(made);
  }
};

Context read(const baton_chain* chain, std::vector<Field>& fields, std::uint32_t is_binary) {
  baton_reader reader = BATON_INIT(baton_reader);
  reader.each = each;
  reader.carrier = &fields;
  reader.flags = BATON_NAMES_WITHOUT_CASE | is_binary;
  Context context = new_context();
  require(baton_extract(chain, &reader, context.get(), nullptr, nullptr) == BATON_OK,
          "what was sent is read");
  return context;
}

std::vector<Field> write(const baton_chain* chain, const baton_context* context,
                         std::uint32_t is_binary) {
  std::vector<Field> fields;
  baton_writer writer = BATON_INIT(baton_writer);
  writer.set = set;
  writer.erase = erase;
  writer.carrier = &fields;
  writer.flags = is_binary;
  require(baton_inject(chain, context, &writer, destination.data(), destination.size()) == BATON_OK,
          "it can be sent");
  return fields;
}

/// C sends what C++ sends, and a context that has been sent can be sent again.
void check_sent(const Chains& chains, const baton_context* context, const baton::Context& expected,
                std::uint32_t is_binary) {
  std::vector<Field> sent = write(chains.c.get(), context, is_binary);
  oracle::Fields sent_by_cpp;
  if (is_binary != 0) {
    chains.cpp.inject(expected, BinaryWriter{&sent_by_cpp}, destination);
  } else {
    chains.cpp.inject(expected, sent_by_cpp, destination);
  }
  require(sent.size() == sent_by_cpp.entries().size(), "C++ sends as many fields");
  for (const auto& [name, value] : sent) {
    require(sent_by_cpp.first(name) == value, "C++ sends the same field");
  }
  if (chains.has_rules) return;
  const Context received = read(chains.c.get(), sent, is_binary);
  std::vector<Field> again = write(chains.c.get(), received.get(), is_binary);
  require(again == sent || baton_context_equals(received.get(),
                                                read(chains.c.get(), again, is_binary).get()) == 1,
          "a context that has been sent can be sent again");
}

/// What can be asked of a context can be set in another one.
void check_setters(const baton_context* context, const baton::Context& expected) {
  const Context copy = new_context();
  baton_span_context span = BATON_INIT(baton_span_context);
  require(baton_context_span_context(context, &span) == BATON_OK, "it has ids");
  require(baton_context_set_span_context(copy.get(), &span) == BATON_OK, "ids can be set");
  const baton_text state = baton_context_tracestate(context);
  require(baton_context_set_tracestate(copy.get(), state.data, state.size, nullptr) == BATON_OK,
          "a tracestate can be set");
  const auto add = [](void* to, const baton_member* member) {
    return baton_context_set_baggage_member(static_cast<baton_context*>(to), member, nullptr);
  };
  require(baton_context_visit_baggage(context, add, copy.get()) == BATON_OK, "baggage is visited");
  baton::Context without_baggage = expected;
  without_baggage.set_baggage({});
  std::string kept = text_of(baton_context_baggage(copy.get()));
  require(baton_context_set_baggage(copy.get(), nullptr, 0, nullptr) == BATON_OK, "it is erased");
  require_same_context(copy.get(), without_baggage);
  // Percent-encoding may make it longer than the limit.
  if (constexpr std::size_t most = 8192 / 3; expected.baggage().header().size() > most) return;
  const baton::Baggage baggage = baton::Baggage::parse(kept);
  require(baggage.size() == expected.baggage().size(), "each member is set");
  for (const baton::BaggageMember& member : expected.baggage()) {
    require(baggage.get(member.key()) == member.value(), "to the same value");
  }
}

constexpr std::string_view earlier_parent =
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view earlier_list = "earlier=1";

/// What a context has before a request is read into it.
void fill(baton_context* context) {
  const auto& parent = earlier_parent;
  const auto& list = earlier_list;
  require(
      baton_context_set_traceparent(context, parent.data(), parent.size(), nullptr) == BATON_OK &&
          baton_context_set_tracestate(context, list.data(), list.size(), nullptr) == BATON_OK &&
          baton_context_set_baggage(context, list.data(), list.size(), nullptr) == BATON_OK,
      "it can be filled");
}

/// The same in C++.
baton::Context make_earlier() {
  oracle::Fields fields;
  fields.add("traceparent", earlier_parent);
  fields.add("tracestate", earlier_list);
  fields.add("baggage", earlier_list);
  return laws::chain_of({"tracecontext", "baggage"}, false).extract(fields);
}

}  // namespace

/// The choice has whether the carrier is an array or a callback, the policy, the flags, and whether
/// there are trust rules. Lines of a name and a value follow.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Used again and again, as in a server.
  static const std::array<Chains, 4> all{Chains(false, false), Chains(true, false),
                                         Chains(false, true), Chains(true, true)};
  static const Context context = new_context();
  static const Context link = new_context();
  static const baton::Context earlier = make_earlier();
  static const std::unique_ptr<baton_report, Free> report = [] {
    baton_report* made = nullptr;
    require(baton_report_new(&made) == BATON_OK, "there is memory");
    return std::unique_ptr<baton_report, Free>(made);
  }();

  const fuzz::Input input(data, size);
  const std::size_t choice = input.choice();
  const auto chosen = [choice](std::size_t bit) { return choice / bit % 2 != 0; };
  const Chains& chains = all[(chosen(2) ? 1U : 0U) + (chosen(128) ? 2U : 0U)];
  std::vector<Field> fields;
  std::vector<baton_field> array;
  input.for_each_named(
      [&](std::string_view name, std::string_view value) { fields.emplace_back(name, value); });
  for (const auto& [name, value] : fields) {
    array.push_back({name.data(), name.size(), value.data(), value.size()});
  }
  baton_reader reader = BATON_INIT(baton_reader);
  if (chosen(1)) {
    reader.each = each;
    reader.carrier = &fields;
  } else {
    reader.fields = array.data();
    reader.field_count = array.size();
  }
  if (!chosen(4)) reader.flags |= BATON_NAMES_WITHOUT_CASE;
  if (chosen(8)) reader.flags |= BATON_LAST_FIELD_COUNTS;
  if (chosen(16)) reader.flags |= BATON_EXACT_NAMES_FIRST;
  if (chosen(32)) reader.flags |= BATON_BINARY_FIELDS;
  const bool is_filled = chosen(64);
  if (is_filled) reader.flags |= BATON_INTO_CONTEXT;

  fill(context.get());
  baton::Context expected = is_filled ? earlier : baton::Context();
  baton::ExtractReport expected_report;
  baton::SpanContext expected_link;
  read_by_flags[reader.flags & carrier_flags](
      {chains.cpp, fields, expected_report, expected, is_filled ? nullptr : &expected_link});
  require(baton_extract(chains.c.get(), &reader, context.get(), report.get(),
                        is_filled ? nullptr : link.get()) == BATON_OK,
          "no field is an error");
  require_same_context(context.get(), expected);
  require_same_report(report.get(), expected_report);
  if (!is_filled) {
    baton::Context linked;
    linked.set_span_context(expected_link);
    require_same_context(link.get(), linked);
  }
  check_sent(chains, context.get(), expected, reader.flags & BATON_BINARY_FIELDS);
  check_setters(context.get(), expected);
  return 0;
}
