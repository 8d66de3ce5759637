#include "baggage_fields.hpp"

#include <algorithm>

#include "chars.hpp"
#include "parsing.hpp"
#include "percent.hpp"

namespace baton::detail {

void BaggageFieldsReader::read_family(CarrierReader carrier, std::string_view prefix,
                                      Decoder decode) {
  carrier.keys([&](std::string_view name) {
    if (!starts_with_ignoring_case(name, prefix)) return true;
    const auto get_value = [&] { return decode(trim(carrier.get(name).value_or(""))); };
    return add(prefix, name.substr(prefix.size()), 0, get_value);
  });
}

void BaggageFieldsReader::read_list(CarrierReader carrier, std::string_view field) {
  if (is_full_) return;
  std::size_t instance = 0;
  carrier.get_all(field, [&](std::string_view list) {
    for (std::size_t begin = 0; begin < list.size();) {
      const std::string_view entry = list.substr(begin, list.find(',', begin) - begin);
      if (!add_entry(field, entry, instance + begin)) return false;
      begin += entry.size() + 1;
    }
    instance += list.size() + 1;
    return true;
  });
}

bool BaggageFieldsReader::add_entry(std::string_view field, std::string_view entry,
                                    std::size_t begin) {
  const std::string_view text = trim(entry);
  if (text.empty()) return true;
  begin += static_cast<std::size_t>(text.data() - entry.data());
  if (begin + text.size() > limits_.max_bytes) {
    fail(field, {ErrorCode::too_many_bytes, begin});
    return false;
  }
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    fail(field, {ErrorCode::missing_equals, begin + text.size()});
    return true;
  }
  const auto get_value = [&] { return trim(text.substr(equals + 1)); };
  return add(field, trim(text.substr(0, equals)), begin, get_value);
}

bool BaggageFieldsReader::add(std::string_view field, std::string_view key, std::size_t begin,
                              FunctionRef<std::string_view()> get_value) {
  const ParseError error = joiner_.add(key, get_value);
  if (error == no_error) {
    found_ = Extracted::baggage;
    return true;
  }
  fail(field, shifted(error, begin));
  is_full_ = error.code != ErrorCode::bad_key;
  return !is_full_;
}

void BaggageFieldsReader::fail(std::string_view field, ParseError error) {
  found_ = std::max(found_, Extracted::malformed);
  if (report_ != nullptr) report_->add(field, error);
}

Extracted BaggageFieldsReader::finish() {
  if (found_ == Extracted::baggage) context_.set_baggage(joiner_.finish());
  return found_;
}

void write_baggage_family(const Baggage& baggage, CarrierWriter carrier, std::string_view prefix,
                          BaggageEncoder encode) {
  if (baggage.empty()) return;
  std::string name(prefix);
  std::string bytes;
  std::string value;
  for (const BaggageMember& member : baggage) {
    name.resize(prefix.size());
    name += member.key();
    bytes.clear();
    append_bytes(member.raw_value(), bytes);
    value.clear();
    if (encode(bytes, value)) {
      carrier.set(name, value);
    } else {
      carrier.erase(name);
    }
  }
}

}  // namespace baton::detail
