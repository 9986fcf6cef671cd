// The program that asks the Python processes of a container for the stacks of their threads. It runs in that container, by a
// Python that is there, as the agent may not look at processes of others, and an image may have nothing else.
// Tested in test/integration/python/hangs.test.ts.
import { DUMP_SIGNAL } from './hook.ts';

/** How long it takes at most. */
const MAX_MS = 500;
/** A service with more is asked for these: a dump of each is written. */
const MAX_PROCESSES = 8;

/**
 * Prints how many it has asked. Of real-time signals a process with the hook catches that one alone: to whom that does not
 * apply it sends nothing, as the signal would end it. As PID 1 CPython survives its own fault handler, which then stands in
 * where the hook is missing. Children come first: a parent mostly waits for them. One at a time, so that the dumps do not
 * mix.
 */
export const ASK_THREADS = `
import os, time
end = time.monotonic() + ${MAX_MS / 1000}
def status(pid):
    with open("/proc/%d/status" % pid) as file:
        return dict([part.strip() for part in line.split(":", 1)] for line in file if ":" in line)
def has(mask, signal):
    return int(mask, 16) >> (signal - 1) & 1
def is_python(pid):
    try:
        if "python" in os.path.basename(os.readlink("/proc/%d/exe" % pid)): return True
        with open("/proc/%d/maps" % pid) as file: return "python" in file.read()
    except OSError:
        return None
def signal_for(pid, facts):
    if facts["State"][0] not in "RSD": return None
    if int(facts["SigCgt"], 16) >> 34 == 1 << ${DUMP_SIGNAL - 35}: return None if is_python(pid) is False else ${DUMP_SIGNAL}
    return 6 if pid == 1 and has(facts["SigCgt"], 6) and is_python(pid) else None
asked = []
parents = set()
for name in os.listdir("/proc"):
    try:
        if not name.isdigit() or int(name) == os.getpid(): continue
        facts = status(int(name))
        signal = signal_for(int(name), facts)
        if signal: asked.append((int(name), signal)); parents.add(int(facts["PPid"]))
    except (OSError, ValueError, KeyError): pass
asked.sort(key=lambda one: (one[0] in parents, one[0]))
count = 0
for pid, signal in asked[:${MAX_PROCESSES}]:
    try:
        if signal_for(pid, status(pid)) != signal: continue
        os.kill(pid, signal)
        count += 1
        while time.monotonic() < end and has(status(pid)["ShdPnd"], signal): time.sleep(0.005)
        time.sleep(0.01)
    except (OSError, ValueError, KeyError): pass
    if time.monotonic() >= end: break
print(count)
`;
