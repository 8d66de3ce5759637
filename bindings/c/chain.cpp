// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "baton/baton.h"
#include "baton/configuration.hpp"
#include "baton/global.hpp"
#include "bindings/c/handle.hpp"
#include "bindings/c/sized.hpp"
#include "core/environment_variable.hpp"
#include "core/errors.hpp"
#include "core/trust_text.hpp"
#include "text/chars.hpp"

namespace {

using baton::c::guarded;
using baton::c::object;

constexpr std::uint32_t known_flags = BATON_B3_SHORT_TRACE_IDS | BATON_SAMPLING_IN_TRACESTATE;

/// Writes as much as there is room for, and a zero.
void write_message(std::string_view message, char* out, std::size_t capacity) noexcept {
  if (out == nullptr || capacity == 0) return;
  const std::size_t size = std::min(message.size(), capacity - 1);
  std::copy_n(message.begin(), size, out);
  out[size] = '\0';
}

std::string_view either(const char* text, std::string_view otherwise) noexcept {
  return text != nullptr ? std::string_view(text) : otherwise;
}

/// A list without a name counts as null.
std::string_view list(const char* text, std::string_view otherwise) noexcept {
  const std::string_view names = baton::detail::list_or_empty(either(text, ""));
  return !names.empty() ? names : otherwise;
}

baton::ConfiguredChain configure(const baton_chain_options& options) {
  baton::detail::Errors errors;
  baton::ChainConfiguration configuration;
  configuration.extract = list(options.extract, "tracecontext,baggage");
  configuration.inject = list(options.inject, configuration.extract);
  configuration.policy = static_cast<baton::ExtractionPolicy>(options.policy);
  configuration.options.b3_short_trace_ids = (options.flags & BATON_B3_SHORT_TRACE_IDS) != 0;
  configuration.options.sampling_in_tracestate =
      (options.flags & BATON_SAMPLING_IN_TRACESTATE) != 0;
  configuration.trust.destinations = baton::detail::parse_destinations(
      "destinations", baton::detail::trim(either(options.destinations, "")), errors);
  baton::detail::parse_callers("callers", baton::detail::trim(either(options.callers, "")),
                               configuration.trust, errors);
  baton::ConfiguredChain made = baton::make_chain(configuration);
  if (!made.error.empty()) errors.add(std::move(made.error));
  made.error = errors.text();
  return made;
}

}  // namespace

baton_error baton_chain_new(const baton_chain_options* options, baton_chain** chain, char* message,
                            size_t message_size) {
  write_message("", message, message_size);
  if (chain == nullptr) return BATON_ERROR_ARGUMENT;
  *chain = nullptr;
  const baton::c::Sized given(options);
  if (!given) return BATON_ERROR_SIZE;
  if (given->policy != BATON_LAST_WINS && given->policy != BATON_FIRST_MATCH) {
    return BATON_ERROR_ARGUMENT;
  }
  if ((given->flags & ~known_flags) != 0) return BATON_ERROR_ARGUMENT;
  return guarded([&] {
    baton::ConfiguredChain made = configure(*given);
    write_message(made.error, message, message_size);
    if (!made.error.empty()) return baton_error{BATON_ERROR_CONFIGURATION};
    return baton::c::give<baton::PropagatorChain>(chain, std::move(made.chain));
  });
}

baton_error baton_chain_from_environment(baton_chain** chain, char* message, size_t message_size) {
  write_message("", message, message_size);
  if (chain == nullptr) return BATON_ERROR_ARGUMENT;
  *chain = nullptr;
  return guarded([&] {
    baton::ConfiguredChain made = baton::make_chain_from_environment();
    write_message(made.error, message, message_size);
    const baton_error given = baton::c::give<baton::PropagatorChain>(chain, std::move(made.chain));
    if (given != BATON_OK || made.error.empty()) return given;
    return baton_error{BATON_ERROR_CONFIGURATION};
  });
}

const baton_chain* baton_chain_global(void) {
  const baton_chain* chain = nullptr;
  static_cast<void>(guarded([&] {
    chain = baton::c::handle(baton::global_chain());
    return baton_error{BATON_OK};
  }));
  return chain;
}

baton_error baton_chain_set_global(const baton_chain* chain) {
  if (chain == nullptr) return BATON_ERROR_ARGUMENT;
  return guarded([&] {
    baton::set_global_chain(object(*chain));
    return baton_error{BATON_OK};
  });
}

baton_error baton_chain_copy(const baton_chain* chain, baton_chain** copy) {
  if (copy == nullptr) return BATON_ERROR_ARGUMENT;
  if (chain == nullptr) {
    *copy = nullptr;
    return BATON_ERROR_ARGUMENT;
  }
  return baton::c::give<baton::PropagatorChain>(copy, object(*chain));
}

void baton_chain_free(baton_chain* chain) {
  delete reinterpret_cast<baton::PropagatorChain*>(chain);
}

baton_error baton_chain_field(const baton_chain* chain, size_t index, baton_text* name) {
  if (chain == nullptr || name == nullptr) return BATON_ERROR_ARGUMENT;
  const auto names = object(*chain).fields();
  if (index >= names.size()) return BATON_ERROR_ABSENT;
  *name = baton::c::to_c(names[index]);
  return BATON_OK;
}

int32_t baton_chain_owns(const baton_chain* chain, const char* name, size_t name_size) {
  return chain != nullptr && object(*chain).owns(baton::c::text(name, name_size)) ? 1 : 0;
}

int32_t baton_chain_restricts(const baton_chain* chain, const char* destination,
                              size_t destination_size) {
  if (chain == nullptr) return 0;
  return object(*chain).restricts(baton::c::text(destination, destination_size)) ? 1 : 0;
}
