from retro_gamer_core import Option, Part, hookimpl


@hookimpl
def retro_gamer_loggers():
    yield Part(
        "spreadsheet",
        "Writes a line for each episode to training.csv, for a spreadsheet.",
        "retro_gamer_spreadsheet.logger:Spreadsheet",
        options=(
            Option(
                "decimal_comma",
                False,
                "bool",
                "0,5 in place of 0.5 and semicolons between columns, as spreadsheets in many countries want it.",
            ),
        ),
    )
