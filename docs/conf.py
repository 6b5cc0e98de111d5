"""How Sphinx makes a site of these pages: ``make docs``.

The pages are plain Markdown, to be read as well where nothing is built. So what only a site needs, a table
of contents, is put together here and not written into them; a new page in one of the folders appears by
itself.
"""

from __future__ import annotations

from sphinx.application import Sphinx

from retro_gamer_core.distributions import own_version

project = "retro-gamer"
version = release = own_version()

extensions = ["myst_parser"]
myst_heading_anchors = 4  # links to headings, by the names that GitHub gives them
nitpicky = True

html_theme = "furo"
html_title = "retro-gamer"
html_copy_source = False

#: The parts of the site. What is named comes first; a star stands for the other pages of a folder.
CONTENTS = {
    "Learn": ["tutorials/first-agent", "tutorials/your-own-game", "tutorials/publish-a-pack", "tutorials/*"],
    "Do": ["how-to/*"],
    "Understand": ["explanation/dqn", "explanation/what-the-learner-sees", "explanation/*"],
    "Teach": ["teachers"],
    "Look up": ["reference/*"],
}

_TOCTREE = """

```{{toctree}}
:hidden:
:glob:
:caption: {caption}

{pages}
```
"""


def add_contents(app: Sphinx, name: str, source: list[str]) -> None:
    """Append the table of contents to the first page, as Sphinx reads it."""
    if name == app.config.root_doc:
        source[0] += "".join(
            _TOCTREE.format(caption=caption, pages="\n".join(pages)) for caption, pages in CONTENTS.items()
        )


def setup(app: Sphinx) -> None:
    app.connect("source-read", add_contents)
