// SPDX-License-Identifier: Apache-2.0
#include "carriers/kafka/plugin/client.hpp"

#include <dlfcn.h>
#include <librdkafka/rdkafka.h>

#include <mutex>

// The functions of librdkafka that the carriers call: result, name, parameters, arguments.
#define BATON_CLIENT_FUNCTIONS(X)                                                                  \
  X(rd_kafka_resp_err_t, rd_kafka_conf_interceptor_add_on_new,                                     \
    (rd_kafka_conf_t * conf, const char* name, rd_kafka_interceptor_f_on_new_t* on_new,            \
     void* opaque),                                                                                \
    (conf, name, on_new, opaque))                                                                  \
  X(rd_kafka_resp_err_t, rd_kafka_conf_interceptor_add_on_conf_dup,                                \
    (rd_kafka_conf_t * conf, const char* name, rd_kafka_interceptor_f_on_conf_dup_t* on_conf_dup,  \
     void* opaque),                                                                                \
    (conf, name, on_conf_dup, opaque))                                                             \
  X(rd_kafka_resp_err_t, rd_kafka_conf_interceptor_add_on_conf_destroy,                            \
    (rd_kafka_conf_t * conf, const char* name,                                                     \
     rd_kafka_interceptor_f_on_conf_destroy_t* on_conf_destroy, void* opaque),                     \
    (conf, name, on_conf_destroy, opaque))                                                         \
  X(rd_kafka_resp_err_t, rd_kafka_interceptor_add_on_send,                                         \
    (rd_kafka_t * client, const char* name, rd_kafka_interceptor_f_on_send_t* on_send,             \
     void* opaque),                                                                                \
    (client, name, on_send, opaque))                                                               \
  X(rd_kafka_resp_err_t, rd_kafka_interceptor_add_on_acknowledgement,                              \
    (rd_kafka_t * client, const char* name,                                                        \
     rd_kafka_interceptor_f_on_acknowledgement_t* on_acknowledgement, void* opaque),               \
    (client, name, on_acknowledgement, opaque))                                                    \
  X(const char*, rd_kafka_topic_name, (const rd_kafka_topic_t* topic), (topic))                    \
  X(const char*, rd_kafka_err2name, (rd_kafka_resp_err_t error), (error))                          \
  X(rd_kafka_resp_err_t, rd_kafka_message_headers,                                                 \
    (const rd_kafka_message_t* message, rd_kafka_headers_t** headers), (message, headers))         \
  X(void, rd_kafka_message_set_headers,                                                            \
    (rd_kafka_message_t * message, rd_kafka_headers_t * headers), (message, headers))              \
  X(rd_kafka_headers_t*, rd_kafka_headers_new, (std::size_t count), (count))                       \
  X(void, rd_kafka_headers_destroy, (rd_kafka_headers_t * headers), (headers))                     \
  X(rd_kafka_resp_err_t, rd_kafka_header_add,                                                      \
    (rd_kafka_headers_t * headers, const char* name, ssize_t name_size, const void* value,         \
     ssize_t value_size),                                                                          \
    (headers, name, name_size, value, value_size))                                                 \
  X(rd_kafka_resp_err_t, rd_kafka_header_remove, (rd_kafka_headers_t * headers, const char* name), \
    (headers, name))                                                                               \
  X(std::size_t, rd_kafka_header_cnt, (const rd_kafka_headers_t* headers), (headers))              \
  X(rd_kafka_resp_err_t, rd_kafka_header_get_all,                                                  \
    (const rd_kafka_headers_t* headers, std::size_t i, const char** name, const void** value,      \
     std::size_t* size),                                                                           \
    (headers, i, name, value, size))                                                               \
  X(rd_kafka_resp_err_t, rd_kafka_header_get,                                                      \
    (const rd_kafka_headers_t* headers, std::size_t i, const char* name, const void** value,       \
     std::size_t* size),                                                                           \
    (headers, i, name, value, size))                                                               \
  X(rd_kafka_resp_err_t, rd_kafka_header_get_last,                                                 \
    (const rd_kafka_headers_t* headers, const char* name, const void** value, std::size_t* size),  \
    (headers, name, value, size))

namespace baton::kafka::plugin {
namespace {

// The functions of the library that the plugin is bound to.
#define BATON_POINTER(result, name, parameters, arguments) decltype(::name)* name##_ = nullptr;
BATON_CLIENT_FUNCTIONS(BATON_POINTER)
#undef BATON_POINTER

const void* bound_library = nullptr;

/// The handle is never closed: the functions must remain in place as long as the plugin.
void* open_library(const char* path) noexcept {
  void* const library = ::dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  // A path to the program itself cannot be opened.
  return library != nullptr ? library : ::dlopen(nullptr, RTLD_LAZY);
}

/// Returns the name of the first function that the library lacks; empty if it has all.
std::string look_up(void* library) {
#define BATON_LOOK_UP(result, name, parameters, arguments)                \
  name##_ = reinterpret_cast<decltype(name##_)>(::dlsym(library, #name)); \
  if (name##_ == nullptr) return #name;
  BATON_CLIENT_FUNCTIONS(BATON_LOOK_UP)
#undef BATON_LOOK_UP
  return {};
}

}  // namespace

std::string bind_client(const void* address) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  Dl_info info{};
  if (::dladdr(address, &info) == 0) return "cannot tell which librdkafka has loaded the plugin";
  if (bound_library == info.dli_fbase) return {};
  if (bound_library != nullptr) {
    return std::string("another librdkafka of this process uses the plugin: not for ") +
           info.dli_fname;
  }
  void* const library = open_library(info.dli_fname);
  const std::string missing = library == nullptr ? "anything" : look_up(library);
  if (!missing.empty()) return std::string("cannot find ") + missing + " in " + info.dli_fname;
  bound_library = info.dli_fbase;
  return {};
}

}  // namespace baton::kafka::plugin

// Forwards the calls of the carriers.

using namespace baton::kafka::plugin;

extern "C" {

#define BATON_FORWARD(result, name, parameters, arguments) \
  result name parameters { return name##_ arguments; }
BATON_CLIENT_FUNCTIONS(BATON_FORWARD)
#undef BATON_FORWARD

}  // extern "C"
