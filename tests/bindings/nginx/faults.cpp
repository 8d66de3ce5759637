// SPDX-License-Identifier: Apache-2.0

/// Linked into a copy of the module: lets one call of nginx's functions fail, as the numbers in a
/// file say. The linker replaces the module's calls (`--wrap`); nginx's own calls remain its own.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "nginx/nginx.hpp"

namespace {

struct Numbers {
  std::atomic<std::uint64_t> seen;     ///< calls so far
  std::atomic<std::uint64_t> failing;  ///< the call that fails, from one on; zero: none
  char failed[48];                     ///< the function that has failed; empty: none
};

/// Mapped when nginx loads the module: its workers have no environment.
Numbers& numbers = []() -> Numbers& {
  const int file = ::open(std::getenv("FAULTS"), O_RDWR);
  void* const memory =
      ::mmap(nullptr, sizeof(Numbers), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  return *static_cast<Numbers*>(memory);
}();

bool fails(const char* function) {
  if (++numbers.seen != numbers.failing) return false;
  std::strncpy(numbers.failed, function, sizeof numbers.failed - 1);
  return true;
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
#define BATON_WRAP(result, name, parameters, arguments, failure) \
  extern "C" result __real_##name parameters;                    \
  extern "C" result __wrap_##name parameters {                   \
    if (fails(#name)) return failure;                            \
    return __real_##name arguments;                              \
  }
BATON_WRAP(void*, ngx_palloc, (ngx_pool_t * pool, std::size_t size), (pool, size), nullptr)
BATON_WRAP(void*, ngx_pcalloc, (ngx_pool_t * pool, std::size_t size), (pool, size), nullptr)
BATON_WRAP(void*, ngx_pnalloc, (ngx_pool_t * pool, std::size_t size), (pool, size), nullptr)
BATON_WRAP(ngx_pool_cleanup_t*, ngx_pool_cleanup_add, (ngx_pool_t * pool, std::size_t size),
           (pool, size), nullptr)
BATON_WRAP(void*, ngx_list_push, (ngx_list_t * list), (list), nullptr)
BATON_WRAP(void*, ngx_array_push, (ngx_array_t * array), (array), nullptr)
BATON_WRAP(ngx_buf_t*, ngx_create_temp_buf, (ngx_pool_t * pool, std::size_t size), (pool, size),
           nullptr)
BATON_WRAP(void*, ngx_slab_alloc, (ngx_slab_pool_t * pool, std::size_t size), (pool, size), nullptr)
BATON_WRAP(ngx_shm_zone_t*, ngx_shared_memory_add,
           (ngx_conf_t * cf, ngx_str_t* name, std::size_t size, void* tag), (cf, name, size, tag),
           nullptr)
BATON_WRAP(ngx_http_variable_t*, ngx_http_add_variable,
           (ngx_conf_t * cf, ngx_str_t* name, ngx_uint_t flags), (cf, name, flags), nullptr)
BATON_WRAP(char*, ngx_conf_set_flag_slot, (ngx_conf_t * cf, ngx_command_t* command, void* conf),
           (cf, command, conf), const_cast<char*>("fails"))
BATON_WRAP(char*, ngx_conf_set_enum_slot, (ngx_conf_t * cf, ngx_command_t* command, void* conf),
           (cf, command, conf), const_cast<char*>("fails"))
BATON_WRAP(ngx_int_t, ngx_http_send_header, (ngx_http_request_t * r), (r), NGX_ERROR)
BATON_WRAP(ngx_int_t, ngx_http_output_filter, (ngx_http_request_t * r, ngx_chain_t* in), (r, in),
           NGX_ERROR)
BATON_WRAP(ngx_int_t, ngx_http_discard_request_body, (ngx_http_request_t * r), (r),
           NGX_HTTP_INTERNAL_SERVER_ERROR)
#undef BATON_WRAP
// NOLINTEND(bugprone-reserved-identifier)
