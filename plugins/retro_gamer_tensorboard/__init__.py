"""The logger ``tensorboard``: a run as curves that TensorBoard draws."""

from retro_gamer_core import Part, hookimpl


@hookimpl
def retro_gamer_loggers():
    yield Part(
        "tensorboard",
        "Writes curves, alarms and settings to tensorboard/, for TensorBoard.",
        "retro_gamer_tensorboard.writer:TensorBoardWriter",
        needs=("torch",),  # whether tensorboard is there, the writer says, for it knows the extra
    )
