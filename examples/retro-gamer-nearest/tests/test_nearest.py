from retro_gamer_core.testing import check_encoder


def test_it_does_what_every_encoder_must():
    check_encoder("nearest", quick=True).assert_ok(level="warning")


def test_its_option_changes_it_and_breaks_nothing():
    check_encoder("nearest", options={"far": 3}, game="nav", quick=True).assert_ok(level="warning")
