// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// A guest that uses files as programs in C do.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MUST(condition)                                                          \
  do {                                                                           \
    if (!(condition)) {                                                          \
      fprintf(stderr, "line %d: %s, errno %d\n", __LINE__, #condition, errno);   \
      exit(9);                                                                   \
    }                                                                            \
  } while (0)
#define REFUSED(call, code)                                                      \
  do {                                                                           \
    errno = 0;                                                                   \
    MUST((call) == -1);                                                          \
    MUST(errno == (code));                                                       \
  } while (0)

int main(int argc, char **argv) {
  printf("%d %s %s\n", argc, argv[1], getenv("KEY"));
  char line[100];
  MUST(fgets(line, sizeof line, stdin));
  printf("%s|%d%d%d\n", line, isatty(0), isatty(1), isatty(2));

  FILE *f = fopen("/in/a", "r");
  MUST(f);
  MUST(fseek(f, 0, SEEK_END) == 0);
  printf("%ld bytes\n", ftell(f));
  rewind(f);
  MUST(fgets(line, sizeof line, f));
  puts(line);
  MUST(fclose(f) == 0);
  MUST(!fopen("/in/a", "r+") && errno == EROFS);
  MUST(!fopen("/in/missing", "r") && errno == ENOENT);
  MUST(!fopen("/in/a/b", "r") && errno == ENOTDIR);
  MUST(!fopen("/etc/passwd", "r"));
  MUST(!fopen("/in/../etc/passwd", "r"));

  MUST(mkdir("/out/d", 0755) == 0);
  REFUSED(mkdir("/out/d", 0755), EEXIST);
  f = fopen("/out/d/file", "w+");
  MUST(f);
  for (int i = 0; i < 1000; i++) MUST(fprintf(f, "line %d\n", i) > 0);
  rewind(f);
  int lines = 0;
  while (fgets(line, sizeof line, f)) lines++;
  printf("%d lines, the last is %s", lines, line);
  MUST(fclose(f) == 0);
  f = fopen("/out/d/file", "a");
  MUST(f && fputs("end\n", f) > 0 && fclose(f) == 0);
  struct stat st;
  MUST(stat("/out/d/file", &st) == 0);
  printf("%lld bytes, mode %o, %lld\n", (long long)st.st_size, st.st_mode & S_IFMT, (long long)st.st_mtim.tv_sec);

  MUST(rename("/out/d/file", "/out/file") == 0);
  REFUSED(access("/out/d/file", F_OK), ENOENT);
  MUST(access("/out/file", R_OK | W_OK) == 0);
  REFUSED(symlink("x", "/out/link"), ENOSYS);
  REFUSED(rmdir("/out/file"), ENOTDIR);
  MUST(truncate("/out/file", 3) == 0);
  int fd = open("/out/file", O_RDWR);
  MUST(fd >= 0 && lseek(fd, 10, SEEK_SET) == 10 && write(fd, "x", 1) == 1);
  MUST(pread(fd, line, 20, 0) == 11 && line[5] == 0 && line[10] == 'x');
  MUST(posix_fallocate(fd, 0, 20) == 0 && fsync(fd) == 0 && ftruncate(fd, 4) == 0);
  static char flood[200000];
  REFUSED(write(fd, flood, sizeof flood), ENOSPC);
  MUST(close(fd) == 0);

  for (int i = 0; i < 500; i++) {
    snprintf(line, sizeof line, "/out/d/a rather long name of a file %d", i);
    MUST((fd = open(line, O_CREAT | O_EXCL | O_WRONLY, 0644)) >= 0 && close(fd) == 0);
  }
  int entries = 0;
  DIR *dir = opendir("/out/d");
  MUST(dir);
  for (struct dirent *e; (e = readdir(dir));) { // and removes while it reads
    if (e->d_name[0] == '.') continue;
    entries++;
    MUST(e->d_type == DT_REG && unlinkat(dirfd(dir), e->d_name, 0) == 0);
  }
  MUST(closedir(dir) == 0);
  printf("%d entries\n", entries);
  MUST(rmdir("/out/d") == 0);

  struct timespec hour = {3600, 0}, before, after;
  MUST(clock_gettime(CLOCK_REALTIME, &before) == 0 && nanosleep(&hour, NULL) == 0);
  MUST(clock_gettime(CLOCK_REALTIME, &after) == 0);
  printf("%lld then %lld later\n", (long long)before.tv_sec, (long long)(after.tv_sec - before.tv_sec));
  struct pollfd p = {0, POLLIN, 0};
  MUST(poll(&p, 1, -1) == 1 && p.revents & POLLIN);
  unsigned char random[16];
  MUST(getentropy(random, sizeof random) == 0);
  return 3;
}
