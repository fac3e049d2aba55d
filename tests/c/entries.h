/* What masked_entries.c, numbered_entries.c and custom_crcs.c share: each line of standard input is a word and numbers, and is answered with a number. */
#include <stdio.h>
#include <stdlib.h>

static const char *device;
static __u64 given[24];
static int used;

/* The next number of the line. */
static __u64 next(void)
{
	return given[used++];
}

static int open_maps(void);
static long long call(const char *word);

int main(int argc, char **argv)
{
	char line[512], *at, *end;
	int i, length;

	if (argc < 2)
		return 2;
	device = argv[1];
	i = open_maps();
	if (i) {
		fprintf(stderr, "%s: %s\n", device, strerror(-i));
		return 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		char word[64];

		if (sscanf(line, "%63s%n", word, &length) != 1)
			return 2;
		memset(given, 0, sizeof(given));
		used = 0;
		at = line + length;
		for (i = 0; i < 24; i++, at = end) {
			given[i] = strtoull(at, &end, 0);
			if (end == at)
				break;
		}
		printf("%lld\n", call(word));
		fflush(stdout);
	}
	return 0;
}
