// SPDX-License-Identifier: Apache-2.0
// The installed gRPC is not instrumented, so ThreadSanitizer does not see the order that it makes
// between threads, and reports every hand-over as a race. These functions declare that order: the
// work of a thread before it passes a tag to gRPC happens before the work of another thread that
// gets this tag, a server ends after its calls, and gRPC's mutexes are mutexes. All other races are
// still found.

#include <dlfcn.h>
#include <grpc/grpc.h>
#include <grpc/support/sync.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define BATON_THREAD_SANITIZER
#endif
#elif defined(__SANITIZE_THREAD__)
#define BATON_THREAD_SANITIZER
#endif

#ifdef BATON_THREAD_SANITIZER

extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);

namespace {

/// The function that the one below replaces.
template <class Function>
Function* next(Function*, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// Stands for all calls: gRPC destroys a server only after its handlers have finished theirs.
char calls;

grpc_event came_back(grpc_event event) {
  if (event.type == GRPC_OP_COMPLETE && event.tag != nullptr) __tsan_acquire(event.tag);
  return event;
}

}  // namespace

extern "C" grpc_call_error grpc_call_start_batch(grpc_call* call, const grpc_op* ops,
                                                 size_t op_count, void* tag, void* reserved) {
  static const auto real = next(&grpc_call_start_batch, "grpc_call_start_batch");
  if (tag != nullptr) __tsan_release(tag);
  __tsan_release(&calls);
  return real(call, ops, op_count, tag, reserved);
}

extern "C" void grpc_server_destroy(grpc_server* server) {
  static const auto real = next(&grpc_server_destroy, "grpc_server_destroy");
  __tsan_acquire(&calls);
  real(server);
}

extern "C" grpc_call_error grpc_server_request_call(grpc_server* server, grpc_call** call,
                                                    grpc_call_details* details,
                                                    grpc_metadata_array* metadata,
                                                    grpc_completion_queue* for_call,
                                                    grpc_completion_queue* for_notification,
                                                    void* tag) {
  static const auto real = next(&grpc_server_request_call, "grpc_server_request_call");
  __tsan_release(tag);
  return real(server, call, details, metadata, for_call, for_notification, tag);
}

extern "C" grpc_call_error grpc_server_request_registered_call(
    grpc_server* server, void* method, grpc_call** call, gpr_timespec* deadline,
    grpc_metadata_array* metadata, grpc_byte_buffer** payload, grpc_completion_queue* for_call,
    grpc_completion_queue* for_notification, void* tag) {
  static const auto real =
      next(&grpc_server_request_registered_call, "grpc_server_request_registered_call");
  __tsan_release(tag);
  return real(server, method, call, deadline, metadata, payload, for_call, for_notification, tag);
}

/// gRPC's C++ library returns a tag to the queue with it after the interceptors.
bool grpc_cq_begin_op(grpc_completion_queue* queue, void* tag);
bool grpc_cq_begin_op(grpc_completion_queue* queue, void* tag) {
  static const auto real =
      next(&grpc_cq_begin_op, "_Z16grpc_cq_begin_opP21grpc_completion_queuePv");
  __tsan_release(tag);
  return real(queue, tag);
}

extern "C" grpc_event grpc_completion_queue_next(grpc_completion_queue* queue,
                                                 gpr_timespec deadline, void* reserved) {
  static const auto real = next(&grpc_completion_queue_next, "grpc_completion_queue_next");
  return came_back(real(queue, deadline, reserved));
}

extern "C" grpc_event grpc_completion_queue_pluck(grpc_completion_queue* queue, void* tag,
                                                  gpr_timespec deadline, void* reserved) {
  static const auto real = next(&grpc_completion_queue_pluck, "grpc_completion_queue_pluck");
  return came_back(real(queue, tag, deadline, reserved));
}

extern "C" void gpr_mu_lock(gpr_mu* mutex) {
  static const auto real = next(&gpr_mu_lock, "gpr_mu_lock");
  real(mutex);
  __tsan_acquire(mutex);
}

extern "C" int gpr_mu_trylock(gpr_mu* mutex) {
  static const auto real = next(&gpr_mu_trylock, "gpr_mu_trylock");
  const int is_locked = real(mutex);
  if (is_locked != 0) __tsan_acquire(mutex);
  return is_locked;
}

extern "C" void gpr_mu_unlock(gpr_mu* mutex) {
  static const auto real = next(&gpr_mu_unlock, "gpr_mu_unlock");
  __tsan_release(mutex);
  real(mutex);
}

extern "C" int gpr_cv_wait(gpr_cv* condition, gpr_mu* mutex, gpr_timespec deadline) {
  static const auto real = next(&gpr_cv_wait, "gpr_cv_wait");
  __tsan_release(mutex);
  const int result = real(condition, mutex, deadline);
  __tsan_acquire(mutex);
  return result;
}

#endif
