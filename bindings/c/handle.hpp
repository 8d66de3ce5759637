// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cxxabi.h>

#include <cstddef>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "baton/baton.h"
#include "baton/chain.hpp"
#include "baton/context.hpp"

/// What the files of the C interface share. A handle is the C++ object itself, by another type of
/// pointer: C knows only the pointer.
namespace baton::c {

/// What an extraction reports.
struct Report {
  ExtractReport report;
  Extracted found = Extracted::nothing;
};

inline const PropagatorChain& object(const baton_chain& handle) noexcept {
  return reinterpret_cast<const PropagatorChain&>(handle);
}
inline const Context& object(const baton_context& handle) noexcept {
  return reinterpret_cast<const Context&>(handle);
}
inline Context& object(baton_context& handle) noexcept {
  return reinterpret_cast<Context&>(handle);
}
inline const Report& object(const baton_report& handle) noexcept {
  return reinterpret_cast<const Report&>(handle);
}
inline Report& object(baton_report& handle) noexcept { return reinterpret_cast<Report&>(handle); }

inline const baton_chain* handle(const PropagatorChain& chain) noexcept {
  return reinterpret_cast<const baton_chain*>(&chain);
}
inline const baton_context* handle(const Context& context) noexcept {
  return reinterpret_cast<const baton_context*>(&context);
}

/// A text from C. A null pointer is an empty one.
inline std::string_view text(const char* data, std::size_t size) noexcept {
  return data != nullptr ? std::string_view(data, size) : std::string_view("");
}
inline std::string_view text(const baton_text& text) noexcept {
  return c::text(text.data, text.size);
}

/// A text for C. Never a null pointer.
inline baton_text to_c(std::string_view text) noexcept {
  return {text.data() != nullptr ? text.data() : "", text.size()};
}

/// Calls `work`, and turns exceptions into errors. Only callbacks throw others than these. The
/// cancellation of a thread is an exception with libstdc++, and must go on; with libc++ it is none.
template <class Work>
baton_error guarded(Work&& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return BATON_ERROR_MEMORY;
  } catch (const std::length_error&) {
    return BATON_ERROR_MEMORY;
#if defined(__GLIBCXX__)
  } catch (abi::__forced_unwind&) {
    throw;
#endif
  } catch (...) {
    return BATON_ERROR_CALLBACK;
  }
}

/// Makes an object, and gives its handle away.
template <class Object, class Handle, class... Arguments>
baton_error give(Handle** handle, Arguments&&... arguments) {
  auto* const made = new (std::nothrow) Object(std::forward<Arguments>(arguments)...);
  *handle = reinterpret_cast<Handle*>(made);
  return made != nullptr ? BATON_OK : BATON_ERROR_MEMORY;
}

}  // namespace baton::c
