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
template <bool without_case, bool is_last>
struct CppCarrier {
  static constexpr bool names_without_case = without_case;
  static constexpr bool last_field_counts = is_last;

  const std::vector<Field>& all;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    std::optional<std::string_view> found;
    get_all(name, [&](std::string_view value) {
      found = value;
      return is_last;
    });
    return found;
  }
  void get_all(std::string_view name, baton::TextVisitor visit) const {
    for (const auto& [other, value] : all) {
      const bool is_same =
          without_case ? baton::detail::equals_ignoring_case(other, name) : other == name;
      if (is_same && !visit(value)) return;
    }
  }
  void keys(baton::TextVisitor visit) const {
    for (const auto& [name, value] : all) {
      if (!visit(name)) return;
    }
  }
};

baton::Context read_in_cpp(const baton::PropagatorChain& chain, const std::vector<Field>& fields,
                           std::uint32_t flags, baton::ExtractReport& report) {
  const bool is_last = (flags & BATON_LAST_FIELD_COUNTS) != 0;
  if ((flags & BATON_NAMES_WITHOUT_CASE) != 0) {
    return is_last ? chain.extract(CppCarrier<true, true>{fields}, &report)
                   : chain.extract(CppCarrier<true, false>{fields}, &report);
  }
  return is_last ? chain.extract(CppCarrier<false, true>{fields}, &report)
                 : chain.extract(CppCarrier<false, false>{fields}, &report);
}

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

/// One chain of all formats, in both languages.
struct Chains {
  baton::PropagatorChain cpp;
  std::unique_ptr<baton_chain, Free> c;

  explicit Chains(bool first_match) : cpp(laws::chain_of(laws::all_formats(), first_match)) {
    const std::string names = oracle::join(laws::all_formats(), ",");
    baton_chain_options options = BATON_INIT(baton_chain_options);
    options.extract = names.c_str();
    options.policy = first_match ? BATON_FIRST_MATCH : BATON_LAST_WINS;
    baton_chain* made = nullptr;
    require(baton_chain_new(&options, &made, nullptr, 0) == BATON_OK, "the formats are known");
    c.reset(made);
  }
};

Context read(const baton_chain* chain, std::vector<Field>& fields) {
  baton_reader reader = BATON_INIT(baton_reader);
  reader.each = each;
  reader.carrier = &fields;
  reader.flags = BATON_NAMES_WITHOUT_CASE;
  Context context = new_context();
  require(baton_extract(chain, &reader, context.get(), nullptr, nullptr) == BATON_OK,
          "what was sent is read");
  return context;
}

std::vector<Field> write(const baton_chain* chain, const baton_context* context) {
  std::vector<Field> fields;
  baton_writer writer = BATON_INIT(baton_writer);
  writer.set = set;
  writer.erase = erase;
  writer.carrier = &fields;
  require(baton_inject(chain, context, &writer, nullptr, 0) == BATON_OK, "it can be sent");
  return fields;
}

/// C sends what C++ sends, and a context that has been sent can be sent again.
void check_sent(const Chains& chains, const baton_context* context,
                const baton::Context& expected) {
  std::vector<Field> sent = write(chains.c.get(), context);
  oracle::Fields sent_by_cpp;
  chains.cpp.inject(expected, sent_by_cpp);
  require(sent.size() == sent_by_cpp.entries().size(), "C++ sends as many fields");
  for (const auto& [name, value] : sent) {
    require(sent_by_cpp.first(name) == value, "C++ sends the same field");
  }
  const Context received = read(chains.c.get(), sent);
  std::vector<Field> again = write(chains.c.get(), received.get());
  require(baton_context_equals(received.get(), read(chains.c.get(), again).get()) == 1,
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

}  // namespace

/// The choice has the flags of the carrier, whether it is an array or a callback, and the policy.
/// Lines of a name and a value follow.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Used again and again, as in a server.
  static const std::array<Chains, 2> all{Chains(false), Chains(true)};
  static const Context context = new_context();
  static const std::unique_ptr<baton_report, Free> report = [] {
    baton_report* made = nullptr;
    require(baton_report_new(&made) == BATON_OK, "there is memory");
    return std::unique_ptr<baton_report, Free>(made);
  }();

  const fuzz::Input input(data, size);
  const std::size_t choice = input.choice();
  const Chains& chains = all[choice / 2 % 2];
  std::vector<Field> fields;
  std::vector<baton_field> array;
  const oracle::Fields given = input.named_fields();
  for (const auto& [name, value] : given.entries()) {
    fields.emplace_back(name, std::string(value.data(), value.size()));
  }
  for (const auto& [name, value] : fields) {
    array.push_back({name.data(), name.size(), value.data(), value.size()});
  }
  baton_reader reader = BATON_INIT(baton_reader);
  if (choice % 2 != 0) {
    reader.each = each;
    reader.carrier = &fields;
  } else {
    reader.fields = array.data();
    reader.field_count = array.size();
  }
  if (choice / 4 % 2 == 0) reader.flags |= BATON_NAMES_WITHOUT_CASE;
  if (choice / 8 % 2 != 0) reader.flags |= BATON_LAST_FIELD_COUNTS;
  require(baton_extract(chains.c.get(), &reader, context.get(), report.get(), nullptr) == BATON_OK,
          "no field is an error");

  baton::ExtractReport expected_report;
  const baton::Context expected = read_in_cpp(chains.cpp, fields, reader.flags, expected_report);
  require_same_context(context.get(), expected);
  require_same_report(report.get(), expected_report);
  check_sent(chains, context.get(), expected);
  check_setters(context.get(), expected);
  return 0;
}
