// Certificates for the TLS tests, by the openssl program: a CA of our own and what it signs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

interface Validity {
  readonly from?: string;
  readonly until?: string;
}

export interface CertificateAuthority {
  readonly cert: string;
  /** Dates as `20400101000000Z`; default: valid now. */
  sign(name: string, subjectAltName: string, validity?: Validity): KeyPair;
}

const CONFIG = `
[ca]
default_ca = own
[own]
new_certs_dir = .
database = index.txt
rand_serial = yes
default_md = sha256
default_days = 20000
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
`;

export function makeAuthority(dir: string): CertificateAuthority {
  mkdirSync(dir, { recursive: true });
  writeFileSync(path.join(dir, 'ca.cnf'), CONFIG);
  writeFileSync(path.join(dir, 'index.txt'), '');
  const run = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-config', 'ca.cnf'];
  const constraints = ['-addext', 'basicConstraints=critical,CA:TRUE'];
  run(
    'req',
    '-x509',
    ...newKey,
    ...constraints,
    '-subj',
    '/CN=Test CA',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  return {
    cert: path.join(dir, 'ca.pem'),
    sign(name, subjectAltName, { from, until } = {}) {
      const alt = ['-addext', `subjectAltName=${subjectAltName}`];
      run('req', ...newKey, ...alt, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
      const dates = [
        ...(from === undefined ? [] : ['-startdate', from]),
        ...(until === undefined ? [] : ['-enddate', until]),
      ];
      const signer = ['-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key'];
      run('ca', '-batch', '-notext', ...signer, ...dates, '-in', `${name}.csr`, '-out', `${name}.pem`);
      return { cert: path.join(dir, `${name}.pem`), key: path.join(dir, `${name}.key`) };
    },
  };
}
