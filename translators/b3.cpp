#include "baton/translators/b3.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "chars.hpp"

namespace baton {
namespace {

using detail::fail;

constexpr std::string_view single_field = "b3";
constexpr std::string_view trace_id_field = "x-b3-traceid";
constexpr std::string_view span_id_field = "x-b3-spanid";
constexpr std::string_view parent_id_field = "x-b3-parentspanid";
constexpr std::string_view sampled_field = "x-b3-sampled";
constexpr std::string_view flags_field = "x-b3-flags";

constexpr std::array single_fields{single_field};
constexpr std::array multi_fields{trace_id_field, span_id_field, parent_id_field, sampled_field,
                                  flags_field};

constexpr std::size_t short_trace_id_size = 16;

/// What either encoding says. Without ids it is a decision alone.
struct B3Context {
  TraceId trace_id;
  SpanId span_id;
  Sampling sampling = Sampling::defer;
};

expected<TraceId> parse_trace_id(std::string_view digits) noexcept {
  TraceId id;
  if (digits.size() == short_trace_id_size) {
    const expected<SpanId> low = SpanId::from_hex(digits);
    if (!low) return tl::unexpected(low.error());
    id = TraceId(0, low->value());
  } else {
    const expected<TraceId> whole = TraceId::from_hex(digits);
    if (!whole) return whole;
    id = *whole;
  }
  if (!id.is_valid()) return fail(ErrorCode::zero_trace_id, 0);
  return id;
}

expected<SpanId> parse_span_id(std::string_view digits) noexcept {
  const expected<SpanId> id = SpanId::from_hex(digits);
  if (id && !id->is_valid()) return fail(ErrorCode::zero_span_id, 0);
  return id;
}

std::optional<Sampling> parse_state(std::string_view text) noexcept {
  if (text == "1") return Sampling::sample;
  if (text == "0") return Sampling::drop;
  if (text == "d") return Sampling::debug;
  return std::nullopt;
}

/// An error of a part, told as an error of the whole that the part is cut from.
tl::unexpected<ParseError> fail_at(std::size_t part, ParseError error) noexcept {
  return fail(error.code, part + error.offset);
}

/// The part that begins at `begin` and ends before the next "-".
std::string_view part_at(std::string_view text, std::size_t begin) noexcept {
  return text.substr(begin, text.find('-', begin) - begin);
}

expected<B3Context> parse_single(std::string_view text) noexcept {
  B3Context result;
  if (text.empty()) return fail(ErrorCode::empty, 0);
  if (text.size() == 1) {
    const auto state = parse_state(text);
    if (!state) return fail(ErrorCode::bad_sampling_state, 0);
    result.sampling = *state;
    return result;
  }

  const std::string_view trace_id = part_at(text, 0);
  const auto parsed_trace_id = parse_trace_id(trace_id);
  if (!parsed_trace_id) return tl::unexpected(parsed_trace_id.error());
  result.trace_id = *parsed_trace_id;

  std::size_t at = trace_id.size() + 1;
  if (at > text.size()) return fail(ErrorCode::too_short, text.size());
  const std::string_view span_id = part_at(text, at);
  const auto parsed_span_id = parse_span_id(span_id);
  if (!parsed_span_id) return fail_at(at, parsed_span_id.error());
  result.span_id = *parsed_span_id;

  at += span_id.size() + 1;
  if (at > text.size()) return result;
  std::string_view parent = part_at(text, at);
  if (parent.size() != SpanId::hex_size) {
    const auto state = parse_state(parent);
    if (!state) return fail(ErrorCode::bad_sampling_state, at);
    result.sampling = *state;
    at += parent.size() + 1;
    if (at > text.size()) return result;
    parent = part_at(text, at);
  }
  if (const auto checked = SpanId::from_hex(parent); !checked) return fail_at(at, checked.error());
  at += parent.size();
  if (at != text.size()) return fail(ErrorCode::too_long, at);
  return result;
}

/// An error of a trimmed value, told as an error of the value as it came.
ParseError in_whole(std::string_view value, ParseError error) noexcept {
  const std::string_view text = detail::trim(value);
  if (text.empty()) return error;
  return {error.code, error.offset + static_cast<std::size_t>(text.data() - value.data())};
}

/// Whether `text` is `lowercase` in any case.
bool equals_ignoring_case(std::string_view text, std::string_view lowercase) noexcept {
  if (text.size() != lowercase.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((detail::upper_letters.contains(c) ? c - 'A' + 'a' : c) != lowercase[i]) return false;
  }
  return true;
}

/// The state of `x-b3-sampled`, which some write in words.
std::optional<Sampling> parse_sampled(std::string_view text) noexcept {
  if (text == "1" || equals_ignoring_case(text, "true")) return Sampling::sample;
  if (text == "0" || equals_ignoring_case(text, "false")) return Sampling::drop;
  return std::nullopt;
}

/// Reads the fields of the multi encoding. Nothing where none is there that says anything.
class MultiReader {
 public:
  MultiReader(CarrierReader carrier, ExtractReport* report) : carrier_(carrier), report_(report) {}

  Extracted read(B3Context& result) {
    const auto trace_id = get(trace_id_field);
    const auto span_id = get(span_id_field);
    const auto parent_id = get(parent_id_field);
    const auto sampled = get(sampled_field);
    const auto flags = get(flags_field);

    if (sampled) {
      const auto state = parse_sampled(*sampled);
      if (!state) {
        return reject(sampled_field,
                      {sampled->empty() ? ErrorCode::empty : ErrorCode::bad_sampling_state, 0});
      }
      result.sampling = *state;
    }
    if (flags && *flags == "1") result.sampling = Sampling::debug;

    if (parent_id) {
      if (const auto checked = SpanId::from_hex(*parent_id); !checked) {
        return reject(parent_id_field, checked.error());
      }
    }
    if (!trace_id && !span_id) {
      return result.sampling == Sampling::defer ? Extracted::nothing : Extracted::decision;
    }
    if (!trace_id) return reject(trace_id_field, {ErrorCode::missing_field, 0});
    if (!span_id) return reject(span_id_field, {ErrorCode::missing_field, 0});
    const auto parsed_trace_id = parse_trace_id(*trace_id);
    if (!parsed_trace_id) return reject(trace_id_field, parsed_trace_id.error());
    const auto parsed_span_id = parse_span_id(*span_id);
    if (!parsed_span_id) return reject(span_id_field, parsed_span_id.error());
    result.trace_id = *parsed_trace_id;
    result.span_id = *parsed_span_id;
    return Extracted::span_context;
  }

 private:
  std::optional<std::string_view> get(std::string_view field) const {
    auto value = carrier_.get(field);
    if (value) value = detail::trim(*value);
    return value;
  }

  Extracted reject(std::string_view field, ParseError error) const {
    if (report_ == nullptr) return Extracted::malformed;
    if (const auto value = carrier_.get(field)) error = in_whole(*value, error);
    report_->add(field, error);
    return Extracted::malformed;
  }

  CarrierReader carrier_;
  ExtractReport* report_;
};

}  // namespace

std::string_view B3Propagator::name() const noexcept {
  return options_.encoding == Encoding::single ? "b3" : "b3multi";
}

std::span<const std::string_view> B3Propagator::fields() const noexcept {
  if (options_.encoding == Encoding::single) return single_fields;
  return multi_fields;
}

Extracted B3Propagator::extract(CarrierReader carrier, Context& context,
                                ExtractReport* report) const {
  B3Context result;
  Extracted found = Extracted::nothing;
  const auto single = carrier.get(single_field);
  if (single) {
    if (const auto parsed = parse_single(detail::trim(*single))) {
      result = *parsed;
      found = result.trace_id.is_valid() ? Extracted::span_context : Extracted::decision;
    } else {
      if (report != nullptr) report->add(single_field, in_whole(*single, parsed.error()));
      found = Extracted::malformed;
    }
  }
  if (found <= Extracted::malformed) {
    found = std::max(found, MultiReader(carrier, report).read(result));
  }

  if (found == Extracted::span_context) {
    context.adopt(result.trace_id, result.span_id, result.sampling);
  } else if (found == Extracted::decision && !context.span_context().is_valid()) {
    context.set_sampling(result.sampling);
  }
  return found;
}

namespace {

/// The digits of a trace id as B3 sends them, in `buffer`.
std::string_view write_trace_id(TraceId id, bool may_be_short,
                                std::array<char, TraceId::hex_size>& buffer) noexcept {
  id.write_hex(buffer);
  const std::string_view digits(buffer.data(), buffer.size());
  return may_be_short && id.high() == 0 ? digits.substr(short_trace_id_size) : digits;
}

/// The state of the single encoding; empty for defer.
constexpr std::string_view single_state(Sampling sampling) noexcept {
  switch (sampling) {
    case Sampling::drop: return "0";
    case Sampling::sample: return "1";
    case Sampling::debug: return "d";
    case Sampling::defer: break;
  }
  return {};
}

void inject_single(const Context& context, CarrierWriter carrier, bool short_trace_ids) {
  const SpanContext& span_context = context.span_context();
  const std::string_view state = single_state(context.sampling());
  if (!span_context.is_valid()) {
    if (state.empty()) {
      carrier.erase(single_field);
    } else {
      carrier.set(single_field, state);
    }
    return;
  }

  std::array<char, TraceId::hex_size> trace_id_buffer;
  const std::string_view trace_id =
      write_trace_id(span_context.trace_id, short_trace_ids, trace_id_buffer);
  std::array<char, SpanId::hex_size> span_id;
  span_context.span_id.write_hex(span_id);

  std::array<char, TraceId::hex_size + 1 + SpanId::hex_size + 2> value;
  char* end = std::copy(trace_id.begin(), trace_id.end(), value.begin());
  *end++ = '-';
  end = std::copy(span_id.begin(), span_id.end(), end);
  if (!state.empty()) {
    *end++ = '-';
    *end++ = state.front();
  }
  carrier.set(single_field, {value.data(), static_cast<std::size_t>(end - value.data())});
}

void inject_multi(const Context& context, CarrierWriter carrier, bool short_trace_ids) {
  const SpanContext& span_context = context.span_context();
  if (span_context.is_valid()) {
    std::array<char, TraceId::hex_size> trace_id;
    carrier.set(trace_id_field, write_trace_id(span_context.trace_id, short_trace_ids, trace_id));
    std::array<char, SpanId::hex_size> span_id;
    span_context.span_id.write_hex(span_id);
    carrier.set(span_id_field, {span_id.data(), span_id.size()});
  } else {
    carrier.erase(trace_id_field);
    carrier.erase(span_id_field);
  }
  carrier.erase(parent_id_field);

  switch (context.sampling()) {
    case Sampling::drop: carrier.set(sampled_field, "0"); break;
    case Sampling::sample: carrier.set(sampled_field, "1"); break;
    case Sampling::debug:  // implies accept, so the flag goes alone
    case Sampling::defer: carrier.erase(sampled_field); break;
  }
  if (context.sampling() == Sampling::debug) {
    carrier.set(flags_field, "1");
  } else {
    carrier.erase(flags_field);
  }
}

}  // namespace

void B3Propagator::inject(const Context& context, CarrierWriter carrier) const {
  if (options_.encoding == Encoding::single) {
    inject_single(context, carrier, options_.short_trace_ids);
  } else {
    inject_multi(context, carrier, options_.short_trace_ids);
  }
}

}  // namespace baton
