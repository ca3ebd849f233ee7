"""Rows about what hooks themselves call: nothing that may be somebody's who holds a lock."""
import pathlib
import platform

import programs
from reached import reached_from
from rows import row
from runner import Unavailable

# What the hooks may call of the C library, and why nobody waits for it.
PURE = 'computes, and touches nothing but its arguments'
SAFE = {
    **dict.fromkeys(['memchr', 'memcmp', 'memcpy', 'memmove', 'memset', 'strchr', 'strcmp', 'strcspn', 'strlen', 'strncmp',
                     'strnlen', 'strpbrk', 'strrchr', 'strspn', 'strstr', 'inet_pton', 'inet_ntop'], PURE),
    'snprintf': 'formats strings and numbers into a buffer of ours: neither allocates nor locks for these',
    'vsnprintf': 'the same',
    '__errno_location': "this thread's own",
    'strncasecmp': "computes, by this thread's locale, which it only reads",
    'getauxval': 'reads what the kernel handed over at the start',
    'dl_iterate_phdr': "takes the loader's lock, which may be taken again by its thread and which dlopen takes anyway; in "
                       'the hook of dlsym only after an object was opened with RTLD_DEEPBIND, or for a name of libssl',
}
# Only where a TLS library has been seen do we tell anything.
STOPS = ['notice_not_covered']


@row
def hooks_of_the_loader_call_nothing_that_may_be_somebodys(setting):
    for hook in 'loader_hook_dlopen', 'loader_hook_dlsym', 'loader_hook_dlvsym':
        foreign = reached_from(setting.library, [hook], STOPS)
        assert '__errno_location' in foreign, f'{hook}: this test reads nothing'
        wrong = {name: way for name, way in foreign.items() if name not in SAFE}
        assert not wrong, wrong


SAFE_IN_NAMES = SAFE | {
    'inet_aton': PURE,
    **dict.fromkeys(['sigaddset', 'sigemptyset', 'sigismember'], PURE),
    'dl_iterate_phdr': "takes the loader's lock, once, for a function that no object of the loader's list has: libanl's "
                       'before glibc 2.34',
}
NAME_HOOKS = ['connect', 'getaddrinfo', 'getaddrinfo_a', 'gai_error', 'gethostbyname', 'gethostbyname2', 'gethostbyname_r',
              'gethostbyname2_r']


@row
def hooks_of_connect_and_the_resolver_call_nothing_that_may_be_somebodys(setting):
    for hook in NAME_HOOKS:
        foreign = reached_from(setting.library, [hook], [])
        assert '__errno_location' in foreign, f'{hook}: this test reads nothing'
        wrong = {name: way for name, way in foreign.items() if name not in SAFE_IN_NAMES}
        assert not wrong, wrong


def opened_under_a_lock(policy, answer):
    def check(setting):
        setting.write_policy(policy)
        program = setting.program('locked', ['main_locked.c'], '-rdynamic')
        plugin = setting.plugin('answering.so', ['answering.c'])
        assert setting.bare([program, plugin]) == 'plugin\n'
        output = setting.preloaded([program, plugin])
        assert output == f'{answer}\n', output
    return check


def named(name, check):
    check.__name__ = name
    row(check)


named('opened_deepbind_under_a_lock_that_functions_of_libc_want_too', opened_under_a_lock('', 'plugin'))
named('opened_deepbind_under_such_a_lock_where_the_flag_is_stripped', opened_under_a_lock('deepbind = strip', 'program'))
named('opened_deepbind_under_such_a_lock_with_a_policy_that_is_broken',
      opened_under_a_lock('mode = x\n[rule a]\nuser = root\nuser = nobody\ndestination = 10.0.0.0/8', 'plugin'))
named('opened_deepbind_under_such_a_lock_with_a_broken_policy_that_strips_the_flag',
      opened_under_a_lock('deepbind = strip\nmode = x', 'program'))


@row
def a_wrapper_of_user_ids_does_not_hang(setting):
    """It opens the C library with RTLD_DEEPBIND under the lock that its getuid takes."""
    wrapper = pathlib.Path('/usr/lib/x86_64-linux-gnu/libuid_wrapper.so')
    if not wrapper.exists():
        raise Unavailable('no libuid-wrapper')
    expected = setting.run(['id', '-u'], preload=[wrapper])
    for preload in [setting.library, wrapper], [wrapper, setting.library]:
        assert setting.run(['id', '-u'], preload=preload) == expected
        assert setting.run(['grep', '-c', 'r-xp.*libtlsward.so', '/proc/self/maps'], preload=preload) == '1\n'


CONNECTS = """import socket, ssl, sys
context = ssl._create_unverified_context()
context.wrap_socket(socket.create_connection(('127.0.0.1', int(sys.argv[1])))).close()
"""


@row
def the_script_is_known_although_a_library_was_initialized_before(setting):
    """Its constructor calls a hook, and this library's own, which gets the arguments, runs after it."""
    if programs.EMULATOR:
        raise Unavailable('no python there')
    early = setting.plugin('early.so', ['opens_early.c'])
    script = setting.directory.resolve() / 'connects.py'
    script.write_text(CONNECTS)
    setting.write_policy(f'verify = none\n[rule script]\nscript = {script}\nmode = audit\n'
                         'owner = o\nreason = r\nexpires = 2999-01-01\n')
    output = setting.run(['/usr/bin/python3', script.name, setting.server().port], preload=[setting.library, early])
    told = [(event.get('tlsward.script'), event.get('rule.name')) for event in setting.handshakes()]
    assert told == [(str(script), 'script')], (told, output, setting.notices())


# The default since glibc 2.15 does not run a script without "#!" by the shell, that of older programs does.
VERSIONS = {'an_old_program': ('-DVERSION="GLIBC_2.2.5"', 'Success'), 'a_program_of_today': ('-UVERSION', 'Exec format error')}


def spawns(option, said):
    def check(setting):
        if programs.EMULATOR or platform.machine() != 'x86_64':
            raise Unavailable('this architecture has one version of posix_spawn')
        program = setting.program('spawns', ['main_spawns.c'], option)
        script = setting.directory / 'script'
        script.write_text('echo ran\n')
        script.chmod(0o755)
        expected = setting.bare([program, script])
        assert f'posix_spawn: {said}\n' in expected and f'posix_spawnp: {said}\n' in expected, expected
        assert setting.mapped([program, script]), 'the library was not loaded'
        assert setting.preloaded([program, script]) == expected, setting.preloaded([program, script])
    return check


for who, how in VERSIONS.items():
    named(f'{who}_has_the_posix_spawn_that_it_was_linked_against', spawns(*how))
