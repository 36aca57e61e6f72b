"""System checks: `manage.py check --deploy` fails on an unsafe set-up."""
