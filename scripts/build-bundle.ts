// The agent and all that it uses as one CommonJS file: Node loads it quicker, and into a third of the memory,
// than the same code from many files.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

/** What paths of the libraries need that the agent never takes: engines over SSH, BuildKit, proxies, metrics of the process. */
const UNUSED = [
  ...['ssh2', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs', 'cpu-features', 'socks'],
  '@opentelemetry/api',
];

/** mqtt's browser timers; in Node they only wrap the native ones. */
const NATIVE_TIMERS = 'module.exports = { setInterval, clearInterval, setTimeout, clearTimeout };';

/** CommonJS has no `import.meta.url`, and the addon's path is known only where the file lies. */
const BANNER = [
  "const HOLDFAST_FILE_URL = require('node:url').pathToFileURL(__filename).href;",
  "const HOLDFAST_SQLITE_BINDING = require('node:path').join(__dirname, 'better_sqlite3.node');",
].join('\n');

/** Writes the bundle to `outFile` and returns what went into it. Throws where anything is missing. */
export async function bundleAgent(root: string, outFile: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['agent/cli/main.ts'],
    outfile: outFile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22.14',
    metafile: true,
    banner: { js: BANNER },
    define: {
      HOLDFAST_VERSION: JSON.stringify(readVersion(root)),
      'import.meta.url': 'HOLDFAST_FILE_URL',
    },
    plugins: [stub(UNUSED, 'module.exports = {};'), stub(['worker-timers'], NATIVE_TIMERS)],
    // A name that is kept makes a stack trace from a device readable.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  return metafile;
}

/** Puts `contents` in the place of packages and all below them. */
function stub(packages: readonly string[], contents: string): Plugin {
  const names = packages.join('|');
  return {
    name: `stub ${names}`,
    setup({ onResolve, onLoad }) {
      const namespace = `stub-${packages[0]}`;
      onResolve({ filter: new RegExp(`^(?:${names})(?:/|$)`) }, (args) => ({ path: args.path, namespace }));
      onLoad({ filter: /.*/, namespace }, () => ({ contents, loader: 'js' }));
    },
  };
}

function readVersion(root: string): string {
  const manifest: unknown = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) {
    throw new Error('package.json has no version');
  }
  return String(manifest.version);
}
