/*
 * The hooks of dlsym, dlvsym and dlopen for x86-64: ask in C with the arguments kept, then return or jump; see
 * loader_hooks.h. System V ABI: arguments in rdi, rsi, rdx; a structure of two words comes back in rax and rdx; the
 * stack is aligned to 16 bytes at a call. dlsym's third argument in C is the return address.
 */
    .text

    .macro export name
    .globl \name
    .type \name, @function
\name:
    .cfi_startproc
    endbr64
    .endm

    .macro end name
    .cfi_endproc
    .size \name, . - \name
    .endm

    .macro keep register
    pushq %\register
    .cfi_adjust_cfa_offset 8
    .endm

    .macro restore register
    popq %\register
    .cfi_adjust_cfa_offset -8
    .endm

    .macro look_up name, caller=none
    export \name
    keep rdi
    keep rsi
    keep rdx
    .ifnc \caller, none
    movq 24(%rsp), %\caller
    .endif
    call loader_hook_\name
    movq %rdx, %r11
    restore rdx
    restore rsi
    restore rdi
    testq %r11, %r11
    jz 1f
    jmp *%r11
1:  ret
    end \name
    .endm

    look_up dlsym, rdx
    look_up dlvsym

    export dlopen
    keep rdi
    call loader_hook_dlopen
    restore rdi
    testq %rdx, %rdx
    jz 1f
    movl %eax, %esi
    jmp *%rdx
1:  xorl %eax, %eax
    ret
    end dlopen

    .section .note.GNU-stack, "", @progbits
