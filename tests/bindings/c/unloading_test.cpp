// SPDX-License-Identifier: Apache-2.0
// The library as an interpreter loads it: by its path, perhaps many times.
#include "support/unloading.hpp"

#include <baton/baton.h>
#include <gtest/gtest.h>

#include <string_view>

namespace {

template <class Function>
Function* look_up(void* library, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(library, name));
}

baton::test::Work bind(void* library) {
#define LOOK_UP(name) name = look_up<decltype(::name)>(library, #name)
  return [LOOK_UP(baton_context_new), LOOK_UP(baton_context_free),
          LOOK_UP(baton_context_set_traceparent), LOOK_UP(baton_context_child),
          LOOK_UP(baton_scope_enter), LOOK_UP(baton_scope_leave), LOOK_UP(baton_current),
          LOOK_UP(baton_chain_global), LOOK_UP(baton_extract)](bool all) {
    constexpr std::string_view parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    baton_context* context = nullptr;
    baton_scope scope{};
    if (baton_context_new(&context) != BATON_OK) return false;
    baton_context_set_traceparent(context, parent.data(), parent.size(), nullptr);
    baton_scope_enter(&scope, context);
    bool is_right = baton_current() == context;
    if (all) {
      const baton_field field{"traceparent", 11, parent.data(), parent.size()};
      baton_reader reader = BATON_INIT(baton_reader);
      reader.fields = &field;
      reader.field_count = 1;
      baton_context* received = nullptr;
      is_right =
          is_right && baton_context_new(&received) == BATON_OK &&
          baton_extract(baton_chain_global(), &reader, received, nullptr, nullptr) == BATON_OK &&
          baton_context_child(received, received) == BATON_OK;
      baton_context_free(received);
    }
    is_right = is_right && baton_scope_leave(&scope) == BATON_OK;
    baton_context_free(context);
    return is_right;
  };
#undef LOOK_UP
}

TEST(UnloadingTest, TheLibraryRemainsForThreadsThatHaveUsedIt) {
  EXPECT_EQ(baton::test::load_and_unload(BATON_LIBRARY, bind), 0);
}

}  // namespace
