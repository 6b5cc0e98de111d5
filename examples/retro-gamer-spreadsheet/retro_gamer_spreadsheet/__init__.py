from retro_gamer_core import Part, hookimpl


@hookimpl
def retro_gamer_loggers():
    yield Part(
        "spreadsheet",
        "Writes a line for each episode to training.csv, for a spreadsheet.",
        "retro_gamer_spreadsheet.logger:Spreadsheet",
    )
