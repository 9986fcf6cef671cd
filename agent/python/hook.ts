// What a Python process runs at its start, so that it can be asked later where its threads are: see
// docs/decisions/0017-dump-of-a-hanging-python.md.
// Tested in test/integration/python/hangs.test.ts.

/** A real-time signal: no program of note uses it, and CPython itself none of them. */
export const DUMP_SIGNAL = 60;

/**
 * `sitecustomize.py`. It must run on each Python there is, leave the image's own one its place, and never raise. What a
 * thread waits for is told by faulthandler, in C and without the interpreter's lock; a task of asyncio that waits is on no
 * thread's stack, so those of the main thread's loop are told by Python, where that still runs.
 */
export const START_HOOK = `# Holdfast mounts this: on signal ${DUMP_SIGNAL} the stacks of all threads go to stderr. Off with PYTHONFAULTHANDLER= (empty).
import sys


def _frames_of(awaitable):
    frames = []
    while awaitable is not None and len(frames) < 50:
        for kind in ("cr", "gi", "ag"):
            frame = getattr(awaitable, kind + "_frame", None)
            if frame is not None:
                frames.append((frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name))
                break
        awaitable = getattr(awaitable, "cr_await", None) or getattr(awaitable, "gi_yieldfrom", None)
    return frames[::-1]


def _waits_for_tasks(task):
    waiter = getattr(task, "_fut_waiter", None)
    return hasattr(waiter, "_children") or hasattr(waiter, "get_coro")


def _tell_tasks(*_):
    try:
        import os

        asyncio = sys.modules.get("asyncio")
        loop = asyncio and asyncio._get_running_loop()
        if not loop:
            return
        text = ""
        tasks = sorted(asyncio.all_tasks(loop), key=lambda task: (len(task.get_name()), task.get_name()))
        # The newest first, as threads are told, and before all others what only waits for them.
        for task in sorted(tasks[:-51:-1], key=_waits_for_tasks, reverse=True):
            text += "\\nTask 0x%016x (most recent call first):\\n" % id(task)
            for frame in _frames_of(task.get_coro()):
                text += '  File "%s", line %d in %s\\n' % frame
        os.write(2, text.encode("utf-8", "backslashreplace"))
    except Exception:
        pass


def _listen():
    try:
        import _signal
        import faulthandler

        if _signal.getsignal(${DUMP_SIGNAL}) == _signal.SIG_DFL:
            _signal.signal(${DUMP_SIGNAL}, _tell_tasks)
            faulthandler.register(${DUMP_SIGNAL}, file=2, all_threads=True, chain=True)
    except Exception:
        pass


def _go_on():
    import os

    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != here]
    sys.modules.pop("sitecustomize", None)
    import sitecustomize


_listen()
_go_on()
`;
