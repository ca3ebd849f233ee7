"""The rows: each is a function whose name says what breaks."""

import os
import pathlib
import re
import shutil
import subprocess

import servers
from programs import MAKING, fetched
from runner import Unavailable

NEWEST_GLIBC = (2, 17)
LIBSSL3 = '/usr/lib/x86_64-linux-gnu/libssl.so.3'
ALL = []


def row(function):
    ALL.append(function)
    return function


def readelf(path, *options):
    return subprocess.run(['readelf', '-W', *options, path], check=True, capture_output=True, text=True).stdout


# What the library asks of the C library.

@row
def imports_nothing_newer_than_glibc_2_17(setting):
    versions = re.findall(r'UND .*@GLIBC_([\d.]+)', readelf(setting.library, '--dyn-syms'))
    assert versions, 'no versions found: this test reads nothing'
    newer = [version for version in versions if tuple(map(int, version.split('.'))) > NEWEST_GLIBC]
    assert not newer, f'imports of {newer}'


@row
def needs_no_library_but_libc(setting):
    needed = re.findall(r'\(NEEDED\).*\[(.*)\]', readelf(setting.library, '--dynamic'))
    assert needed == ['libc.so.6'], needed


@row
def imports_no_function_of_threads_or_the_loader(setting):
    imported = re.findall(r'UND ([\w]+)', readelf(setting.library, '--dyn-syms'))
    wrong = [name for name in imported if re.match(r'pthread_|dl(?!_iterate_phdr)|__isoc23|__.*_chk$|f?l?stat', name)]
    assert imported and not wrong, wrong


# Linked, or opened at run time.

def without_loader_hooks(setting):
    """The library as it is on architectures for which nobody has written the hooks of the loader."""
    build_library(setting, setting.build / 'without-loader-hooks', 'STUBS=')
    assert not re.search(r'\bdlsym$', readelf(setting.library, '--dyn-syms'), re.MULTILINE), 'dlsym is hooked'


def build_library(setting, directory, *variables):
    with MAKING[directory]:
        subprocess.run(['make', '-s', '-j2', 'library', f'B={directory}', *variables], check=True, capture_output=True,
                       cwd=setting.source)
    setting.library = directory / 'libtlsward.so'


@row
def linked(setting):
    server = setting.server()
    program = setting.program('linked', ['main_linked.c', 'linked.c', 'client.c'], '-lssl')
    setting.assert_stopped(server, [program, server.port])


@row
def linked_through_another_library(setting):
    server = setting.server()
    setting.plugin('libthrough.so', ['linked.c', 'client.c'], '-lssl')
    program = setting.program('through', ['main_linked.c'], f'-L{setting.directory}', '-lthrough', '-Wl,-rpath,$ORIGIN')
    setting.assert_stopped(server, [program, server.port])


def opened(setting, how, *, policy=''):
    setting.write_policy(policy)
    plugin = setting.plugin('plugin.so', ['linked.c', 'client.c'], '-lssl')
    program = setting.program('opens', ['main_plugin.c'])
    server = setting.server()
    return server, [program, server.port, how, plugin]


@row
def plugin_opened_local(setting):
    server, command = opened(setting, 'local')
    setting.assert_stopped(server, command)


@row
def plugin_opened_global(setting):
    server, command = opened(setting, 'global')
    setting.assert_stopped(server, command)


@row
def plugin_opened_deepbind_is_stopped_where_the_flag_is_stripped(setting):
    server, command = opened(setting, 'deepbind', policy='deepbind = strip')
    setting.assert_stopped(server, command)


@row
def plugin_opened_deepbind_is_reported_otherwise(setting):
    server, command = opened(setting, 'deepbind')
    setting.assert_untouched(server, command, 'RTLD_DEEPBIND', 'plugin.so')


@row
def plugin_opened_deepbind_is_stopped_where_libssl_was_there_before(setting):
    server, command = opened(setting, 'deepbind')
    setting.program('opens', ['main_plugin.c'], '-Wl,--no-as-needed', '-lssl')
    setting.assert_stopped(server, command)
    assert not setting.notices(), setting.notices()


def finds(setting):
    return setting.program('finds', ['main_dlsym.c', 'client.c'])


@row
def found_with_dlsym(setting):
    server = setting.server()
    setting.assert_stopped(server, [finds(setting), 1, server.port, LIBSSL3])


@row
def found_with_dlsym_where_libssl_calls_its_own_libcrypto_only(setting):
    """Opened like this libssl's calls to X509_verify_cert pass us by: the callbacks of the context must do."""
    server = setting.server()
    program = setting.program('finds-isolated', ['main_dlsym.c', 'client.c'],
                              '-DOPENED_WITH=(RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND)')
    setting.assert_stopped(server, [program, 1, server.port, LIBSSL3])


def stopped_after(setting, what):
    """The policy that the program was started with counts, whatever it does to its environment before there is TLS."""
    server = setting.server()
    program = setting.program(what, ['main_dlsym.c', 'client.c', 'environment.c'], f'-DWHAT={what}')
    setting.assert_stopped(server, [program, 1, server.port, LIBSSL3])


@row
def found_after_the_variable_was_set_to_another(setting):
    stopped_after(setting, 'set_another')


@row
def found_after_the_variable_was_unset(setting):
    stopped_after(setting, 'unset')


@row
def found_after_a_title_was_written_over_the_environment(setting):
    stopped_after(setting, 'write_title')


@row
def found_after_the_environment_was_cleaned_and_a_title_written_over_it(setting):
    stopped_after(setting, 'clean_and_write_title')


# Two versions in one process, and one that comes and goes.

def bullseye(setting):
    directory = fetched(setting.build, 'bullseye', 'bullseye', 'libssl1.1') / 'usr/lib/x86_64-linux-gnu'
    return directory / 'libssl.so.1.1', {'LD_LIBRARY_PATH': str(directory)}


def assert_each_by_its_own(setting, paths):
    judged = [event['tlsward.library'] for event in setting.handshakes()]
    assert sorted(map(os.path.basename, paths)) == sorted(map(os.path.basename, judged)), f'judged by {judged}'


@row
def two_versions_found_with_dlsym(setting):
    old, environment = bullseye(setting)
    server, other = setting.server(), setting.server()  # what happens twice with one server is told once
    setting.assert_stopped(server, [finds(setting), 1, server.port, old, other.port, LIBSSL3], environment=environment)
    assert other.completed() == 1, 'the second version connected'
    assert_each_by_its_own(setting, [old, LIBSSL3])


@row
def what_passes_a_missing_dlsym_hook_is_still_stopped_and_an_event_says_what_is_not(setting):
    old, environment = bullseye(setting)
    without_loader_hooks(setting)
    server = setting.server()
    setting.assert_stopped(server, [finds(setting), 2, server.port, old], connections=2, environment=environment)
    said = [notice for notice in setting.notices() if notice.startswith('not covered')]
    assert len(said) == 1 and 'neither is hooked on this architecture' in said[0], setting.notices()


@row
def two_versions_in_two_plugins(setting):
    old, environment = bullseye(setting)
    server = setting.server()
    plugins = [setting.plugin('old.so', ['linked.c', 'client.c'], '-Wl,--allow-shlib-undefined', old),
               setting.plugin('new.so', ['linked.c', 'client.c'], '-lssl')]
    program = setting.program('opens', ['main_plugin.c'])
    setting.assert_stopped(server, [program, server.port, 'local', *plugins], connections=2, environment=environment)
    assert_each_by_its_own(setting, [old, LIBSSL3])


def comes_and_goes(setting, library, environment=None):
    server = setting.server()
    output = setting.assert_stopped(server, [finds(setting), 50, server.port, library], connections=50,
                                    environment=environment)
    assert output.count('refused') == 50, output


@row
def opened_and_closed_50_times(setting):
    comes_and_goes(setting, LIBSSL3)


@row
def old_version_opened_and_closed_50_times(setting):
    comes_and_goes(setting, *bullseye(setting))


@row
def each_connection_has_its_own_library_however_many_there_are(setting):
    old, environment = bullseye(setting)
    program = setting.program('many', ['main_many.c'])
    command = [program, 3000, LIBSSL3, old]
    assert setting.bare(command, environment=environment) == 'wrong: 0\n'
    output = setting.preloaded(command, environment=environment)
    assert output == 'wrong: 0\n', output
    assert setting.mapped([program, 1, LIBSSL3]), 'the library was not there'


def copies_of_libssl(setting, count):
    copies = [setting.directory / f'libssl-{number}.so' for number in range(count)]
    for copy in copies:
        shutil.copy(LIBSSL3, copy)
    return copies


@row
def each_of_four_copies_of_a_library_judges_its_own(setting):
    """They share a libcrypto, which numbers the data of all of them."""
    servers_of = [setting.server() for _ in range(4)]
    copies = copies_of_libssl(setting, 4)
    command = [finds(setting), 2, *[part for pair in zip((server.port for server in servers_of), copies)
                                    for part in pair]]
    setting.bare(command)
    assert [server.completed() for server in servers_of] == [2] * 4
    setting.preloaded(command)
    assert [server.completed() for server in servers_of] == [2] * 4, 'a connection came about under the library'
    judged = {event['tlsward.library'] for event in setting.handshakes()}
    assert judged == set(map(str, copies)), judged


@row
def a_ninth_library_passes_through_and_is_said(setting):
    program = setting.program('many', ['main_many.c'])
    output = setting.preloaded([program, 3, *copies_of_libssl(setting, 9)])
    assert output == 'wrong: 0\n', output
    said = setting.notices()
    assert len(said) == 1 and 'libssl-8.so' in said[0] and 'more than the eight' in said[0], said


# A plugin that is replaced while the program runs.

def reloads(setting, command, environment=None):
    expected = setting.bare(command, environment=environment)
    assert expected.count('unloaded') == len(command) - 1, f'not unloaded without the library either:\n{expected}'
    output = setting.preloaded(command, environment=environment)
    assert output == expected, f'without the library:\n{expected}\nwith it:\n{output}'
    assert setting.mapped(command, environment=environment), 'the library was not there'


@row
def plugin_that_is_closed_is_unloaded_and_its_successor_runs(setting):
    editions = [setting.plugin(f'{name}.so', ['reloaded.c'], f'-DEDITION="{name}"', '-lssl', '-lcrypto')
                for name in ('first', 'second')]
    program = setting.program('reload', ['main_reload.c'], *KEEP_SSL)
    reloads(setting, [program, *editions, *editions])


@row
def plugin_in_the_place_of_another_has_its_own_libcrypto(setting):
    """Both call from the same address, one after the other."""
    old, environment = bullseye(setting)
    editions = [
        setting.plugin('old.so', ['reloaded.c'], '-DEDITION="edited"', '-Wl,--allow-shlib-undefined',
                       old.with_name('libcrypto.so.1.1')),
        setting.plugin('new.so', ['reloaded.c'], '-DEDITION="edited"', '-lcrypto')]
    program = setting.program('reload', ['main_reload.c'])
    reloads(setting, [program, *editions * 4], environment)


# What has OpenSSL's names and is something else.

@row
def program_with_an_openssl_of_its_own_is_reported(setting):
    server = setting.server()
    program = setting.program('static', ['main_linked.c', 'linked.c', 'client.c'], '-Wl,-Bstatic', '-lssl', '-lcrypto',
                              '-Wl,-Bdynamic', '-rdynamic', '-lpthread', '-ldl')
    setting.assert_untouched(server, [program, server.port], 'of its own built in')


@row
def node_is_reported(setting):
    node = shutil.which('node')
    if node is None or 'SSL_CTX_new' not in readelf(node, '--dyn-syms'):
        raise Unavailable('no node with an OpenSSL of its own')
    server = setting.server()
    script = (f'const s = require("tls").connect({{port: {server.port}, host: "127.0.0.1", rejectUnauthorized: false}},'
              ' () => { console.log("connected"); s.end(); })')
    setting.assert_untouched(server, [node, '-e', script], 'of its own built in')


def gnutls():
    path = '/usr/lib/x86_64-linux-gnu/libgnutls-openssl.so.27'
    if not os.path.exists(path):
        raise Unavailable('libgnutls-openssl27 is not installed')
    return path


@row
def gnutls_under_openssl_names_linked(setting):
    server = setting.server()
    program = setting.program('gnutls', ['main_linked.c', 'gnutls.c', 'client.c'], gnutls())
    setting.assert_untouched(server, [program, server.port], 'libgnutls-openssl')


@row
def gnutls_under_openssl_names_found_with_dlsym(setting):
    server = setting.server()
    setting.assert_untouched(server, [finds(setting), 1, server.port, gnutls()], 'libgnutls-openssl')


@row
def openssl_that_lacks_a_needed_function_is_reported(setting):
    """As 1.0.1 does. This one is the system's, with a function renamed that nothing but tlsward looks for."""
    needed = b'X509_STORE_CTX_set_error\0'
    libcrypto = pathlib.Path(LIBSSL3).with_name('libcrypto.so.3').read_bytes()
    assert libcrypto.count(needed) == 1, 'not the place of one name'
    (setting.directory / 'libcrypto.so.3').write_bytes(libcrypto.replace(needed, needed.replace(b'error', b'ERROR')))
    server = setting.server()
    program = setting.program('linked', ['main_linked.c', 'linked.c', 'client.c'], '-lssl')
    setting.assert_untouched(server, [program, server.port], 'libssl.so.3', '(it lacks X509_STORE_CTX_set_error)',
                             environment={'LD_LIBRARY_PATH': str(setting.directory)})


def boringssl(setting):
    directory = fetched(setting.build, 'bookworm', 'boringssl', 'android-libboringssl') \
        / 'usr/lib/x86_64-linux-gnu/android'
    return directory / 'libssl.so.0', {'LD_LIBRARY_PATH': str(directory)}


@row
def boringssl_linked(setting):
    library, environment = boringssl(setting)
    server = setting.server()
    program = setting.program('boring', ['main_linked.c', 'linked.c', 'client.c'], '-Wl,--allow-shlib-undefined', library)
    setting.assert_untouched(server, [program, server.port], 'android/libssl.so.0', environment=environment)


@row
def boringssl_found_with_dlsym(setting):
    library, environment = boringssl(setting)
    server = setting.server()
    setting.assert_untouched(server, [finds(setting), 1, server.port, library], 'android/libssl.so.0',
                             environment=environment)


# PHP opens its extensions with RTLD_DEEPBIND.

PHP = {
    'curl': (servers.Protocol, 'curl', '$c = curl_init("https://127.0.0.1:{port}/"); curl_setopt($c, '
             'CURLOPT_SSL_VERIFYPEER, false); curl_setopt($c, CURLOPT_SSL_VERIFYHOST, 0); curl_setopt($c, '
             'CURLOPT_TIMEOUT, 300); curl_exec($c);'),
    'pgsql': (servers.Postgres, 'pgsql', '@pg_connect("host=127.0.0.1 port={port} sslmode=require connect_timeout=300");'),
    'ftp': (servers.Ftp, 'ftp', '$c = ftp_ssl_connect("127.0.0.1", {port}, 5); @ftp_login($c, "a", "b");'),
    'imap': (servers.Imap, 'imap', 'imap_timeout(IMAP_OPENTIMEOUT, 300); @imap_open('
             '"{{127.0.0.1:{port}/imap/ssl/novalidate-cert}}", "a", "b", 0, 1); imap_errors();'),
    'openssl': (servers.Protocol, 'openssl', '@stream_socket_client("ssl://127.0.0.1:{port}", $e, $m, 5, '
                'STREAM_CLIENT_CONNECT, stream_context_create(["ssl" => ["verify_peer" => false, '
                '"verify_peer_name" => false]]));'),
}


def php(extension):
    def check(setting):
        protocol, name, script = PHP[extension]
        if shutil.which('php') is None:
            raise Unavailable('php is not installed')
        loaded = subprocess.run(['php', '-m'], capture_output=True, text=True, check=True).stdout.split()
        if name not in loaded:
            raise Unavailable(f'php has no extension {name}')
        server = setting.server(protocol)
        setting.assert_stopped(server, ['php', '-r', script.format(port=server.port)])
    check.__name__ = f'php_{extension}'
    return check


ALL.extend(php(extension) for extension in PHP)


# What dlsym and dlvsym answer.

HOOKED = {'dlsym', 'dlvsym', 'dlopen', 'connect', 'getaddrinfo', 'SSL_connect', 'SSL_CTX_new', 'SSL_new', 'SSL_set_verify',
          'BIO_new_ssl_connect', 'X509_verify_cert'}
BY_SCOPE = {'RTLD_DEFAULT', 'program', 'RTLD_NEXT'}  # look-ups that pass by every preloaded library


def answers(output):
    return dict(line.split(': ', 1) for line in output.splitlines() if not line.startswith('wrapper'))


def may_be_ours(question):
    """Questions where the answer is the hook: by scope for every hook, by handle where the argument tells the library."""
    _, handle, name, version = question.split()
    by_handle = name.startswith('SSL_') or name.startswith('BIO_')
    return name in HOOKED and (by_handle or (handle in BY_SCOPE and version == '-'))


def without_object(error):
    """dlerror's text names the object that asked; where our hook hides that nothing is behind it, that is the hook's."""
    return re.sub(r'NULL, \S+: ', 'NULL, ', error)


def compare_lookups(setting, options, *, libssl_is_there, wrapper=None):
    probes = [setting.plugin('probe.so', ['lookups.c']), setting.plugin('probe-ssl.so', ['lookups.c'], *KEEP_SSL)]
    program = setting.program('lookups', ['lookups.c'], '-DLOOKUPS_MAIN', '-rdynamic', '-lm', *options)
    command = [program, *probes]
    others = [wrapper] if wrapper else []
    expected = answers(setting.run(command, preload=others))
    for preload in ([setting.library, *others], [*others, setting.library]):
        found = answers(setting.run(command, preload=preload))
        assert found.keys() == expected.keys() and len(found) > 100, f'not the same questions: {len(found)}'
        ours = 0
        for question, answer in found.items():
            if answer.startswith('libtlsward.so'):
                ours += 1
                assert may_be_ours(question) and expected[question][:4] != 'NULL', \
                    f'{question}: ours instead of {expected[question]}'
            elif may_be_ours(question) and answer.startswith('NULL'):
                assert without_object(answer) == without_object(expected[question]), \
                    f'{question}: {answer}, not {expected[question]}'
            else:
                assert answer == expected[question], f'{question}: {answer}, not {expected[question]}'
        assert ours, 'the library was not there'
        if libssl_is_there:
            assert found['program libssl.so.3 SSL_connect -'].startswith('libtlsward.so'), 'dlsym did not give our hook'
            assert found['program RTLD_DEFAULT SSL_connect OPENSSL_3.0.0'].startswith('libtlsward.so'), \
                'dlvsym did not give our hook'
            assert found['program libssl.so.3 SSL_connect OPENSSL_3.0.0'].startswith('libtlsward.so')


KEEP_SSL = ('-Wl,--no-as-needed', '-lssl', '-Wl,--as-needed')


@row
def lookups_mean_the_same_without_libssl(setting):
    compare_lookups(setting, (), libssl_is_there=False)


@row
def lookups_mean_the_same_with_libssl(setting):
    compare_lookups(setting, KEEP_SSL, libssl_is_there=True)


@row
def lookups_mean_the_same_at_O0(setting):
    build_library(setting, setting.directory / 'O0', 'CFLAGS=-O0 -g')
    compare_lookups(setting, KEEP_SSL, libssl_is_there=True)


@row
def lookups_mean_the_same_beside_another_preload(setting):
    wrapper = setting.plugin('wrapper.so', ['wrapper.c'])
    compare_lookups(setting, KEEP_SSL, libssl_is_there=True, wrapper=wrapper)


@row
def another_preload_is_still_called_before_and_after_us(setting):
    server = setting.server()
    wrapper = setting.plugin('wrapper.so', ['wrapper.c'])
    program = setting.program('linked', ['main_linked.c', 'linked.c', 'client.c'], '-lssl')
    for order in ([wrapper, setting.library], [setting.library, wrapper]):
        output = setting.run([program, server.port], preload=order)
        assert 'connect called 1 times' in output and 'no_such_symbol NULL' in output, output
        assert 'next malloc libc.so.6, getenv libc.so.6' in output, output
        ours_is_next = order[0] == wrapper
        assert f'connect {"libtlsward.so" if ours_is_next else "libc.so.6"}' in output, output
        assert f'SSL_connect {"libtlsward.so" if ours_is_next else "libssl.so.3"}' in output, output
    assert len(setting.handshakes()) == 2, setting.handshakes()


# Another preload that hooks functions of OpenSSL.

def assert_interposed(setting, command, interposer, *, others=(), environment=None):
    """Stopped in both orders, and the other preload called as often as without us."""
    expected = setting.run(command, preload=[interposer, *others], environment=environment)
    said = [line for line in expected.splitlines() if line.startswith('interposer')]
    assert 'connected' in expected, expected
    for order in ([interposer, setting.library, *others], [setting.library, interposer, *others]):
        setting.log.unlink(missing_ok=True)
        output = setting.run(command, preload=order, environment=environment)
        assert 'refused' in output and 'connected' not in output, output
        assert [line for line in output.splitlines() if line.startswith('interposer')] == said, \
            f'without us:\n{expected}\nwith us:\n{output}'
        assert any(event['tlsward.action'] == 'blocked' for event in setting.handshakes()), setting.notices()
    return said


def linked_client(setting):
    return setting.program('linked', ['main_linked.c', 'linked.c', 'client.c'], '-lssl')


@row
def interposer_of_libssl_is_called_before_and_behind_us(setting):
    interposer = setting.plugin('interposer.so', ['interposer.c'])
    said = assert_interposed(setting, [linked_client(setting), setting.server().port], interposer)
    assert said == ['interposer: SSL_connect', 'interposer: X509_verify_cert'], said


@row
def interposer_among_the_libraries_of_the_program_is_called(setting):
    setting.plugin('libinterposer.so', ['interposer.c'])
    program = setting.program('linked', ['main_linked.c', 'linked.c', 'client.c'], '-Wl,--no-as-needed',
                              f'-L{setting.directory}', '-linterposer', '-Wl,-rpath,$ORIGIN', '-lssl')
    server = setting.server()
    output = setting.assert_stopped(server, [program, server.port])
    assert output.count('interposer: SSL_connect') == 1, output


@row
def interposer_that_asks_libssl_itself_is_called_once(setting):
    interposer = setting.plugin('interposer.so', ['interposer.c'], '-DBY_HANDLE')
    assert_interposed(setting, [linked_client(setting), setting.server().port], interposer)


@row
def two_interposers_are_both_called(setting):
    interposer = setting.plugin('interposer.so', ['interposer.c'])
    other = setting.plugin('other.so', ['interposer.c'])
    said = assert_interposed(setting, [linked_client(setting), setting.server().port], interposer, others=[other])
    assert said.count('interposer: SSL_connect') == 2, said


@row
def interposer_is_called_by_a_plugin_with_a_libssl_of_its_own(setting):
    """Its next is nowhere then, as without us: it asks libssl itself."""
    interposer = setting.plugin('interposer.so', ['interposer.c'], '-DBY_HANDLE')
    plugin = setting.plugin('plugin.so', ['linked.c', 'client.c'], '-lssl')
    program = setting.program('opens', ['main_plugin.c'], '-Wl,--no-as-needed', '-lcrypto')
    assert_interposed(setting, [program, setting.server().port, 'local', plugin], interposer)


@row
def interposer_is_passed_by_where_dlsym_found_the_function(setting):
    """As without us; the next of the interposer is nowhere, and to call it would be the program's end."""
    interposer = setting.plugin('interposer.so', ['interposer.c'])
    program = setting.program('finds-linked', ['main_dlsym.c', 'client.c'], '-Wl,--no-as-needed', '-lcrypto')
    said = assert_interposed(setting, [program, 1, setting.server().port, LIBSSL3], interposer)
    assert said == ['interposer: X509_verify_cert'], said


@row
def interposer_of_an_older_version_is_called(setting):
    old, environment = bullseye(setting)
    interposer = setting.plugin('interposer.so', ['interposer.c'])
    plugins = [setting.plugin('old.so', ['linked.c', 'client.c'], '-Wl,--allow-shlib-undefined', old),
               setting.plugin('new.so', ['linked.c', 'client.c'], '-lssl')]
    program = setting.program('opens', ['main_plugin.c'])
    command = [program, setting.server().port, 'global', plugins[0]]
    assert_interposed(setting, command, interposer, environment=environment)
    assert_each_by_its_own(setting, [old])


def loader_walks(setting, counter, connections):
    """How often the loader's list is walked under its lock, by a program with so many connections."""
    command = [finds(setting), connections, setting.server().port, LIBSSL3]
    output = setting.run(command, preload=[counter, setting.library])
    assert output.count('refused') == connections, output
    return int(re.search(r'dl_iterate_phdr called (\d+) times', output)[1])


@row
def connections_do_not_hold_the_loaders_lock_that_a_forked_child_would_wait_for(setting):
    if tuple(map(int, os.confstr('CS_GNU_LIBC_VERSION').split()[1].split('.'))) < (2, 35):
        raise Unavailable('before glibc 2.35 the object at an address is not found without that lock')
    counter = setting.plugin('counter.so', ['counter.c'])
    first = loader_walks(setting, counter, 1)
    assert first > 0, 'nothing was counted'
    assert loader_walks(setting, counter, 20) == first


@row
def asan_runtime_before_us_asks_for_everything_first(setting):
    runtime = subprocess.run(['gcc', '-print-file-name=libasan.so'], capture_output=True, text=True, check=True)
    server = setting.server()
    program = setting.program('linked', ['main_linked.c', 'linked.c', 'client.c'], '-lssl')
    output = setting.run([program, server.port], preload=[runtime.stdout.strip(), setting.library],
                         environment={'ASAN_OPTIONS': 'detect_leaks=0'})
    assert 'refused' in output and len(setting.handshakes()) == 1, output


# Another C library.

@row
def musl_program_is_unharmed(setting):
    if shutil.which('musl-gcc') is None:
        raise Unavailable('musl-tools is not installed')
    library = setting.directory / 'musl'
    subprocess.run(['make', '-s', '-j2', 'musl', f'B={library}'], check=True, capture_output=True, cwd=setting.source)
    program = setting.program('plain', ['plain.c'], cc='musl-gcc')
    server = setting.server()
    expected = setting.bare([program, server.port])
    assert 'connect 0' in expected, expected
    output = setting.run([program, server.port], preload=[library / 'libtlsward.so'])
    assert output == expected, f'without the library:\n{expected}\nwith it:\n{output}'
    mapped = setting.run(['/lib/ld-musl-x86_64.so.1', '--list', program], preload=[library / 'libtlsward.so'])
    assert 'libtlsward.so' in mapped, f'not loaded: {mapped}'
