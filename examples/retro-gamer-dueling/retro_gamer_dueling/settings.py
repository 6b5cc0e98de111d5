from dataclasses import dataclass
from typing import Annotated

from retro_gamer_core import Option


@dataclass
class Settings:
    neurons: Annotated[int, Option("How many neurons the hidden layer has.", low=1)] = 128
