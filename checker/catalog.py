"""The exercises: what each is called, what its run may take, and the questions that stay open."""

from __future__ import annotations

from dataclasses import dataclass

from checker.units import GIB, MIB


@dataclass(frozen=True)
class Limits:
    """What a run may use. The import of TensorFlow happens before the clock starts."""

    time_s: float = 60.0  # by the clock on the wall
    cpu_s: float = 600.0  # of all cores and all processes
    memory_bytes: int = 4 * GIB  # resident, of all processes
    address_bytes: int = 8 * GIB  # of address space, of any one process: TensorFlow alone maps 1.8 GiB and touches 0.6
    processes: int = 32
    open_files: int = 512
    output_bytes: int = MIB  # of stdout, and of stderr; the rest is dropped with a note
    file_bytes: int = GIB // 2  # of any one file
    written_bytes: int = GIB  # of all files
    files: int = 20_000


@dataclass(frozen=True)
class Exercise:
    """One exercise of the day."""

    id: str
    title: str
    dataset: str  # "" where no data is needed
    columns: tuple[int, ...] = ()  # of the Boston data, where that is the data set
    question: str = ""  # the open question of the subject, answered to a person
    limits: Limits = Limits()

    @property
    def script(self) -> str:
        """The file name a script of this exercise has."""
        return f"{self.id}.py"

    @property
    def logdir(self) -> str:
        """Where the script writes, below the folder it runs in."""
        return f"logdir/{self.id}"


EXERCISES = {
    exercise.id: exercise
    for exercise in (
        Exercise("ex01", "a computation graph and a session", ""),
        Exercise(
            "ex02",
            "linear regression on one variable",
            "boston",
            columns=(5,),
            question="How could the training be faster and more precise?",
        ),
        Exercise("ex03", "linear regression on thirteen variables", "boston", columns=tuple(range(13))),
        Exercise("ex04", "MNIST with low-level operations", "mnist", question="Why are there 784 inputs?"),
        Exercise("ex05", "MNIST with Keras", "mnist"),
        Exercise("ex06", "Fashion-MNIST with Keras", "fashion_mnist", question="Why is the accuracy mediocre?"),
    )
}
