"""``config.toml``: what a run is asked to be, from the file to checked, typed settings and back.

The student owns the file. What it says is read whole, every problem in it explained at once, and
only single values are ever changed in it.
"""

from retro_gamer_core.configuration.migrate import migrated_sections
from retro_gamer_core.configuration.new_config import new_config_text
from retro_gamer_core.configuration.reading import config_from_sections
from retro_gamer_core.configuration.run_config import PartChoice, RunConfig
from retro_gamer_core.configuration.settings import TrainingSettings, settings_table
from retro_gamer_core.configuration.toml_file import edit_config, edited_text, read_config, read_sections

__all__ = [
    "PartChoice",
    "RunConfig",
    "TrainingSettings",
    "config_from_sections",
    "edit_config",
    "edited_text",
    "migrated_sections",
    "new_config_text",
    "read_config",
    "read_sections",
    "settings_table",
]
