// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace baton {

template <class Signature>
class FunctionRef;

/// A view of a callable object: two words, never allocates, valid as long as the object.
/// A default-constructed view is empty and must not be called.
template <class Result, class... Arguments>
class FunctionRef<Result(Arguments...)> {
 public:
  constexpr FunctionRef() noexcept = default;

  template <class Callable>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, FunctionRef> &&
             std::is_invocable_r_v<Result, Callable&, Arguments...>)
  FunctionRef(Callable&& callable) noexcept {
    using Target = std::remove_reference_t<Callable>;
    if constexpr (std::is_function_v<Target>) {
      object_ = reinterpret_cast<void*>(&callable);
    } else {
      object_ = const_cast<void*>(static_cast<const void*>(std::addressof(callable)));
    }
    call_ = [](void* object, Arguments... arguments) -> Result {
      if constexpr (std::is_void_v<Result>) {
        (*reinterpret_cast<Target*>(object))(std::forward<Arguments>(arguments)...);
      } else {
        return (*reinterpret_cast<Target*>(object))(std::forward<Arguments>(arguments)...);
      }
    };
  }

  constexpr explicit operator bool() const noexcept { return call_ != nullptr; }

  Result operator()(Arguments... arguments) const {
    return call_(object_, std::forward<Arguments>(arguments)...);
  }

 private:
  void* object_ = nullptr;
  Result (*call_)(void*, Arguments...) = nullptr;
};

}  // namespace baton
