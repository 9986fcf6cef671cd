// The service on a machine that boots, under systemd itself with all the unit's restrictions in force.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootMachine, type Machine, until } from './machine.ts';
import { buildRelease, makeFolder } from './staging.ts';

let folder = '';
let machine: Machine;

beforeAll(async () => {
  folder = makeFolder();
  const release = buildRelease(path.join(folder, 'build'));
  await build({
    entryPoints: [path.join(import.meta.dirname, 'try-folders.ts')],
    outfile: path.join(release, 'try-folders.mjs'),
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node24' },
  });
  machine = await bootMachine(release);
});

afterAll(async () => {
  await machine?.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function must(command: string): Promise<string> {
  const { code, out, err } = await machine.sh(command);
  if (code !== 0) throw new Error(`${command} → ${code}\n${out}${err}`);
  return out.trim();
}

/** Starts the service anew behind a script of Node's, which is under all that holds for the agent too. */
async function startBehind(script: string): Promise<void> {
  const dropIn = '/run/systemd/system/holdfast.service.d/before.conf';
  const before = `/usr/lib/holdfast/lib/node ${script}`;
  await must(`install -D /dev/stdin ${dropIn} <<'END'\n[Service]\nExecStartPre=${before}\nEND`);
  await must('systemctl daemon-reload && systemctl restart holdfast');
  await must(`rm ${dropIn} && systemctl daemon-reload`);
}

const isActive = async () => (await machine.show('ActiveState')) === 'active';

/** The tests follow one device's life, in order. */
describe('on a machine with systemd, holdfast', () => {
  it('installs with its own user, and starts by itself from then on', async () => {
    // Not started at once: the rig's engine is where no device has it, and its group has another number here.
    await must('/build/install --no-start');
    await must('chgrp docker /engine.sock && chmod 660 /engine.sock');
    await must(
      `sed -i 's|^#socket = "/var/run/docker.sock"|socket = "/engine.sock"|' /etc/holdfast/holdfast.toml`,
    );
    expect(await must('/build/install')).toContain('the service runs');
    const unset = await machine.sh('holdfast status');
    expect(unset).toMatchObject({ code: 1, out: expect.stringContaining('broker.url is still the example') });
    await must(
      'sed -i "s|mqtts://broker.example.com:8883|mqtt://127.0.0.1:1883|" /etc/holdfast/holdfast.toml',
    );
    await must('systemctl restart holdfast');
    expect(await must('cat /proc/$(systemctl show -P MainPID holdfast)/comm')).toBe('holdfast');
    expect(await machine.show('ActiveState')).toBe('active');
    expect(await machine.show('UnitFileState')).toBe('enabled');
    expect(await must('id -un $(stat -c %u /proc/$(systemctl show -P MainPID holdfast))')).toBe('holdfast');
  });

  it("reaches the engine, and answers on its socket, within the unit's restrictions", async () => {
    await until(async () => (await machine.sh('holdfast status')).out.includes('engine   reachable'), 20_000);
    expect((await machine.sh('holdfast status')).code).toBe(0);
    expect(await must('stat -c "%U:%G %a" /run/holdfast/api.sock')).toBe('holdfast:holdfast 660');
    expect(await must('journalctl -u holdfast -o cat')).not.toMatch(/EPERM|EROFS|not notified|has no group/);
  });

  it('keeps heartbeats in a bounded place that it can write to and containers can have mounted', async () => {
    const place = '/run/holdfast/heartbeats';
    expect(await must(`findmnt -n -o FSTYPE,SIZE ${place}`)).toMatch(/^tmpfs +8M$/);
    expect(await must(`stat -c "%U:%G %a" ${place}`)).toBe('holdfast:holdfast 700');
    const pid = await machine.show('MainPID');
    await must(`nsenter -t ${pid} -m sh -c "touch ${place}/probe && rm ${place}/probe"`);
    await must('systemctl restart holdfast');
    expect(await must(`findmnt -n ${place} | wc -l`)).toBe('1');
  });

  it('may give a file away, and use no other privilege', async () => {
    const pid = await machine.show('MainPID');
    const CAP_CHOWN = '0000000000000001';
    expect(await must(`grep CapEff /proc/${pid}/status`)).toBe(`CapEff:\t${CAP_CHOWN}`);
    expect(await must(`grep CapBnd /proc/${pid}/status`)).toBe(`CapBnd:\t${CAP_CHOWN}`);
    const script = 'fs.fchownSync(fs.openSync(process.argv[1], "w"), 1234, 44)';
    await startBehind(`-e '${script}' /run/holdfast/given`);
    expect(await must('stat -c "%u:%g" /run/holdfast/given')).toBe('1234:44');
    await must('rm /run/holdfast/given');
  });

  it('makes directories of other users in those of other users, and deletes them', async () => {
    await startBehind('/build/try-folders.mjs make');
    const looks = await must(
      'cd /var/lib/holdfast/folders/line && stat -c "%n %u:%g %a" data data/sub named/shut',
    );
    expect(looks.split('\n')).toEqual([
      'data 1000:1000 700',
      'data/sub 2000:0 755',
      'named/shut 3000:3000 0',
    ]);
    await startBehind('/build/try-folders.mjs remove');
    expect(await must('ls /var/lib/holdfast/folders')).toBe('');
  });

  it('serves members of its group and turns others away with a hint', async () => {
    await must('useradd --groups holdfast member && useradd other');
    expect(
      (await machine.sh('setpriv --reuid member --regid member --init-groups holdfast status')).code,
    ).toBe(0);
    const other = await machine.sh('setpriv --reuid other --regid other --init-groups holdfast status');
    expect(other.code).toBe(3);
    expect(other.err).toContain('usermod -aG holdfast');
  });

  it('comes back after a kill, over the socket that was left behind', async () => {
    const pid = await machine.show('MainPID');
    await must('systemctl kill --signal=KILL holdfast');
    await until(async () => (await machine.show('MainPID')) !== pid && (await isActive()), 30_000);
    expect((await machine.sh('holdfast status')).code).toBe(0);
  });

  it('upgrades in place, keeping configuration and data', async () => {
    const inode = await must('stat -c %i /var/lib/holdfast/holdfast.db');
    const pid = await machine.show('MainPID');
    await must('echo "# mine" >> /etc/holdfast/holdfast.toml');
    await must('/build/install');
    expect(await machine.show('MainPID')).not.toBe(pid);
    expect(await must('tail -n 1 /etc/holdfast/holdfast.toml')).toBe('# mine');
    expect(await must('stat -c %i /var/lib/holdfast/holdfast.db')).toBe(inode);
  });

  it('refuses an upgrade that cannot run here before it touches what runs', async () => {
    const pid = await machine.show('MainPID');
    await must('cp -R /build /root/broken && : > /root/broken/lib/better_sqlite3.node');
    const { code, err } = await machine.sh('/root/broken/install');
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('nothing was changed') });
    expect(await machine.show('MainPID')).toBe(pid);
    expect((await machine.sh('holdfast status')).code).toBe(0);
    await must('rm -r /root/broken');
  });

  it('is killed and started again when it hangs, and only then', async () => {
    await must('mkdir -p /run/systemd/system/holdfast.service.d');
    await must(
      'printf "[Service]\\nWatchdogSec=20\\nTimeoutAbortSec=2\\n" > /run/systemd/system/holdfast.service.d/t.conf',
    );
    await must('systemctl daemon-reload && systemctl restart holdfast');
    const pid = await machine.show('MainPID');
    const firstPing = await machine.show('WatchdogTimestampMonotonic');
    await until(async () => (await machine.show('WatchdogTimestampMonotonic')) !== firstPing, 30_000);
    expect(await machine.show('MainPID')).toBe(pid);
    await must('systemctl kill --kill-whom=main --signal=STOP holdfast');
    await until(async () => (await machine.show('MainPID')) !== pid && (await isActive()), 60_000);
    expect(await must('journalctl -u holdfast -o cat')).toContain('Watchdog timeout');
  });

  it('stops cleanly and leaves no socket, but the secrets that containers have mounted', async () => {
    await must('install -d -o holdfast -m 700 /run/holdfast/secrets');
    await must('systemctl stop holdfast');
    expect(await machine.show('Result')).toBe('success');
    expect((await must('ls /run/holdfast')).split('\n')).toEqual(['heartbeats', 'secrets']);
    const { code, err } = await machine.sh('holdfast status');
    expect(code).toBe(3);
    expect(err).toContain('systemctl status holdfast');
  });

  it('uninstalls, and keeps what it knows', async () => {
    await must('systemctl start holdfast && /build/install --uninstall');
    expect((await machine.sh('systemctl cat holdfast')).code).not.toBe(0);
    expect((await machine.sh('command -v holdfast')).code).not.toBe(0);
    await must('test -e /etc/holdfast/holdfast.toml && test -e /var/lib/holdfast/holdfast.db');
  });
});
