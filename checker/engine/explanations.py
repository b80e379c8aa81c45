"""The form of a row in the table of causes, and the groups of failures that several rows name."""

from __future__ import annotations

from dataclasses import dataclass

EVERYTHING = "*"  # an effect: whatever else failed


@dataclass(frozen=True)
class Explanation:
    """A cause, what it explains, and why."""

    cause: str
    effects: tuple[str, ...]
    why: str


# Several rows name these.
NO_PROGRESS = (
    "check_loss_falls/loss-not-finite",
    "check_loss_falls/rises",
    "check_loss_falls/swings",
    "check_loss_falls/stays",
)
STAYS = "check_loss_falls/stays"
SWINGS = "check_loss_falls/swings"
POOR = ("check_fits_the_prices", "chance", "low", "no-words")
DISAGREES = (
    "check_counts_right_answers",
    "check_logs_the_loss_of_its_checkpoint",
    "check_prints_the_loss_of_its_checkpoint",
    "check_prints_the_accuracy_of_its_checkpoint",
    "no-test-accuracy",
)
STILL = ("still-pictures", "other-pictures")
LOST = (*POOR, *DISAGREES, "step-not-reached", "other-weights", "other-line", "no-picture-of-weights")

# Failures that say that too little is learnt, and not why: diagnoses look for a reason.
WITHOUT_A_REASON = (*NO_PROGRESS, "stops-at-a-floor", "chance", "low", "check_fits_the_prices/", "equal-units")
