"""What a hook can reach, read off the library's machine code: the functions of other libraries that it may call."""
import re
import subprocess


def references_of(library):
    """For each function of the library the functions that its code names, its own and (with an @) others'."""
    text = subprocess.run(['objdump', '-d', '--no-show-raw-insn', library], check=True, capture_output=True,
                          text=True).stdout
    references, names, current = {}, {}, None
    for line in text.splitlines():
        if header := re.match(r'0*([0-9a-f]+) <([^>]+)>:$', line):
            names[header[1]] = unique(header[2], names, header[1])
            current = references.setdefault(names[header[1]], set())
        elif current is not None:
            current.update(re.findall(r'\b0*([0-9a-f]+) <([^>+]+)>', line))
    return {function: {names.get(address, name) for address, name in found} for function, found in references.items()}


def unique(name, names, address):
    """Static functions of several files may have one name."""
    return f'{name} at {address}' if name in names.values() else name


def reached_from(library, roots, stops):
    """The foreign functions that can be called from `roots`, each with a way there; nothing behind `stops` counts."""
    references = references_of(library)
    missing = [name for name in [*roots, *stops] if name not in references]
    assert not missing, f'the library has no {missing}: this test reads nothing'
    ways, todo = {root: root for root in roots}, list(roots)
    foreign = {}
    while todo:
        function = todo.pop()
        for name in references.get(function, ()):
            if '@' in name:
                foreign.setdefault(name.split('@')[0], ways[function])
            elif name not in ways and name not in stops:
                ways[name] = f'{ways[function]} > {name}'
                todo.append(name)
    return foreign
