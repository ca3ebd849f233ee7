#include "cases.h"
#include "process/seqlock.h"

#include <check.h>
#include <pthread.h>

enum { WORDS = 35, ROUNDS = 200000 };

static seqlock_word version;
static seqlock_word words[WORDS];

static uint64_t write_all(uint64_t value)
{
    uint64_t values[WORDS];

    for (size_t i = 0; i < WORDS; i++) {
        values[i] = value;
    }
    return seqlock_write(&version, words, values, WORDS);
}

START_TEST(reads_what_was_written)
{
    uint64_t values[WORDS] = {0};

    ck_assert_uint_eq(seqlock_read(&version, words, values, WORDS), 0);
    uint64_t first = write_all(7);
    ck_assert_uint_ne(first, 0);
    ck_assert_uint_eq(seqlock_read(&version, words, values, WORDS), first);
    ck_assert_uint_eq(values[0], 7);
    ck_assert_uint_eq(values[WORDS - 1], 7);
    ck_assert_uint_ne(write_all(7), first);
}
END_TEST

/* What a child sees when it was forked while another thread was writing. */
START_TEST(a_record_left_halfway_is_neither_read_nor_written)
{
    uint64_t values[WORDS];

    write_all(7);
    atomic_fetch_add(&version, 1);
    ck_assert_uint_eq(seqlock_read(&version, words, values, WORDS), 0);
    ck_assert_uint_eq(write_all(8), 0);
    ck_assert_uint_eq(words[0], 7);
}
END_TEST

static void *write_often(void *arg)
{
    for (uint64_t i = 0; i < ROUNDS; i++) {
        write_all(*(const uint64_t *)arg + i);
    }
    return NULL;
}

static void *read_often(void *arg)
{
    (void)arg;
    for (size_t round = 0; round < ROUNDS; round++) {
        uint64_t values[WORDS];
        if (seqlock_read(&version, words, values, WORDS) == 0) {
            continue;
        }
        for (size_t i = 1; i < WORDS; i++) {
            if (values[i] != values[0]) {
                return "two records mixed";
            }
        }
    }
    return NULL;
}

START_TEST(never_reads_two_records_mixed)
{
    static uint64_t seeds[] = {1u << 20, 2u << 20};
    pthread_t writers[2], readers[2];

    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_create(&writers[i], NULL, write_often, &seeds[i]), 0);
        ck_assert_int_eq(pthread_create(&readers[i], NULL, read_often, NULL), 0);
    }
    for (size_t i = 0; i < 2; i++) {
        void *complaint;
        pthread_join(writers[i], NULL);
        pthread_join(readers[i], &complaint);
        ck_assert_msg(complaint == NULL, "%s", (const char *)complaint);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("records");

    tcase_add_test(tests, reads_what_was_written);
    tcase_add_test(tests, a_record_left_halfway_is_neither_read_nor_written);
    tcase_add_test(tests, never_reads_two_records_mixed);
    return run_cases("seqlock", (TCase *const[]){tests, NULL});
}
