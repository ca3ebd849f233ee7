/*
 * One system call, made by the instruction itself where we know it: libc's syscall(2) is a function that other
 * preloaded libraries wrap, with locks of their own. On other architectures it is libc's all the same, and for clang's
 * analyzer, which cannot see that an instruction writes through its arguments.
 *
 * Sources: syscall(2), "Architecture calling conventions"; errors are -4095 to -1, as in libc.
 */
#ifndef TLSWARD_KERNEL_CALL_H
#define TLSWARD_KERNEL_CALL_H

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

enum { KERNEL_MAX_ERRNO = 4095 };

/* An argument of a system call that is an address. */
static inline long kernel_address(const void *address)
{
    return (long)(uintptr_t)address;
}

#if defined __x86_64__ && !defined __ILP32__ && !defined __clang_analyzer__

static inline long kernel_answer(long number, const long arguments[6])
{
    register long fourth __asm__("r10") = arguments[3];
    register long fifth __asm__("r8") = arguments[4];
    register long sixth __asm__("r9") = arguments[5];
    long answer;
    __asm__ volatile("syscall"
                     : "=a"(answer)
                     : "a"(number), "D"(arguments[0]), "S"(arguments[1]), "d"(arguments[2]), "r"(fourth), "r"(fifth),
                       "r"(sixth)
                     : "rcx", "r11", "memory");
    return answer;
}

#elif defined __aarch64__ && !defined __ILP32__ && !defined __clang_analyzer__

static inline long kernel_answer(long number, const long arguments[6])
{
    register long which __asm__("x8") = number;
    register long first __asm__("x0") = arguments[0];
    register long second __asm__("x1") = arguments[1];
    register long third __asm__("x2") = arguments[2];
    register long fourth __asm__("x3") = arguments[3];
    register long fifth __asm__("x4") = arguments[4];
    register long sixth __asm__("x5") = arguments[5];
    __asm__ volatile("svc #0"
                     : "+r"(first)
                     : "r"(which), "r"(second), "r"(third), "r"(fourth), "r"(fifth), "r"(sixth)
                     : "memory");
    return first;
}

#else

static inline long kernel_answer(long number, const long arguments[6])
{
    long answer = syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
    return answer == -1 ? -errno : answer;
}

#endif

/* -1 with errno where the call fails. */
static inline long kernel_call(long number, long first, long second, long third, long fourth, long fifth, long sixth)
{
    long answer = kernel_answer(number, (const long[6]){first, second, third, fourth, fifth, sixth});
    if (answer >= 0 || answer < -KERNEL_MAX_ERRNO)
        return answer;
    errno = (int)-answer;
    return -1;
}

#endif
