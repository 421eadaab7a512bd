"""Telling how far a command is: a bar on a terminal, elsewhere a line now and then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management.base import OutputWrapper
from rich.progress import Progress

LINES = 10


@contextmanager
def shown(what: str, *, total: int, to: OutputWrapper) -> Iterator[Callable[[int], None]]:
    """Yields what takes how many books are done so far."""
    if not to.isatty():
        yield _lines(what, total, to)
        return
    with Progress(transient=True) as bars:
        bar = bars.add_task(what, total=total)
        yield lambda done: bars.update(bar, completed=done)


def _lines(what: str, total: int, to: OutputWrapper) -> Callable[[int], None]:
    """About LINES of them, and none when all is done."""
    step, said = max(1, total // LINES), 0

    def tell(done: int) -> None:
        nonlocal said
        if done // step > said and done < total:
            said = done // step
            to.write(f"{what}: {done} of {total} books")
            to.flush()

    return tell
