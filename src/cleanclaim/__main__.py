"""`python -m cleanclaim`: the command line."""

from cleanclaim.cli.main import main

if __name__ == "__main__":
    main()
