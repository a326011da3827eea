/* What both senders share: the clock, the end by signal, the line at the end. */
#ifndef SENDER_H
#define SENDER_H
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

static volatile sig_atomic_t stopping;

static void stop(int signal) {
  (void)signal;
  stopping = 1;
}

/* SIGTERM and SIGINT end the run after the message under way. */
static void stop_by_signal(void) {
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* One JSON line: frames sent since `start`, seconds, frames per second, frames refused, CPU seconds. */
static void report(uint64_t sent, uint64_t refused, double start) {
  double seconds = now() - start;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("{\"sent\":%llu,\"seconds\":%.6f,\"rate\":%.0f,\"refused\":%llu,\"cpu\":%.6f}\n",
         (unsigned long long)sent, seconds, (double)sent / seconds, (unsigned long long)refused,
         (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
             (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
}
#endif
