print(
    "Made {{ cookiecutter.__name }}. Next:\n"
    "  cd {{ cookiecutter.__name }}\n"
    "  pip install --editable .[test]\n"
    "  python -m {{ cookiecutter.__module }}\n"
    "  pytest"
)
