"""`python -m conformance` is the command `conformance`."""

from conformance.cli.main import main

if __name__ == "__main__":
    main()
