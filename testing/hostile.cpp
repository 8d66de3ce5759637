// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/hostile.hpp"

#include <algorithm>

#include "baton/registry.hpp"
#include "baton/testing/mutation.hpp"
#include "testing/characters.hpp"
#include "testing/names.hpp"

namespace baton::testing {
namespace {

/// The context of the examples in the specifications.
Context example_context() {
  SpanContext span;
  span.trace_id = TraceId(0x4bf92f3577b34da6, 0xa3ce929d0e0e4736);
  span.span_id = SpanId(0x00f067aa0ba902b7);
  span.flags = TraceFlags(TraceFlags::sampled_bit);
  span.is_remote = true;
  if (auto state =
          TraceState::parse("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE,dd=s:2;o:rum;t.dm:-4")) {
    span.trace_state = *std::move(state);
  }
  Context context;
  context.set_span_context(std::move(span), Sampling::sample);
  context.set_baggage(Baggage::parse("userId=Am%C3%A9lie;ttl=60;internal,plan=gold"));
  return context;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (; times > 0; --times) out += text;
  return out;
}

std::string numbered(std::size_t number) { return "k" + std::to_string(number); }

/// The cases of one format, each with words of its own.
class Catalog {
 public:
  explicit Catalog(const FormatTraits& traits)
      : traits_(&traits), valid_(fields_for(traits.name, example_context())) {}

  std::vector<HostileRequest> make() {
    add_mutations();
    add_counts();
    for (const std::string& name : names()) {
      add_sizes(name);
      add_texts(name);
      if (is_list(name)) add_lists(name);
    }
    for (const std::string_view prefix : traits_->prefixes) add_family(std::string(prefix));
    add_contradictions();
    return std::move(cases_);
  }

 private:
  /// Of the fields that the format writes or reads, and one of each family.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names(traits_->fields.begin(), traits_->fields.end());
    for (const std::string_view prefix : traits_->prefixes) {
      names.push_back(std::string(prefix) + "key");
    }
    return names;
  }

  void add(std::string words, FieldList fields) {
    cases_.push_back({std::string(traits_->name), std::move(words), std::move(fields)});
  }

  /// The valid fields, but this one has that value.
  void add_value(const std::string& name, const std::string& words, std::string value) {
    FieldList fields = valid_;
    std::erase_if(fields, [&](const auto& field) { return is_named(field.first, name); });
    fields.emplace_back(name, std::move(value));
    add(name + ": " + words, std::move(fields));
  }

  void add_mutations() {
    for (const Mutation mutation : all_mutations()) {
      std::vector<std::string_view> seen;
      for (std::uint64_t seed = 0; seed < 12; ++seed) {
        Draw draw(seed);
        auto mutated = mutate(valid_, mutation, draw);
        if (!mutated) continue;
        const auto same = std::find_if(valid_.begin(), valid_.end(), [&](const auto& field) {
          return field.first == mutated->field;
        });
        if (same == valid_.end()) continue;
        if (std::find(seen.begin(), seen.end(), same->first) != seen.end()) continue;
        seen.push_back(same->first);  // once in each field
        add(mutated->words(), std::move(mutated->fields));
      }
    }
  }

  void add_counts() {
    for (const auto& [name, value] : valid_) {
      if (value.size() > 200) continue;
      add(name + ": 1,000 times the same field", FieldList(1000, {name, value}));
      FieldList fields;
      for (std::size_t i = 0; i < 1000; ++i) fields.emplace_back(name, "");
      add(name + ": 1,000 empty fields", std::move(fields));
    }
    FieldList others;
    for (std::size_t i = 0; i < 1000; ++i) {
      others.emplace_back("x-" + std::to_string(i) + "-traceparent", "x");
    }
    others.insert(others.end(), valid_.begin(), valid_.end());
    add("all fields: behind 1,000 others", std::move(others));
  }

  void add_sizes(const std::string& name) {
    add_value(name, "65,536 digits", repeated("0123456789abcdef", 4096));
    add_value(name, "65,536 zeros", std::string(65536, '0'));
    add_value(name, "65,536 blanks", std::string(65536, ' '));
    add_value(name, "8,191 hyphens", std::string(8191, '-'));
    add_value(name, "8,192 percent signs", std::string(8192, '%'));
    add_value(name, "8,193 equals signs", std::string(8193, '='));
  }

  void add_texts(const std::string& name) {
    std::string bytes;
    for (int byte = 1; byte < 256; ++byte) {
      if (byte != '\n' && byte != '\r') bytes += static_cast<char>(byte);
    }
    add_value(name, "all bytes", bytes);
    add_value(name, "a raw line break and a field", "x\r\nInjected: 1");
    add_value(name, "a raw line feed", "x\nInjected: 1");
    add_value(name, "a folded value", "x\r\n x");
    add_value(name, "a zero byte alone", std::string(1, '\0'));
    add_value(name, "a byte order mark", "\xEF\xBB\xBFx");
    add_value(name, "UTF-8 that is cut off", "x\xE2\x82");
    add_value(name, "UTF-8 that is too long", "\xC0\xAF\xE0\x80\xAF\xF0\x80\x80\xAF");
    add_value(name, "half a surrogate pair", "\xED\xA0\x80");
    add_value(name, "a control sequence for terminals", "\x1b]0;title\x07\x1b[31mred");
    add_value(name, "a format of printf", "%s%s%s%n%x");
    add_value(name, "a lookup of a logger", "${jndi:ldap://127.0.0.1/a}");
    add_value(name, "a quote of SQL", "' OR '1'='1' --");
    add_value(name, "a command of a shell", "$(echo harm)`echo harm`;echo harm");
    add_value(name, "markup", "<script>alert(1)</script>");
    add_value(name, "an encoded word", "=?utf-8?q?=41?=");
    add_value(name, "the word null", "null");
  }

  void add_lists(const std::string& name) {
    const auto list = [](std::size_t count, auto member) {
      std::string text;
      for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) text += ',';
        text += member(i);
      }
      return text;
    };
    add_value(name, "1,000 members", list(1000, [](std::size_t i) { return numbered(i) + "=v"; }));
    add_value(name, "1,000 members of one key", list(1000, [](std::size_t) { return "k=v"; }));
    add_value(name, "1,000 bad members", list(1000, [](std::size_t) { return "k"; }));
    add_value(name, "32,768 empty members", std::string(32767, ','));
    add_value(name, "16,384 blank members", repeated(" ,\t,", 8191) + " ,\t");
    add_value(name, "a key of 65,536 characters", std::string(65536, 'k') + "=v");
    add_value(name, "a value of 65,536 characters", "k=" + std::string(65536, 'v'));
    add_value(name, "a good member behind 8,190 blanks", std::string(8190, ' ') + "k=v");
    if (is_baggage_list(name)) {
      add_value(name, "a member of 1,000 properties", "k=v" + repeated(";p=q", 1000));
      add_value(name, "1,000 empty properties", "k=v" + std::string(1000, ';'));
      add_value(name, "2,600 escapes", "k=" + repeated("%0D", 2600));
      add_value(name, "2,600 escapes of percent signs", "k=" + repeated("%25", 2600));
      add_value(name, "a bad escape 4,000 times", "k=" + repeated("%z", 4000));
      add_value(name, "an escape that a comma ends", "k=%4,m=v");
    }
    FieldList fields = valid_;
    for (std::size_t i = 0; i < 1000; ++i) fields.emplace_back(name, numbered(i) + "=v");
    add(name + ": 1,000 fields with a member each", std::move(fields));
  }

  void add_family(const std::string& prefix) {
    FieldList many = valid_;
    FieldList cased = valid_;
    for (std::size_t i = 0; i < 1000; ++i) {
      many.emplace_back(prefix + numbered(i), "v");
      std::string key(10, 'k');
      for (std::size_t bit = 0; bit < key.size(); ++bit) {
        if ((i >> bit & 1) != 0) key[bit] = 'K';
      }
      cased.emplace_back(prefix + key, "v");
    }
    add(prefix + ": 1,000 fields of the family", std::move(many));
    add(prefix + ": 1,000 fields whose names differ only in case", std::move(cased));
    const auto one = [&](const std::string& words, std::string name, std::string value) {
      FieldList fields = valid_;
      fields.emplace_back(std::move(name), std::move(value));
      add(prefix + ": " + words, std::move(fields));
    };
    one("a name without a key", prefix, "v");
    one("a key of 32,768 characters", prefix + std::string(32768, 'k'), "v");
    one("an escape in a key", prefix + "%0d%0a", "v");
    one("a key that is no token", prefix + "a(b)", "v");
  }

  void add_contradictions() {
    FieldList fields;
    FieldList own;  // come last
    std::uint64_t number = 0;
    for (const RegisteredPropagator& known : registered_propagators()) {
      Context context = example_context();
      SpanContext span = context.span_context();
      span.trace_id = TraceId(0, ++number);
      context.set_span_context(std::move(span), Sampling::sample);
      for (auto& field : fields_for(known.traits.name, context)) {
        (traits_->owns(field.first) ? own : fields).push_back(std::move(field));
      }
    }
    fields.insert(fields.end(), own.begin(), own.end());
    add("all formats: each with another trace", std::move(fields));
  }

  const FormatTraits* traits_;
  FieldList valid_;
  std::vector<HostileRequest> cases_;
};

bool is_within_limits(const FieldList& fields) {
  if (fields.size() > max_hostile_fields) return false;
  std::size_t bytes = 0;
  for (const auto& [name, value] : fields) bytes += name.size() + value.size();
  return bytes <= max_hostile_bytes;
}

/// A field of the format; of a family, one with a key of its own.
std::string some_name(const FormatTraits& traits, Draw& draw) {
  const std::size_t count = traits.fields.size() + traits.prefixes.size();
  const std::size_t at = draw.number(0, count - 1);
  if (at < traits.fields.size()) return std::string(traits.fields[at]);
  return std::string(traits.prefixes[at - traits.fields.size()]) + draw.text_of("aAbB-", 2);
}

/// Changes the fields, and says how; says nothing if they are what they were.
std::string attack(const FormatTraits& traits, FieldList& fields, Draw& draw) {
  switch (draw.number(0, 7)) {
    case 0: {  // bytes
      const std::string name = some_name(traits, draw);
      fields.emplace_back(name, draw.bytes(draw.one_in(8) ? 8192 : 64));
      return name + ": another field, of any bytes";
    }
    case 1: {  // a size
      const std::string name = some_name(traits, draw);
      const std::size_t size = draw.number(1, draw.one_in(8) ? 65536 : 600);
      const std::string piece = draw.text_of("abz09AZ,;=%-:/ \t", draw.number(1, 4));
      std::string value = repeated(piece, size / piece.size() + 1);
      value.resize(size);
      fields.emplace_back(name, std::move(value));
      return name + ": another field, of " + std::to_string(size) +
             (size == 1 ? " byte" : " bytes");
    }
    case 2: {  // a count
      if (fields.empty()) return "";
      const auto field = fields[draw.number(0, fields.size() - 1)];
      const std::size_t count = draw.number(2, draw.one_in(8) ? 1000 : 20);
      if (field.second.size() > 200) return "";
      fields.insert(fields.end(), count, field);
      return field.first + ": " + std::to_string(count) + " times more";
    }
    case 3: {  // another sender
      for (auto& field : draw_valid_fields(traits.name, draw).fields) {
        fields.push_back(std::move(field));
      }
      return "all fields: those of another context, too";
    }
    default: {
      const auto& mutations = all_mutations();
      const Mutation mutation = mutations[draw.number(0, mutations.size() - 1)];
      auto mutated = mutate(fields, mutation, draw);
      if (!mutated) return "";
      std::string words = mutated->words();
      fields = std::move(mutated->fields);
      return words;
    }
  }
}

}  // namespace

std::vector<HostileRequest> hostile_catalog(std::string_view format) {
  const RegisteredPropagator* const known = find_format(format);
  return known != nullptr ? Catalog(known->traits).make() : std::vector<HostileRequest>();
}

HostileRequest draw_hostile_request(std::string_view format, Draw& draw) {
  HostileRequest request{std::string(format), "", {}};
  const RegisteredPropagator* const known = find_format(format);
  if (known == nullptr) return request;
  request.fields = draw_valid_fields(format, draw).fields;
  for (std::size_t changes = draw.number(1, 4); changes > 0; --changes) {
    FieldList fields = request.fields;
    const std::string words = attack(known->traits, fields, draw);
    // What passes the limits is not made at all: its words would not be true of a part.
    if (words.empty() || !is_within_limits(fields)) continue;
    request.attacks += (request.attacks.empty() ? "" : "; ") + words;
    request.fields = std::move(fields);
  }
  if (request.attacks.empty()) {
    request.fields.emplace_back(some_name(known->traits, draw), "");
    request.attacks = "another field, empty";
  }
  return request;
}

bool fits_http(const FieldList& fields) noexcept {
  return std::all_of(fields.begin(), fields.end(), [](const auto& field) {
    return !field.first.empty() &&
           std::all_of(field.first.begin(), field.first.end(), detail::is_token_character) &&
           field.second.find_first_of("\r\n\0"sv) == std::string::npos;
  });
}

}  // namespace baton::testing
