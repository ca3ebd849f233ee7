/* Which repeats go out, which are counted, and that no count is lost or told twice. */
#include "cases.h"
#include "event/repeat.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define PERIOD ((time_t)REPEAT_SECONDS)

static const struct step {
    const char *what;
    uint64_t key;
    time_t now;
    bool admitted;
    uint64_t repeated;
} steps[] = {
    {"the first goes out, even right after boot", 7, 0, true, 0},
    {"the same is counted", 7, 0, false, 0},
    {"another key is its own", 8, 1, true, 0},
    {"still within the time", 7, REPEAT_SECONDS - 1, false, 0},
    {"time is over: out, with the count", 7, REPEAT_SECONDS, true, 2},
    {"and the time starts again", 7, 2 * PERIOD - 1, false, 0},
    {"another thread's clock is a second behind", 7, REPEAT_SECONDS - 1, false, 0},
    {"the count starts again too", 7, 2 * PERIOD, true, 2},
    {"nothing was counted for this one", 8, 3 * PERIOD, true, 0},
    {"key 0 is a key", 0, 3 * PERIOD, true, 0},
    {"key 0 is counted", 0, 3 * PERIOD, false, 0},
    {"a key that may share the place of 0 is its own", 256, 3 * PERIOD, true, 0},
    {"a key that shares the place of 8 is its own", 8 + 256, 3 * PERIOD, true, 0},
    {"and keeps its own count", 8 + 256, 3 * PERIOD, false, 0},
    {"8 still has none", 8, 4 * PERIOD, true, 0},
};

START_TEST(repeats_are_counted)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        uint64_t repeated = 99;
        bool admitted = repeat_admit(steps[i].key, steps[i].now, &repeated);
        ck_assert_msg(admitted == steps[i].admitted, "%s: %s", steps[i].what, admitted ? "went out" : "was counted");
        ck_assert_msg(repeated == steps[i].repeated, "%s: %lu", steps[i].what, (unsigned long)repeated);
    }
}
END_TEST

static bool admit(uint64_t key, time_t now)
{
    uint64_t repeated;
    return repeat_admit(key, now, &repeated);
}

/* The sum of what is flushed; *keys is how many keys it was for. */
static uint64_t flush(size_t *keys)
{
    uint64_t sum = 0, key = 0, count = 0;
    size_t cursor = 0;
    for (*keys = 0; repeat_flush_next(&cursor, &key, &count); ++*keys)
        sum += count;
    return sum;
}

START_TEST(a_full_table_lets_all_through)
{
    for (uint64_t key = 1; key <= 256; key++)
        ck_assert(admit(key, 100));
    for (int i = 0; i < 3; i++)
        ck_assert_msg(admit(1000, 100), "a key without a place was counted");
    for (uint64_t key = 1; key <= 256; key++)
        ck_assert_msg(!admit(key, 100), "key %lu lost its place", (unsigned long)key);
}
END_TEST

START_TEST(a_silent_key_gives_its_place_and_not_its_count)
{
    for (uint64_t key = 1; key <= 256; key++) {
        ck_assert(admit(key, 100));
        ck_assert(!admit(key, 100));
    }
    ck_assert(admit(1000, 100 + REPEAT_SECONDS));
    ck_assert_msg(!admit(1000, 100 + REPEAT_SECONDS), "the new key has no place");
    size_t keys;
    ck_assert_uint_eq(flush(&keys), 257);
    ck_assert_uint_eq(keys, 257); /* 255 that stayed, the new one, and key 0 for the displaced one */
}
END_TEST

START_TEST(flush_tells_what_was_only_counted_once)
{
    size_t cursor = 0, keys;
    uint64_t key, count;
    ck_assert(!repeat_flush_next(&cursor, &key, &count));

    ck_assert(admit(5, 10) && !admit(5, 11) && !admit(5, 12) && admit(6, 10));
    cursor = 0;
    ck_assert(repeat_flush_next(&cursor, &key, &count));
    ck_assert_uint_eq(key, 5);
    ck_assert_uint_eq(count, 2);
    ck_assert(!repeat_flush_next(&cursor, &key, &count));
    ck_assert_uint_eq(flush(&keys), 0);
    ck_assert_msg(!admit(5, 13), "a flush is not an event");
    ck_assert_uint_eq(flush(&keys), 1);
}
END_TEST

START_TEST(a_child_counts_for_itself)
{
    ck_assert(admit(5, 10) && !admit(5, 10));
    pid_t child = fork();
    if (child == 0) {
        size_t keys;
        bool own = flush(&keys) == 0 && admit(5, 10) && !admit(5, 10) && flush(&keys) == 1;
        _exit(own ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(status == 0, "the child saw its parent's events as its own");
    size_t keys;
    ck_assert_uint_eq(flush(&keys), 1);
}
END_TEST

enum { THREADS = 4, ROUNDS = 30000 };

static _Atomic uint64_t out, counted, told;
static pthread_barrier_t start;

/* More keys than places, and a clock that lets keys run out: every path is taken. */
static void *poll_servers(void *arg)
{
    uint64_t seed = *(const uint64_t *)arg;
    pthread_barrier_wait(&start);
    for (time_t i = 0; i < ROUNDS; i++) {
        uint64_t repeated;
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        if (repeat_admit(seed >> 33 & 511, i / 30, &repeated))
            atomic_fetch_add(&out, 1);
        else
            atomic_fetch_add(&counted, 1);
        atomic_fetch_add(&told, repeated);
        size_t keys;
        if (i % 5000 == 0)
            atomic_fetch_add(&told, flush(&keys));
    }
    return NULL;
}

static void run_threads(void *(*body)(void *))
{
    pthread_t threads[THREADS];
    uint64_t seeds[THREADS];
    pthread_barrier_init(&start, NULL, THREADS);
    for (size_t i = 0; i < THREADS; i++) {
        seeds[i] = i + 1;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, body, &seeds[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

START_TEST(threads_lose_no_count)
{
    size_t keys;
    run_threads(poll_servers);
    ck_assert_uint_eq(out + counted, (uint64_t)THREADS * ROUNDS);
    ck_assert_msg(counted > 0 && out > 0, "nothing was tried");
    ck_assert_uint_eq(told + flush(&keys), counted);
}
END_TEST

static void *connect_at_once(void *arg)
{
    (void)arg;
    for (uint64_t key = 1; key <= 100; key++) {
        pthread_barrier_wait(&start);
        if (admit(key * 1000003, 10))
            atomic_fetch_add(&out, 1);
    }
    return NULL;
}

START_TEST(of_threads_that_come_at_once_one_goes_out)
{
    run_threads(connect_at_once);
    ck_assert_uint_eq(out, 100);
}
END_TEST

/* Independent values: FNV-1a over the bytes with their NUL; "foobar" with NUL is in the authors' test vectors. */
static const struct {
    const char *text;
    uint64_t hash;
} hashes[] = {
    {"", 0xaf63bd4c8601b7df},
    {"a", 0x089be207b544f1e4},
    {"foobar", 0x34531ca7168b8f38},
    {NULL, 0x0a99a607b6f60bea},
};

START_TEST(the_hash_is_fnv_1a)
{
    ck_assert_uint_eq(repeat_hash(REPEAT_SEED, hashes[_i].text), hashes[_i].hash);
}
END_TEST

START_TEST(the_border_between_texts_counts)
{
    uint64_t left = repeat_hash(repeat_hash(REPEAT_SEED, "ab"), "c");
    uint64_t right = repeat_hash(repeat_hash(REPEAT_SEED, "a"), "bc");
    ck_assert_uint_eq(left, 0xad22872f536e4705);
    ck_assert_uint_ne(left, right);
    ck_assert_uint_ne(repeat_hash(left, NULL), repeat_hash(left, ""));
}
END_TEST

int main(void)
{
    TCase *table = tcase_create("table"); /* each test in a process, and so with a table, of its own */
    tcase_add_test(table, repeats_are_counted);
    tcase_add_test(table, a_full_table_lets_all_through);
    tcase_add_test(table, a_silent_key_gives_its_place_and_not_its_count);
    tcase_add_test(table, flush_tells_what_was_only_counted_once);
    tcase_add_test(table, a_child_counts_for_itself);
    tcase_add_test(table, threads_lose_no_count);
    tcase_add_test(table, of_threads_that_come_at_once_one_goes_out);

    TCase *hash = tcase_create("hash");
    tcase_add_loop_test(hash, the_hash_is_fnv_1a, 0, (int)(sizeof hashes / sizeof *hashes));
    tcase_add_test(hash, the_border_between_texts_counts);

    return run_cases("repeat", (TCase *const[]){table, hash, NULL});
}
