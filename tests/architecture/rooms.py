"""Which rooms there are in the library and in the command, and what a file of each may know.

A check takes the root of a source tree and yields what is wrong in it.
"""

import re
import subprocess

# Each room with those that its files may include besides their own.
LIBRARY = {
    'process': (),
    'peer': ('process',),
    'trust': ('process',),
    'policy': ('peer', 'trust', 'process'),
    'event': ('policy', 'peer', 'trust', 'process'),
    'openssl': ('event', 'policy', 'peer', 'trust', 'process'),
    'hooks': ('openssl', 'event', 'policy', 'peer', 'trust', 'process'),
}
COMMAND = {
    'shared': (),
    'preload': (),
    'server': ('shared',),
    'events': ('shared',),
    'evaluate': ('events', 'shared'),
    'anchors': ('events', 'server', 'shared'),
    'check': ('shared',),
    'collect': ('events', 'shared'),
    'draft': ('evaluate', 'events', 'server', 'shared'),
    'enable': ('preload', 'shared'),
    'explain': ('server', 'shared'),
    'log': ('events', 'shared'),
    'pin': ('server', 'shared'),
    'replay': ('evaluate', 'events', 'shared'),
    'report': ('evaluate', 'events', 'shared'),
    'rescue': ('preload',),
    'run': ('preload', 'shared'),
    'scan': ('events', 'shared'),
    'status': ('preload', 'shared'),
}
BELOW_COMMAND = tuple(set(LIBRARY) - {'hooks'})
DOORS = ('main.c', 'own_note.c', 'completion.bash', 'man', 'share', 'packaging', 'units')
FAMILIES = ('openssl',)  # of TLS libraries

SOURCES = ('.c', '.h', '.S', '.def')

# Names of types and functions; strings and comments do not count.
TLS = re.compile(r'\b(SSL(_(CTX|METHOD|SESSION|CIPHER))?'
                 r'|X509(_(STORE|STORE_CTX|NAME|LOOKUP|LOOKUP_METHOD|OBJECT|CRL|VERIFY_PARAM|PUBKEY|EXTENSION))?'
                 r'|EVP_(PKEY|MD)|BIO(_(METHOD|ADDR))?|ASN1_[A-Z]+|GENERAL_NAMES?|CRYPTO_EX_DATA|OSSL_[A-Z_]+'
                 r'|STACK(_OF)?|gnutls_\w+)\b')
TLS_HEADER = re.compile(r'openssl/.*|gnutls/.*|nss.*/.*')
LOADER = re.compile(r'\b(RTLD_[A-Z]+|Dl_info|dl(open|sym|vsym|addr|addr1|close|error|info|mopen)(?=\s*\())\b')
LOADER_HEADER = re.compile(r'dlfcn\.h')


def code_of(text):
    """Without comments and strings."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', ' ', text, flags=re.DOTALL)


def sources_of(root, house):
    return sorted(path for path in (root / house).rglob('*') if path.suffix in SOURCES)


def included(path):
    """What a file includes: those of ours, and those of the system."""
    text = path.read_text()
    return (re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.MULTILINE),
            re.findall(r'^\s*#\s*include\s+<([^>]+)>', text, re.MULTILINE))


def room_of(name):
    return name.split('/')[0] if '/' in name else ''


def arrows(root, house, rooms, known=()):
    """Includes that a room is not to know. `known`: the rooms of another house below."""
    for path in sources_of(root, house):
        inside = path.relative_to(root / house)
        room = inside.parts[0]
        if len(inside.parts) < 2 or room not in rooms:
            continue
        for name in included(path)[0]:
            if room_of(name) not in (room, *rooms[room], *known):
                yield f'{path.relative_to(root)}: includes {name}'


def strays(root, house, rooms, doors=()):
    """Files that belong to no room. `doors` are what stands before the rooms."""
    for path in sorted((root / house).iterdir()):
        if path.name not in doors and not (path.is_dir() and path.name in rooms):
            yield f'{path.relative_to(root)}: belongs to no room'
    for room in rooms:
        if not (root / house / room).is_dir():
            yield f'{house}/{room}: is not there'
            continue
        for path in sorted((root / house / room).iterdir()):
            if path.suffix not in SOURCES:
                yield f'{path.relative_to(root)}: is no source'


def cycles(root, house, rooms):
    """Rooms that know each other, whatever they may."""
    knows = {room: set() for room in rooms}
    for path in sources_of(root, house):
        room = path.relative_to(root / house).parts[0]
        if room in rooms:
            knows[room] |= {room_of(name) for name in included(path)[0]} & set(rooms) - {room}
    while knows:
        lowest = [room for room, others in knows.items() if not others & set(knows)]
        if not lowest:
            yield f'{house}: {", ".join(sorted(knows))} know each other in a circle'
            return
        for room in lowest:
            del knows[room]


def mentions(root, words, header, allowed):
    """Words and headers in files of the library where `allowed` does not let them be."""
    for path in sources_of(root, 'shim'):
        inside = path.relative_to(root / 'shim')
        if allowed(inside):
            continue
        for name in included(path)[1]:
            if header.fullmatch(name):
                yield f'{path.relative_to(root)}: includes <{name}>'
        for found in sorted({match.group() for match in words.finditer(code_of(path.read_text()))}):
            yield f'{path.relative_to(root)}: says {found}'


def tls_types(root):
    return mentions(root, TLS, TLS_HEADER, lambda inside: inside.parts[0] in ('hooks', *FAMILIES))


def loader_types(root):
    return mentions(root, LOADER, LOADER_HEADER,
                    lambda inside: inside.parts[0] in ('hooks', *FAMILIES) or inside.match('process/loader*'))


def links(root, rooms, objects):
    """What the linker sees of it: functions and data of a room that is not to be known."""
    owners, uses = {}, []
    for source in (path for path in sources_of(root, 'shim') if path.suffix in ('.c', '.S')):
        path = objects / source.relative_to(root / 'shim').with_suffix('.o')
        if not path.exists():  # of another architecture
            continue
        room = path.parent.name
        for line in subprocess.run(['nm', '-P', path], check=True, capture_output=True, text=True).stdout.splitlines():
            name, kind = line.split()[:2]
            if kind in 'Uw':
                uses.append((room, path.name, name))
            elif kind.isupper():
                owners[name] = room
    if not uses:
        yield f'{objects}: nothing was built'
    for room, file, name in uses:
        owner = owners.get(name, room)
        if room in rooms and owner not in (room, *rooms[room]):
            yield f'{room}/{file}: uses {name} of {owner}'


CHECKS = {
    'library/each_room_knows_only_those_below_it': lambda root: arrows(root, 'shim', LIBRARY),
    'library/no_rooms_know_each_other': lambda root: cycles(root, 'shim', LIBRARY),
    'library/every_file_has_a_room': lambda root: strays(root, 'shim', LIBRARY),
    'library/types_of_a_tls_library_stay_in_its_family': tls_types,
    'library/the_dynamic_loader_is_known_to_few': loader_types,
    'command/each_room_knows_only_those_below_it': lambda root: arrows(root, 'tools', COMMAND, BELOW_COMMAND),
    'command/no_rooms_know_each_other': lambda root: cycles(root, 'tools', COMMAND),
    'command/every_file_has_a_room': lambda root: strays(root, 'tools', COMMAND, DOORS),
}

# One file each that a check has to notice: where it is, what is in it, and what must be said of it.
BREAKS = {
    'library/each_room_knows_only_those_below_it': (
        ('shim/peer/x.c', '#include "policy/policy.h"', 'shim/peer/x.c: includes policy/policy.h'),
        ('shim/process/x.h', '#  include "peer/ip.h"', 'shim/process/x.h: includes peer/ip.h'),
        ('shim/openssl/x.def', '#include "hooks/hooks.def"', 'shim/openssl/x.def: includes hooks/hooks.def'),
        ('shim/event/x.c', '#include "shared/text.h"', 'shim/event/x.c: includes shared/text.h'),
    ),
    'library/no_rooms_know_each_other': (
        ('shim/trust/x.c', '#include "policy/policy.h"', 'policy, trust know each other in a circle'),
    ),
    'library/every_file_has_a_room': (
        ('shim/x.c', '', 'shim/x.c: belongs to no room'),
        ('shim/cellar/x.c', '', 'shim/cellar: belongs to no room'),
        ('shim/peer/x.txt', '', 'shim/peer/x.txt: is no source'),
    ),
    'library/types_of_a_tls_library_stay_in_its_family': (
        ('shim/event/x.h', 'void x(const SSL *ssl);', 'shim/event/x.h: says SSL'),
        ('shim/trust/x.c', 'X509_STORE *x; /* SSL */', 'shim/trust/x.c: says X509_STORE'),
        ('shim/policy/x.c', '#include <openssl/x509.h>', 'shim/policy/x.c: includes <openssl/x509.h>'),
        ('shim/peer/x.c', 'gnutls_session_t x;', 'shim/peer/x.c: says gnutls_session_t'),
    ),
    'library/the_dynamic_loader_is_known_to_few': (
        ('shim/event/x.c', '#include <dlfcn.h>', 'shim/event/x.c: includes <dlfcn.h>'),
        ('shim/process/x.c', 'void *x = dlsym(RTLD_NEXT, "y");', 'shim/process/x.c: says dlsym'),
    ),
    'command/each_room_knows_only_those_below_it': (
        ('tools/run/x.c', '#include "explain/advice.h"', 'tools/run/x.c: includes explain/advice.h'),
        ('tools/shared/x.c', '#include "check/warnings.h"', 'tools/shared/x.c: includes check/warnings.h'),
        ('tools/events/x.c', '#include "check/log_place.h"', 'tools/events/x.c: includes check/log_place.h'),
        ('tools/check/x.c', '#include "hooks/exec_watch.h"', 'tools/check/x.c: includes hooks/exec_watch.h'),
    ),
    'command/no_rooms_know_each_other': (
        ('tools/shared/x.c', '#include "run/target.h"', 'run, scan, server, shared, status know each other in a circle'),
    ),
    'command/every_file_has_a_room': (
        ('tools/x.h', '', 'tools/x.h: belongs to no room'),
    ),
}
