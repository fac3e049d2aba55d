/*
 * Frames as they are, by packet sockets, for the demos. Compiled by netns.sh.
 *
 *   frames send DEV HEX [COUNT [RATE]]  COUNT times, RATE of them a second; once if nothing is said
 *   frames receive DEV SECONDS          prints what comes in, a frame a line, in hex
 *   frames measure DEV SECONDS OFFSET   prints for each value of the byte at OFFSET what came in: VALUE FRAMES BYTES_A_SECOND
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LARGEST 65536
/* Bytes of frames that may wait to be read: more than come in half a second of any demo. */
#define WAITING (32 << 20)

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static double seconds(const struct timespec *time)
{
	return time->tv_sec + time->tv_nsec / 1e9;
}

/* The time that frames are stamped with. */
static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return seconds(&time);
}

static int open_device(const char *device)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || !address.sll_ifindex)
		fail(device);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &(int){ WAITING }, sizeof(int)))
		fail("SO_RCVBUFFORCE");
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		fail(device);
	return fd;
}

/* Sends what is due, once a millisecond. Nobody waits for what could not be sent in time. */
static void send_frames(int fd, const char *hex, unsigned long count, double rate)
{
	unsigned char frame[LARGEST];
	size_t bytes = strlen(hex) / 2;
	unsigned long sent = 0;
	double begin = now();

	if (bytes > sizeof(frame))
		exit(2);
	for (size_t at = 0; at < bytes; at++)
		if (sscanf(hex + 2 * at, "%2hhx", &frame[at]) != 1)
			exit(2);
	while (sent < count) {
		unsigned long due = rate > 0 ? (now() - begin) * rate + 1 : count;

		for (; sent < due && sent < count; sent++)
			if (send(fd, frame, bytes, 0) < 0 && errno != ENOBUFS)
				fail("send");
		if (sent < count)
			usleep(1000);
	}
}

/* Reads a frame that came in, and when it did; 0 bytes if none is there before `end`. */
static size_t read_frame(int fd, unsigned char *frame, double end, double *came)
{
	for (;;) {
		double left = end - now();
		struct timeval wait = { .tv_sec = left, .tv_usec = (left - (long)left) * 1e6 + 1 };
		struct sockaddr_ll from;
		struct timespec stamp;
		ssize_t bytes;

		if (left <= 0)
			return 0;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
		bytes = recvfrom(fd, frame, LARGEST, 0, (struct sockaddr *)&from, &(socklen_t){ sizeof(from) });
		if (bytes < 0 && errno != EAGAIN && errno != EINTR)
			fail("recvfrom");
		if (bytes <= 0 || from.sll_pkttype == PACKET_OUTGOING)
			continue;
		if (ioctl(fd, SIOCGSTAMPNS, &stamp))
			fail("SIOCGSTAMPNS");
		*came = seconds(&stamp);
		return bytes;
	}
}

static void receive(int fd, double wanted)
{
	static unsigned char frame[LARGEST];
	double end = now() + wanted, came;
	size_t bytes;

	while ((bytes = read_frame(fd, frame, end, &came))) {
		for (size_t at = 0; at < bytes; at++)
			printf("%02x", frame[at]);
		putchar('\n');
		fflush(stdout);
	}
}

static void measure(int fd, double wanted, size_t offset)
{
	static unsigned char frame[LARGEST];
	unsigned long frames[256] = { 0 }, bytes[256] = { 0 };
	double begin = now(), end = begin + wanted, came;
	size_t size;

	/* What came in time may be read late. */
	while ((size = read_frame(fd, frame, end + 1, &came)) && came < end)
		if (came >= begin && offset < size) {
			frames[frame[offset]]++;
			bytes[frame[offset]] += size;
		}
	for (int value = 0; value < 256; value++)
		if (frames[value])
			printf("%d %lu %.0f\n", value, frames[value], bytes[value] / wanted);
}

int main(int count, char **words)
{
	int fd;

	if (count < 4)
		return 2;
	fd = open_device(words[2]);
	if (!strcmp(words[1], "send"))
		send_frames(fd, words[3], count > 4 ? strtoul(words[4], NULL, 0) : 1, count > 5 ? atof(words[5]) : 0);
	else if (!strcmp(words[1], "receive"))
		receive(fd, atof(words[3]));
	else if (!strcmp(words[1], "measure") && count > 4)
		measure(fd, atof(words[3]), strtoul(words[4], NULL, 0));
	else
		return 2;
	return 0;
}
