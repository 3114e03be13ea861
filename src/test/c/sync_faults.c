/*
 * Preloaded into a node, makes its n-th call that brings something to the disk fail with EIO, or
 * every such call slow: an fsync or fdatasync of a file below a directory, or an msync. What was to
 * be brought there by a call that fails may reach it or not, as after a real failure.
 *
 *   SYNC_FAULTS_DIRECTORY     calls for files below it count; every msync does
 *   SYNC_FAULTS_N             which call fails, from 1; 0 or unset: none
 *   SYNC_FAULTS_FOR_GOOD      1: all calls after it fail, too
 *   SYNC_FAULTS_STRUCK        a file that is created when it has
 *   SYNC_FAULTS_DELAY_MILLIS  by how much every call takes longer
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;

static void delay(void) {
  const char *millis = getenv("SYNC_FAULTS_DELAY_MILLIS");
  long left = millis == NULL ? 0 : atol(millis);
  struct timespec time = {left / 1000, left % 1000 * 1000000};
  while (left > 0 && nanosleep(&time, &time) < 0 && errno == EINTR) {
  }
}

/* Called once for every call that counts. */
static int fails(void) {
  delay();
  const char *nth = getenv("SYNC_FAULTS_N");
  const char *for_good = getenv("SYNC_FAULTS_FOR_GOOD");
  const char *struck = getenv("SYNC_FAULTS_STRUCK");
  long call = atomic_fetch_add(&calls, 1) + 1;
  long n = nth == NULL ? 0 : atol(nth);
  int hit = n > 0 && (call == n || (call > n && for_good != NULL && *for_good == '1'));
  if (hit && struck != NULL) {
    int file = open(struck, O_CREAT | O_WRONLY, 0644);
    if (file >= 0) {
      close(file);
    }
  }
  return hit;
}

static int counts(int fd) {
  char link[64];
  char path[4096];
  const char *directory = getenv("SYNC_FAULTS_DIRECTORY");
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0 || directory == NULL) {
    return 0;
  }
  path[length] = 0;
  return strncmp(path, directory, strlen(directory)) == 0;
}

int fsync(int fd) {
  static int (*real)(int);
  if (real == NULL) {
    real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  }
  if (counts(fd) && fails()) {
    errno = EIO;
    return -1;
  }
  return real(fd);
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (real == NULL) {
    real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  }
  if (counts(fd) && fails()) {
    errno = EIO;
    return -1;
  }
  return real(fd);
}

int msync(void *address, size_t length, int flags) {
  static int (*real)(void *, size_t, int);
  if (real == NULL) {
    real = (int (*)(void *, size_t, int))dlsym(RTLD_NEXT, "msync");
  }
  if (fails()) {
    errno = EIO;
    return -1;
  }
  return real(address, length, flags);
}
