/* Runs a command on one core and says what it cost, as one JSON line on standard output:
 *   measure CORE OUTPUT COMMAND [ARGUMENT]...
 * user and sys seconds (children included), wall seconds, peak resident and peak anonymous KiB
 * (RssAnon is sampled every two milliseconds from another core), and the exit status.
 * The command's standard output goes to OUTPUT, its standard error to OUTPUT.err. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static long anonymous(pid_t child) {
  char path[64], line[256];
  long size = 0;
  snprintf(path, sizeof path, "/proc/%d/status", (int)child);
  FILE *status = fopen(path, "r");
  if (!status) return 0;
  while (fgets(line, sizeof line, status)) {
    if (sscanf(line, "RssAnon: %ld", &size) == 1) break;
  }
  fclose(status);
  return size;
}

static void redirect(const char *path, int descriptor) {
  int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0644);
  if (file < 0 || dup2(file, descriptor) < 0) _exit(126);
  close(file);
}

static void become(int core, const char *output, char **command) {
  char errors[4096];
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  snprintf(errors, sizeof errors, "%s.err", output);
  if (sched_setaffinity(0, sizeof set, &set) < 0) _exit(126);
  redirect(output, STDOUT_FILENO);
  redirect(errors, STDERR_FILENO);
  execvp(command[0], command);
  _exit(127);
}

int main(int count, char **words) {
  if (count < 4) return fprintf(stderr, "measure: CORE OUTPUT COMMAND are needed\n"), 64;
  double start = now();
  pid_t child = fork();
  if (child < 0) return perror("measure"), 71;
  if (child == 0) become(atoi(words[1]), words[2], words + 3);
  long peak = 0;
  int status;
  struct rusage usage;
  while (wait4(child, &status, WNOHANG, &usage) == 0) {
    long size = anonymous(child);
    if (size > peak) peak = size;
    nanosleep(&(struct timespec){0, 2000000}, NULL);
  }
  double wall = now() - start;
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  printf("{\"user\":%.6f,\"sys\":%.6f,\"wall\":%.6f,\"residentKiB\":%ld,\"anonymousKiB\":%ld,"
         "\"status\":%d}\n",
         seconds(usage.ru_utime), seconds(usage.ru_stime), wall, usage.ru_maxrss, peak, code);
  return 0;
}
