"""The optimizers, a dataclass each, with their variants, the newer methods and the learning-rate schedules."""
