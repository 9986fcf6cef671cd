// Which frames are no hang's cause: what waits for work, and what waits for other threads.
// Tested in test/agent/python/find-hang.test.ts.
import type { Frame } from './lines.ts';

/** Python's own modules and what was installed beside them. */
export function isOfLibrary({ file }: Pick<Frame, 'file'>): boolean {
  return file.startsWith('<frozen ') || /\/(?:site|dist)-packages\/|\/lib\/python\d[^/]{0,10}\//.test(file);
}

/** By the end of their file, the functions in which something waits for other threads, processes or tasks, or for work. */
const WAITS: Readonly<Record<string, readonly string[]>> = {
  'threading.py': ['wait', 'join', '_join_os_thread', '_wait_for_tstate_lock', '_shutdown'],
  'concurrent/futures/_base.py': ['result', 'exception', 'wait', 'as_completed', '_result_or_cancel'],
  'concurrent/futures/thread.py': ['shutdown'],
  'concurrent/futures/process.py': ['shutdown', 'join_executor_internals'],
  'multiprocessing/pool.py': ['wait', 'get', 'join'],
  'multiprocessing/process.py': ['join'],
  'queue.py': ['get'],
  'asyncio/queues.py': ['get'],
  'asyncio/locks.py': ['wait'],
  'asyncio/tasks.py': ['sleep', 'wait', '_wait', 'wait_for', 'gather'],
  'asyncio/taskgroups.py': ['__aexit__', '_aexit'],
};
const LOOPS: Readonly<Record<string, readonly string[]>> = {
  'asyncio/base_events.py': ['_run_once', 'serve_forever'],
  'asyncio/base_server.py': ['serve_forever'],
  'socketserver.py': ['serve_forever'],
  'multiprocessing/managers.py': ['serve_forever'],
  'multiprocessing/pool.py': ['worker'],
  'concurrent/futures/thread.py': ['_worker'],
  'concurrent/futures/process.py': ['_process_worker'],
};

/** Servers and their like: a handler that they call is what serves. */
const SERVERS =
  /\/(?:socketserver|http\/server|wsgiref\/\w+|xmlrpc\/server|asyncio\/\w+|concurrent\/futures\/\w+|multiprocessing\/(?:pool|managers))\.py$|-packages\/(?:gunicorn|uvicorn|uvloop|hypercorn|waitress|cheroot|werkzeug|flask|django|starlette|anyio|tornado|twisted|gevent|eventlet|aiohttp|sanic|daphne|celery|billiard|kombu|rq|paho|pika|grpc|trio)\//;
/** What they call the place in which they wait for work. */
const LOOP_NAMES =
  /^(?:run|run_\w+|_?serve\w*|main_?loop|loop\w*|start\w*|consume\w*|accept\w*|wait\w*|asynloop|synloop)$/;

export function isServing(frame: Frame): boolean {
  return SERVERS.test(frame.file);
}

export function waitsForOthers(frame: Frame): boolean {
  return isListed(WAITS, frame);
}

export function isLoop(frame: Frame): boolean {
  const isOfServer = frame.file.includes('-packages/') && SERVERS.test(frame.file);
  return isListed(LOOPS, frame) || (isOfServer && LOOP_NAMES.test(frame.function ?? ''));
}

function isListed(
  table: Readonly<Record<string, readonly string[]>>,
  { file, function: name }: Frame,
): boolean {
  const found = Object.entries(table).find(([end]) => file.endsWith(`/${end}`));
  return name !== null && found?.[1].includes(name) === true;
}

/** What a thread or a forked process begins with: what is further out is of another thread. */
export function isBegin({ file, function: name }: Frame): boolean {
  if (file.endsWith('/threading.py')) return name === '_bootstrap';
  return file.endsWith('/multiprocessing/process.py') && name === '_bootstrap';
}

export function isThreadBegin(frame: Frame): boolean {
  return isBegin(frame) && frame.file.endsWith('/threading.py');
}
