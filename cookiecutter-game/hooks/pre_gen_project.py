import sys

problem = {{ cookiecutter.__problem | pprint }}

if problem:
    sys.exit(f"Error: {problem}")
