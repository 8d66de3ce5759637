// SPDX-License-Identifier: Apache-2.0
#include "carriers/kafka/plugin/client.hpp"

#include <dlfcn.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <mutex>
#include <utility>

namespace baton::kafka::plugin {
namespace {

/// The function of that name in the library we are bound to.
template <class Function>
struct Bound {
  const char* name;
  Function* function = nullptr;
};

#define BATON_BOUND(name) Bound<decltype(::name)> name##_ = {#name}
BATON_BOUND(rd_kafka_conf_interceptor_add_on_new);
BATON_BOUND(rd_kafka_conf_interceptor_add_on_conf_dup);
BATON_BOUND(rd_kafka_conf_interceptor_add_on_conf_destroy);
BATON_BOUND(rd_kafka_interceptor_add_on_send);
BATON_BOUND(rd_kafka_message_headers);
BATON_BOUND(rd_kafka_message_set_headers);
BATON_BOUND(rd_kafka_headers_new);
BATON_BOUND(rd_kafka_headers_destroy);
BATON_BOUND(rd_kafka_header_add);
BATON_BOUND(rd_kafka_header_remove);
BATON_BOUND(rd_kafka_header_cnt);
BATON_BOUND(rd_kafka_header_get);
BATON_BOUND(rd_kafka_header_get_all);
BATON_BOUND(rd_kafka_header_get_last);
#undef BATON_BOUND

const void* bound_library = nullptr;

/// The handle is never closed: the functions must stay where they are for as long as the plugin.
void* open_library(const char* path) noexcept {
  void* const library = ::dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  // The program itself has no path that can be opened.
  return library != nullptr ? library : ::dlopen(nullptr, RTLD_LAZY);
}

template <class... Functions>
std::string look_up(void* library, Bound<Functions>&... bound) {
  std::string missing;
  const auto find = [&]<class Function>(Bound<Function>& wanted) {
    wanted.function = reinterpret_cast<Function*>(::dlsym(library, wanted.name));
    if (wanted.function == nullptr && missing.empty()) missing = wanted.name;
  };
  (find(bound), ...);
  return missing;
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
  const std::string missing =
      library == nullptr
          ? "anything"
          : look_up(library, rd_kafka_conf_interceptor_add_on_new_,
                    rd_kafka_conf_interceptor_add_on_conf_dup_,
                    rd_kafka_conf_interceptor_add_on_conf_destroy_,
                    rd_kafka_interceptor_add_on_send_, rd_kafka_message_headers_,
                    rd_kafka_message_set_headers_, rd_kafka_headers_new_, rd_kafka_headers_destroy_,
                    rd_kafka_header_add_, rd_kafka_header_remove_, rd_kafka_header_cnt_,
                    rd_kafka_header_get_, rd_kafka_header_get_all_, rd_kafka_header_get_last_);
  if (!missing.empty()) return std::string("cannot find ") + missing + " in " + info.dli_fname;
  bound_library = info.dli_fbase;
  return {};
}

}  // namespace baton::kafka::plugin

// What the carriers call, handed on.

using namespace baton::kafka::plugin;

extern "C" {

rd_kafka_resp_err_t rd_kafka_conf_interceptor_add_on_new(rd_kafka_conf_t* conf, const char* name,
                                                         rd_kafka_interceptor_f_on_new_t* on_new,
                                                         void* opaque) {
  return rd_kafka_conf_interceptor_add_on_new_.function(conf, name, on_new, opaque);
}

rd_kafka_resp_err_t rd_kafka_conf_interceptor_add_on_conf_dup(
    rd_kafka_conf_t* conf, const char* name, rd_kafka_interceptor_f_on_conf_dup_t* on_conf_dup,
    void* opaque) {
  return rd_kafka_conf_interceptor_add_on_conf_dup_.function(conf, name, on_conf_dup, opaque);
}

rd_kafka_resp_err_t rd_kafka_conf_interceptor_add_on_conf_destroy(
    rd_kafka_conf_t* conf, const char* name,
    rd_kafka_interceptor_f_on_conf_destroy_t* on_conf_destroy, void* opaque) {
  return rd_kafka_conf_interceptor_add_on_conf_destroy_.function(conf, name, on_conf_destroy,
                                                                 opaque);
}

rd_kafka_resp_err_t rd_kafka_interceptor_add_on_send(rd_kafka_t* client, const char* name,
                                                     rd_kafka_interceptor_f_on_send_t* on_send,
                                                     void* opaque) {
  return rd_kafka_interceptor_add_on_send_.function(client, name, on_send, opaque);
}

rd_kafka_resp_err_t rd_kafka_message_headers(const rd_kafka_message_t* message,
                                             rd_kafka_headers_t** headers) {
  return rd_kafka_message_headers_.function(message, headers);
}

void rd_kafka_message_set_headers(rd_kafka_message_t* message, rd_kafka_headers_t* headers) {
  rd_kafka_message_set_headers_.function(message, headers);
}

rd_kafka_headers_t* rd_kafka_headers_new(std::size_t count) {
  return rd_kafka_headers_new_.function(count);
}

void rd_kafka_headers_destroy(rd_kafka_headers_t* headers) {
  rd_kafka_headers_destroy_.function(headers);
}

rd_kafka_resp_err_t rd_kafka_header_add(rd_kafka_headers_t* headers, const char* name,
                                        ssize_t name_size, const void* value, ssize_t value_size) {
  return rd_kafka_header_add_.function(headers, name, name_size, value, value_size);
}

rd_kafka_resp_err_t rd_kafka_header_remove(rd_kafka_headers_t* headers, const char* name) {
  return rd_kafka_header_remove_.function(headers, name);
}

std::size_t rd_kafka_header_cnt(const rd_kafka_headers_t* headers) {
  return rd_kafka_header_cnt_.function(headers);
}

rd_kafka_resp_err_t rd_kafka_header_get_all(const rd_kafka_headers_t* headers, std::size_t i,
                                            const char** name, const void** value,
                                            std::size_t* size) {
  return rd_kafka_header_get_all_.function(headers, i, name, value, size);
}

rd_kafka_resp_err_t rd_kafka_header_get(const rd_kafka_headers_t* headers, std::size_t i,
                                        const char* name, const void** value, std::size_t* size) {
  return rd_kafka_header_get_.function(headers, i, name, value, size);
}

rd_kafka_resp_err_t rd_kafka_header_get_last(const rd_kafka_headers_t* headers, const char* name,
                                             const void** value, std::size_t* size) {
  return rd_kafka_header_get_last_.function(headers, name, value, size);
}

}  // extern "C"
