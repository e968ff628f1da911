"""`python -m learnface` is the `learnface` command."""

from learnface.cli.main import main

if __name__ == "__main__":
    main()
