// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string_view>

#include "baton/baton.h"
#include "baton/carrier.hpp"
#include "bindings/c/handle.hpp"
#include "bindings/c/sized.hpp"

namespace {

using baton::c::object;

/// The callbacks of C as a carrier, until one of them fails.
template <bool is_binary>
class Carrier {
 public:
  static constexpr bool has_binary_fields = is_binary;

  explicit Carrier(const baton_writer& writer) noexcept : writer_(writer) {}

  void set(std::string_view name, std::string_view value) {
    if (has_failed_) return;
    has_failed_ =
        writer_.set(writer_.carrier, name.data(), name.size(), value.data(), value.size()) != 0;
  }
  void erase(std::string_view name) {
    if (has_failed_ || writer_.erase == nullptr) return;
    has_failed_ = writer_.erase(writer_.carrier, name.data(), name.size()) != 0;
  }

  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

 private:
  const baton_writer& writer_;
  bool has_failed_ = false;
};

template <bool is_binary>
baton_error inject(const baton::PropagatorChain& chain, const baton::Context& context,
                   const baton_writer& writer, std::string_view destination) {
  Carrier<is_binary> carrier(writer);
  chain.inject(context, carrier, destination);
  return carrier.has_failed() ? BATON_ERROR_CALLBACK : BATON_OK;
}

}  // namespace

baton_error baton_inject(const baton_chain* chain, const baton_context* context,
                         const baton_writer* writer, const char* destination,
                         size_t destination_size) {
  if (chain == nullptr || context == nullptr || writer == nullptr) return BATON_ERROR_ARGUMENT;
  const baton::c::Sized given(writer);
  if (!given) return BATON_ERROR_SIZE;
  constexpr std::uint32_t known_flags = BATON_BINARY_FIELDS;
  if (given->set == nullptr || (given->flags & ~known_flags) != 0 || given->reserved != 0) {
    return BATON_ERROR_ARGUMENT;
  }
  return baton::c::guarded([&] {
    const auto write = (given->flags & BATON_BINARY_FIELDS) != 0 ? inject<true> : inject<false>;
    return write(object(*chain), object(*context), *given,
                 baton::c::text(destination, destination_size));
  });
}
