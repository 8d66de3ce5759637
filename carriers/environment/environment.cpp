// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "baton/detail/ascii.hpp"
#include "core/extraction_counter.hpp"

extern "C" char** environ;  // NOLINT(readability-redundant-declaration): in no header of POSIX

namespace baton::environment {
namespace {

using detail::is_digit;

constexpr char to_variable(char c) noexcept {
  if (detail::is_lower_letter(c)) return static_cast<char>(c - 'a' + 'A');
  return detail::is_letter_or_digit(c) ? c : '_';
}

/// The value of an entry if it is that of the field; else null.
constexpr const char* value_of(const char* entry, std::string_view field) noexcept {
  if (field.empty()) field = "_";
  if (is_digit(field.front()) && *entry++ != '_') return nullptr;
  for (const char c : field) {
    if (*entry++ != to_variable(c)) return nullptr;  // also at the end of the entry
  }
  return *entry == '=' ? entry + 1 : nullptr;
}

/// The name of an entry if it is the variable of a field; else empty.
constexpr std::string_view name_of(const char* entry) noexcept {
  if (is_digit(*entry)) return {};
  const char* end = entry;
  while (*end == to_variable(*end)) ++end;
  return *end == '=' ? std::string_view(entry, end) : std::string_view();
}

std::span<const char* const> span_of(const char* const* list) noexcept {
  std::size_t size = 0;
  while (list != nullptr && list[size] != nullptr) ++size;
  return {list, size};
}

}  // namespace

std::string variable_name(std::string_view field) {
  std::string name;
  if (field.empty() || is_digit(field.front())) name = "_";
  for (const char c : field) name += to_variable(c);
  return name;
}

ListCarrier::ListCarrier() noexcept : ListCarrier(environ) {}

ListCarrier::ListCarrier(const char* const* list) noexcept : list_(span_of(list)) {}

std::optional<std::string_view> ListCarrier::get(std::string_view name) const noexcept {
  for (const char* const entry : list_) {
    const char* const value = entry != nullptr ? value_of(entry, name) : nullptr;
    if (value != nullptr) return value;
  }
  return std::nullopt;
}

void ListCarrier::get_all(std::string_view name, TextVisitor visit) const {
  if (const auto value = get(name)) visit(*value);
}

void ListCarrier::keys(TextVisitor visit) const {
  for (const char* const entry : list_) {
    const std::string_view name = entry != nullptr ? name_of(entry) : std::string_view();
    if (!name.empty() && !visit(name)) return;
  }
}

Environment::Environment(const char* const* list) : Environment(span_of(list)) {}

Environment::Environment(std::span<const char* const> list) {
  std::size_t size = 0;
  for (const char* const entry : list) size += entry != nullptr ? std::strlen(entry) + 1 : 0;
  copied_ = std::make_unique_for_overwrite<char[]>(size);
  entries_.reserve(list.size() + 1);
  char* end = copied_.get();
  for (const char* const entry : list) {
    if (entry == nullptr) continue;
    entries_.push_back(end);
    end = std::copy_n(entry, std::strlen(entry) + 1, end);
  }
  entries_.push_back(nullptr);
}

Environment Environment::copy() { return Environment(environ); }

char* const* Environment::envp() const noexcept {
  static constexpr char* none = nullptr;
  return entries_.empty() ? &none : entries_.data();
}

std::span<const char* const> Environment::list() const noexcept {
  return {envp(), entries_.empty() ? 0 : entries_.size() - 1};
}

void Environment::set(std::string_view name, std::string_view value) {
  if (value.find('\0') != std::string_view::npos) return erase(name);
  // Copied first: name and value may be views into entries that are erased below.
  const std::string variable = variable_name(name);
  Entry entry = std::make_unique_for_overwrite<char[]>(variable.size() + value.size() + 2);
  char* end = std::copy(variable.begin(), variable.end(), entry.get());
  *end++ = '=';
  *std::copy(value.begin(), value.end(), end) = '\0';

  erase(variable);
  written_.push_back(std::move(entry));
  if (entries_.empty()) entries_.push_back(nullptr);
  entries_.insert(entries_.end() - 1, written_.back().get());
}

void Environment::erase(std::string_view name) {
  erase_if([variable = variable_name(name)](const char* entry) {
    return value_of(entry, variable) != nullptr;
  });
}

template <class Test>
void Environment::erase_if(Test is_gone) {
  std::erase_if(entries_, [&](const char* entry) { return entry != nullptr && is_gone(entry); });
  std::erase_if(written_, [&](const Entry& entry) { return is_gone(entry.get()); });
}

void inject(Environment& environment, const Context& context, const InjectOptions& options) {
  const PropagatorChain& chain = options.chain;
  for (const std::string_view prefix : chain.prefixes()) {
    environment.erase_if([begin = variable_name(prefix)](const char* entry) {
      return name_of(entry).starts_with(begin);
    });
  }
  chain.inject(context, environment, options.destination);
  // The process reads it as well, and would inherit ours: in a Lambda function, that of the
  // runtime.
  const auto copy_to_variable = [&](const PropagatorChain::Entry& format) {
    const FormatTraits& traits = format->traits();
    if (traits.variable.empty()) return;
    if (const auto value = environment.get(traits.fields.front())) {
      environment.set(traits.variable, *value);
    } else {
      environment.erase(traits.variable);
    }
  };
  std::ranges::for_each(chain.readers(), copy_to_variable);
  std::ranges::for_each(chain.writers(), copy_to_variable);
}

Span internal::start_call(const SendOptions& options) {
  Context parent = current();
  SpanContext link;
  if (detail::scopes_of_thread().innermost == nullptr) {
    const detail::ExtractionCounter::Pause pause;  // nobody has called us
    parent = extract({options.chain, nullptr, &link});
  }
  if (options.tracer == nullptr) return Span(nullptr, {.parent = parent});
  return span_facts(SpanKind::client)
      .start(*options.tracer, parent, options.span_name,
             {&link, link.is_valid() ? std::size_t{1} : std::size_t{0}});
}

detail::SpanFacts internal::span_facts(SpanKind kind) {
  detail::SpanFacts facts;
  facts.kind = kind;
  if (kind == SpanKind::client) {
    facts.name = "exec";
    return facts;
  }
#ifdef __linux__
  facts.name = ::program_invocation_short_name;
  facts.attributes.add("process.executable.name", ::program_invocation_short_name);
#else
  facts.name = "process";
#endif
  facts.attributes.add("process.pid", std::int64_t{::getpid()});
  return facts;
}

}  // namespace baton::environment
