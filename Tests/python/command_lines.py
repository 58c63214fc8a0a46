"""What the tests of the command line share: commands that are run in this process."""

from vaelib.__main__ import main

#: Options with which trainings take no time, and may be repeated.
QUICK = ("--hidden", "8", "--epochs", "2", "--seed", "1", "--force")
QUICK_STACK = ("--hidden", "8", "--pretrain-epochs", "1", "--finetune-epochs", "2", "--seed", "1", "--force")


class Shell:
    """Runs commands and keeps what they print."""

    def __init__(self, capsys):
        self.capsys = capsys

    def __call__(self, *words, status=0):
        """The output of a command, whose exit status is checked; ``errors`` is what it says beside."""
        self.capsys.readouterr()
        found = main([str(word) for word in words])
        captured = self.capsys.readouterr()
        self.errors = captured.err
        assert found == status, captured.err
        return captured.out

    def refused(self, *words, status=2):
        """The one line of a command that fails."""
        out = self(*words, status=status)
        assert out == ""
        assert self.errors.startswith("vaelib: ")
        assert self.errors.count("\n") == 1, self.errors
        return self.errors
