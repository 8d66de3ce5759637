// SPDX-License-Identifier: Apache-2.0

/// What AddressSanitizer does besides its checks takes more time than most targets: short stacks of
/// each allocation, and memory that is used again soon. Other tests look for uses of a returned
/// function's stack. The environment can change all that: ASAN_OPTIONS=malloc_context_size=30.
extern "C" const char* __asan_default_options() {  // NOLINT(*-reserved-identifier)
  return "malloc_context_size=2:quarantine_size_mb=4:thread_local_quarantine_size_kb=64:"
         "detect_stack_use_after_return=0";
}

/// libFuzzer looks for leaks while its own second thread starts, for which AddressSanitizer asks
/// the C library where the stack is.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(*-reserved-identifier)
  return "leak:pthread_getattr_np\nleak:pthread_attr_setaffinity_np\nleak:__pthread_attr_"
         "extension\n";
}
