// SPDX-License-Identifier: Apache-2.0
#ifndef BATON_MUTATION_SERVER_HPP
#define BATON_MUTATION_SERVER_HPP

// A program that serves starts once and forks for each mutant, which costs less than a new start.
// It reads lines `mutant processor-seconds wall-seconds megabytes filter`, and answers each with a
// line `how code milliseconds`: how the child ended, its status or signal, its time on processors.

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace baton_mutation {

inline long resident_pages(pid_t child) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/statm", static_cast<int>(child));
  long all = 0;
  long resident = 0;
  if (FILE* const file = fopen(path, "r"); file != nullptr) {
    if (fscanf(file, "%ld %ld", &all, &resident) != 2) {
      resident = 0;
    }
    fclose(file);
  }
  return resident;
}

inline void answer(int replies, pid_t child, long wall_seconds, long megabytes) {
  const time_t end = time(nullptr) + wall_seconds;
  const char* stopped = nullptr;
  int status = 0;
  rusage usage = {};
  sigset_t ended;
  sigemptyset(&ended);
  sigaddset(&ended, SIGCHLD);
  while (wait4(child, &status, WNOHANG, &usage) == 0) {
    const timespec soon = {0, 20'000'000};
    sigtimedwait(&ended, nullptr, &soon);
    if (stopped == nullptr && time(nullptr) > end) {
      stopped = "waiting";
    } else if (stopped == nullptr && resident_pages(child) > megabytes << 8U) {
      stopped = "memory";
    }
    if (stopped != nullptr) {
      kill(child, SIGKILL);
    }
  }
  kill(-child, SIGKILL);
  const bool is_signal = WIFSIGNALED(status);
  const int code = is_signal ? WTERMSIG(status) : WEXITSTATUS(status);
  if (stopped == nullptr) {
    stopped = !is_signal ? "exit" : code == SIGXCPU ? "time" : "signal";
  }
  const long milliseconds = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
                            (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
  dprintf(replies, "%s %d %ld\n", stopped, code, milliseconds);
}

// Returns in each child, once for each line.
inline void serve() {
  const int replies = atoi(getenv("BATON_MUTANTS_SERVED"));
  unsetenv("BATON_MUTANTS_SERVED");
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGCHLD);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  char* line = nullptr;
  size_t size = 0;
  while (getline(&line, &size, stdin) > 0) {
    char* next = nullptr;
    const unsigned long mutant = strtoul(line, &next, 10);
    const rlim_t seconds = strtoul(next, &next, 10);
    const long wall_seconds = strtol(next, &next, 10);
    const long megabytes = strtol(next, &next, 10);
    char* const filter = next + strspn(next, " ");
    filter[strcspn(filter, "\n")] = '\0';
    const pid_t child = fork();
    if (child != 0) {
      answer(replies, child, wall_seconds, megabytes);
      continue;
    }
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigprocmask(SIG_SETMASK, &before, nullptr);
    // At the soft limit comes SIGXCPU, at the hard one SIGKILL, which says less.
    const rlimit limit = {seconds, seconds + 5};
    setrlimit(RLIMIT_CPU, &limit);
    char number[16];
    snprintf(number, sizeof number, "%lu", mutant);
    setenv("BATON_MUTANT", number, 1);
    setenv("GTEST_FILTER", filter, 1);
    close(replies);
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    close(nothing);
    free(line);
    return;
  }
  _exit(0);
}

}  // namespace baton_mutation

#endif
