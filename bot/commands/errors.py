"""The one error of commands: a sentence for the person at the keyboard. __main__.py prints it and exits with 1."""


class CommandFailed(Exception):
    """The command cannot be done; the message is one plain sentence that says what to do."""
