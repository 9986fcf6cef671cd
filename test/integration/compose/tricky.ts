// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Compose's variables
// Files with what people get wrong, and readers of Compose files too.
import type { Project } from './oracle.ts';

/** One service with these lines, and a second that others may need. */
function service(...lines: readonly string[]): string {
  const own = lines.map((line) => `    ${line}\n`).join('');
  return `services:\n  s:\n    image: i\n    restart: always\n${own}  db:\n    image: d\n    restart: always\n`;
}

export const TRICKY: Readonly<Record<string, Project>> = {
  'defaults within braces': {
    files: [
      service(
        'environment:',
        `  A: '\${SET:-{}}'`,
        `  B: '\${UNSET:-{"a":\${UNSET:-1}}}x'`,
        `  C: '$$\${SET} $1 $'`,
        `  D: '\${UNSET:-$\${A}}'`,
        `  E: '\${SET:+{\${SET}}}'`,
      ),
    ],
    variables: { SET: 'set' },
  },
  'numbers that are octal, and words that are no booleans': {
    files: [
      service(
        'environment: {A: 022, B: 089, C: -010, D: yes, E: on, F: true, G: 0x1F, H: 0o17, I: null, J: ~}',
      ),
    ],
  },
  'switches in words of old': { files: [service('privileged: yes', 'read_only: off', 'init: "true"')] },
  'old keys of limits': {
    files: [service('mem_limit: 512MiB', 'cpus: 0.1234', 'pids_limit: 5', 'mem_reservation: 64m')],
  },
  'short forms of ports': {
    files: [
      service(
        'ports: ["53:53/UDP", ":2283:2283", "8080:80", "8080:80", "9000-9002:9000-9002", "127.0.0.1:1:1"]',
      ),
    ],
  },
  'ports that the engine gives': {
    files: [
      service(
        'ports: ["80", 81, "443/tcp", "127.0.0.1::82", "[::1]::83/udp", "90-91", {target: 1, protocol: udp}]',
      ),
    ],
  },
  'anchors, merges and extensions': {
    files: [
      'x-env: &env {A: 1, B: 2}\nx-more: &more {B: 3, C: 4}\nservices:\n  s:\n    image: i\n    restart: always\n    environment: {<<: [*env, *more], C: 5}\n',
    ],
  },
  'a list of names, an order and a link': {
    files: [service('depends_on: [db]', 'links: ["db:database"]', 'container_name: c')],
  },
  'files of variables over each other': {
    files: [service('env_file: [a.env, b.env]', 'environment: {BASE: e}')],
    beside: {
      'a.env': 'set=file\nK=$set\nJ=$BASE\nONLY=x\nM=$ONLY\nBASE=fb\nN=$BASE\nBARE\nP="a\\$A\\d#"\nQ= #x\n',
      'b.env': "BB=$ONLY\nQ=$BASE\nset\nL='one\ntwo'\n",
    },
    variables: { set: 'lower' },
  },
  'two documents in one file': { files: [`${service()}---\nservices: {s: {init: true}}\n`] },
  'what a later file takes away': {
    files: [
      service('ports: ["1:1"]', 'init: true', 'environment: {A: 1, B: 2}', 'volumes: ["/a:/x"]'),
      'services: {s: {ports: !override ["2:2"], init: !reset null, environment: {A: !reset null}, volumes: ["/b:/x/"]}}',
    ],
  },
  'what is extended, in this file and another': {
    files: [
      'services: {s: {extends: {file: sub/base.yaml, service: web}, restart: always}, t: {extends: s, command: [t]}}',
    ],
    beside: {
      'sub/base.yaml':
        'services: {web: {extends: root, command: [b], env_file: [a.env]}, root: {image: "r:${TAG:-1}"}}',
      'sub/a.env': 'A=1\n',
    },
  },
  'what is included': {
    files: ['include: [sub/db.yaml]\nservices: {s: {image: i, restart: always, depends_on: [db]}}'],
    beside: {
      'sub/db.yaml': 'services: {db: {image: "d:${TAG}", restart: always, env_file: a.env}}\nvolumes: {v: }',
      'sub/.env': 'TAG=9\n',
      'sub/a.env': 'A=1\n',
    },
  },
  'files beside it': {
    files: [
      `${service('volumes: ["./a.conf:/etc/a.conf:ro"]', 'configs: [c]')}configs: {c: {file: ./a.conf}}\n`,
    ],
    beside: { 'a.conf': 'a=$1\n' },
  },
  'what is not beside it, or empty': {
    files: [
      service(
        'volumes:',
        '- ./data:/data',
        '- ./data/../data/sub/:/data/sub:ro',
        '- {type: bind, source: ./long, target: /long, bind: {create_host_path: true}}',
        '- .:/all',
        '- ${PWD}/pwd:/pwd',
      ),
    ],
    variables: { PWD: '.' },
  },
  'a check of health in all its forms': {
    files: [
      `services:
  a: {image: i, restart: always, healthcheck: {test: "a b", interval: 1.5s}}
  b: {image: i, restart: always, healthcheck: {test: [CMD, b], retries: "3"}}
  c: {image: i, restart: always, healthcheck: {disable: true}}
  d: {image: i, restart: always, healthcheck: {disable: false}}
  e: {image: i, restart: always, healthcheck: {interval: 30s}}
`,
    ],
  },
  'a folded command': { files: [service('command: >', '  run --name "a b"', "  --text 'c d'")] },
  'restarts as of swarm': {
    files: [service('deploy: {restart_policy: {condition: on-failure, max_attempts: 3}}')],
  },
  'values that say what is done anyway': {
    files: [
      `${service('networks: [n]', 'volumes: ["vol:/v"]', 'scale: 1', 'tty: false')}networks: {n: {driver: bridge, attachable: false, ipam: {driver: default}}}\nvolumes: {vol: {driver: local}}\n`,
    ],
  },
};
