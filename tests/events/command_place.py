"""What the rows of a group have that runs the command: where it is, and a directory for each."""


class CommandPlace:
    def __init__(self, build, directory):
        self.build = build
        self.command = build / "tlsward"
        self.directory = directory

    def below(self, row):
        """A directory that other users may enter."""
        path = self.directory / row.replace("/", "-")
        path.mkdir()
        path.chmod(0o755)
        return path
