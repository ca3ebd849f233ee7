/*
 * The hooks of dlsym, dlvsym and dlopen for 64-bit Arm: ask in C with the arguments kept, then return or jump; see
 * loader_hooks.h. AAPCS64: arguments and a returned structure of two words in x0, x1, x2; the return address in x30, which is
 * dlsym's third argument in C.
 */
    .text

    .macro export name
    .globl \name
    .type \name, %function
\name:
    .cfi_startproc
    hint #34 /* bti c */
    stp x29, x30, [sp, #-48]!
    .cfi_def_cfa_offset 48
    .cfi_offset 29, -48
    .cfi_offset 30, -40
    mov x29, sp
    .endm

    .macro leave
    ldp x29, x30, [sp], #48
    .cfi_def_cfa_offset 0
    .cfi_restore 29
    .cfi_restore 30
    .endm

    .macro end name
    .cfi_endproc
    .size \name, . - \name
    .endm

    .macro look_up name, caller=none
    export \name
    stp x0, x1, [sp, #16]
    str x2, [sp, #32]
    .ifnc \caller, none
    mov \caller, x30
    .endif
    bl loader_hook_\name
    mov x16, x1
    mov x17, x0
    ldp x0, x1, [sp, #16]
    ldr x2, [sp, #32]
    leave
    cbz x16, 1f
    br x16
1:  mov x0, x17
    ret
    end \name
    .endm

    look_up dlsym, x2
    look_up dlvsym

    export dlopen
    str x0, [sp, #16]
    bl loader_hook_dlopen
    mov x16, x1
    mov w1, w0
    ldr x0, [sp, #16]
    leave
    cbz x16, 1f
    br x16
1:  mov x0, #0
    ret
    end dlopen

    .section .note.GNU-stack, "", %progbits
