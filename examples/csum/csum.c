// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Csum prints the checksums of all files of a directory, in the byte order of
// their names.
//
//	csum [sha256|crc32] [directory]
//
// sha256, the default, prints what `sha256sum -c` reads; crc32 prints the
// CRC-32 of zip and PNG, the size in bytes and the name. The directory is /in,
// where a task finds its inputs.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sha256.h"

enum { MAX_PATH = 4096 };

static uint32_t crc_table[256];

// The reflected polynomial of ITU-T V.42, 0xedb88320, a byte at a time.
static void crc_prepare(void) {
	for (uint32_t n = 0; n < 256; n++) {
		uint32_t c = n;
		for (int bit = 0; bit < 8; bit++) c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
		crc_table[n] = c;
	}
}

static uint32_t crc_add(uint32_t crc, const uint8_t *data, size_t size) {
	crc = ~crc;
	for (size_t i = 0; i < size; i++) crc = crc_table[(crc ^ data[i]) & 0xff] ^ crc >> 8;
	return ~crc;
}

static void die(const char *name) {
	fprintf(stderr, "csum: %s: %s\n", name, strerror(errno));
	exit(1);
}

// sum prints the line of one file. A file is read in pieces, so memory does not
// grow with it.
static void sum(const char *dir, const char *name, int sha) {
	static uint8_t buffer[1 << 16];
	char path[MAX_PATH];
	if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) {
		errno = ENAMETOOLONG;
		die(name);
	}
	int fd = open(path, O_RDONLY);
	if (fd < 0) die(path);
	struct sha256 hash;
	sha256_start(&hash);
	uint32_t crc = 0;
	uint64_t size = 0;
	ssize_t n;
	while ((n = read(fd, buffer, sizeof buffer)) > 0) {
		if (sha)
			sha256_add(&hash, buffer, n);
		else
			crc = crc_add(crc, buffer, n);
		size += n;
	}
	if (n < 0) die(path);
	close(fd);
	if (!sha) {
		printf("%08x %llu %s\n", (unsigned)crc, (unsigned long long)size, name);
		return;
	}
	uint8_t digest[SHA256_DIGEST];
	sha256_end(&hash, digest);
	for (int i = 0; i < SHA256_DIGEST; i++) printf("%02x", digest[i]);
	printf("  %s\n", name);
}

static int by_name(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

// names lists the regular files of a directory, sorted: a network's nodes must
// not depend on the order that a directory happens to have.
static char **names(const char *dir, size_t *count) {
	char **list = NULL;
	DIR *d = opendir(dir);
	if (d == NULL) die(dir);
	*count = 0;
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (e->d_type != DT_REG) continue;
		list = realloc(list, (*count + 1) * sizeof *list);
		if (list == NULL || (list[*count] = strdup(e->d_name)) == NULL) die(dir);
		++*count;
	}
	closedir(d);
	if (*count > 0) qsort(list, *count, sizeof *list, by_name);
	return list;
}

int main(int argc, char **argv) {
	const char *algorithm = argc > 1 ? argv[1] : "sha256", *dir = argc > 2 ? argv[2] : "/in";
	int sha = strcmp(algorithm, "sha256") == 0;
	if (argc > 3 || (!sha && strcmp(algorithm, "crc32") != 0)) {
		fprintf(stderr, "usage: csum [sha256|crc32] [directory]\n");
		return 2;
	}
	crc_prepare();
	size_t count;
	char **list = names(dir, &count);
	for (size_t i = 0; i < count; i++) sum(dir, list[i], sha);
	if (fflush(stdout) != 0) die("standard output");
	return 0;
}
