"""Run the command line with ``python -m idp_checks.cli``."""

from idp_checks.cli.app import main

main()
