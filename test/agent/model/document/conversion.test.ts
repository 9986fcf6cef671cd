// What a document says and what its values say is the same: printed back into the document, they are read as before.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DesiredDeployment, DesiredPresent } from '../../../../agent/model/desired-deployment.ts';
import type { Healthcheck, Probe } from '../../../../agent/model/desired-health.ts';
import type { Restart } from '../../../../agent/model/desired-service.ts';
import { desiredOf } from '../../../../agent/model/document/desired.ts';
import type { ServiceSpec } from '../../../../agent/model/service-spec.ts';
import type { Deployment, PresentDeployment } from '../../../../protocol/deployment/deployment.ts';
import { parseDeployment } from '../../../../protocol/deployment/parse-deployment.ts';
import type { Service } from '../../../../protocol/deployment/service.ts';
import { formatPlatform } from '../../../../protocol/values/platform.ts';
import { goodDocument } from '../../../fuzz/documents.ts';

function parsed(value: unknown): Deployment {
  const result = parseDeployment(value);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.value.document;
}

const ms = (value: number): string => `${value}ms`;
const octal = (mode: number): string => mode.toString(8).padStart(4, '0');

function printRestart(restart: Restart): string {
  if (restart.kind !== 'on_failure') return restart.kind === 'never' ? 'no' : 'always';
  return restart.maxRetries === null ? 'on-failure' : `on-failure:${restart.maxRetries}`;
}

function printProbe(asked: NonNullable<Service['probe']>, probe: Probe): Service['probe'] {
  const { heartbeat } = asked;
  const beat =
    heartbeat === undefined || probe.kind !== 'heartbeat'
      ? {}
      : { heartbeat: { ...heartbeat, max_age: ms(probe.maxAgeMs) } };
  const { intervalMs, timeoutMs, graceMs } = probe;
  return { ...asked, ...beat, interval: ms(intervalMs), timeout: ms(timeoutMs), grace: ms(graceMs) };
}

function printHealthcheck(asked: NonNullable<Service['healthcheck']>, check: Healthcheck) {
  const time = (key: string, value: number | null) => (value === null ? {} : { [key]: ms(value) });
  return {
    ...asked,
    ...time('interval', check.intervalMs),
    ...time('timeout', check.timeoutMs),
    ...time('start_period', check.startPeriodMs),
    ...time('start_interval', check.startIntervalMs),
  };
}

function printMounts(asked: NonNullable<Service['volumes']>, { service }: ServiceSpec): Service['volumes'] {
  return asked.map((mount) => {
    const folder = service.folders.find(({ target }) => target === mount.target);
    if (mount.type === 'bind' && folder !== undefined) {
      const { owner, mode } = folder;
      const bind = {
        ...mount.bind,
        ...(owner === null ? {} : { owner: `${owner.uid}:${owner.gid}` }),
        ...(mode === null ? {} : { mode: octal(mode) }),
      };
      return { ...mount, ...(mount.bind === undefined ? {} : { bind }) };
    }
    const known = service.mounts.find(({ target }) => target === mount.target);
    if (mount.type !== 'tmpfs' || known?.kind !== 'tmpfs' || known.options === null) return mount;
    const { sizeBytes, mode } = known.options;
    const tmpfs = { size: String(sizeBytes), ...(mode === 0 ? {} : { mode: octal(mode) }) };
    return { ...mount, tmpfs };
  });
}

function printService(asked: Service, spec: ServiceSpec): Service {
  const { service, settings, files } = spec;
  const { reservedBytes, shmBytes } = service.resources;
  const resources = asked.deploy?.resources;
  const limits = {
    ...resources?.limits,
    ...(settings.memoryBytes === 0 ? {} : { memory: String(settings.memoryBytes) }),
    ...(settings.nanoCpus === 0 ? {} : { cpus: (settings.nanoCpus / 1e9).toFixed(9) }),
  };
  const reservations = {
    ...resources?.reservations,
    ...(reservedBytes === null ? {} : { memory: String(reservedBytes) }),
  };
  const printed: Partial<Service> = {
    ...(asked.restart === undefined ? {} : { restart: printRestart(service.restart) }),
    ...(service.platform === null ? {} : { platform: formatPlatform(service.platform) }),
    ...(shmBytes === null ? {} : { shm_size: String(shmBytes) }),
    stop_grace_period: ms(service.stopGraceMs),
    ...(asked.probe && service.probe ? { probe: printProbe(asked.probe, service.probe) } : {}),
    ...(asked.healthcheck && service.healthcheck
      ? { healthcheck: printHealthcheck(asked.healthcheck, service.healthcheck) }
      : {}),
    ...(asked.volumes === undefined ? {} : { volumes: printMounts(asked.volumes, spec) }),
    ...(resources === undefined ? {} : { deploy: { resources: { ...resources, limits, reservations } } }),
  };
  const printedFiles = (kind: 'configs' | 'secrets') =>
    (asked[kind] ?? []).map((file, index) => {
      const { uid, gid, mode } = files.filter((one) => one.kind === kind)[index] ?? {
        uid: 0,
        gid: 0,
        mode: 0,
      };
      return { ...file, uid: String(uid), gid: String(gid), mode: octal(mode) };
    });
  return { ...asked, ...printed, configs: printedFiles('configs'), secrets: printedFiles('secrets') };
}

function printed(document: PresentDeployment, { services, update }: DesiredPresent): PresentDeployment {
  const { window } = document.update;
  return {
    ...document,
    services: Object.fromEntries(
      Object.entries(document.services).map(([name, asked]) => {
        const spec = services.find((one) => one.name === name);
        return [name, spec === undefined ? asked : printService(asked, spec)];
      }),
    ),
    update: {
      ...document.update,
      healthy_after: ms(update.healthyAfterMs),
      deadline: ms(update.deadlineMs),
      ...(window && update.window ? { window: { ...window, length: ms(update.window.lengthMs) } } : {}),
    },
  };
}

/** But for what is of the writing: hashes, and times as they are told. */
function valuesIn(desired: DesiredDeployment): unknown {
  return JSON.parse(
    JSON.stringify(desired, (key, value) => (key === 'hash' || key === 'maxAge' ? undefined : value)),
  );
}

test('values that are printed back into their document are read from it again', () => {
  fc.assert(
    fc.property(goodDocument, (value) => {
      const document = parsed(value);
      const desired = desiredOf(document);
      if (document.state !== 'present' || desired.state !== 'present') return;
      expect(valuesIn(desiredOf(printed(document, desired)))).toEqual(valuesIn(desired));
    }),
    { numRuns: 500 },
  );
});

test('nothing in the values is unsaid by mistake: no number is NaN', () => {
  fc.assert(
    fc.property(goodDocument, (value) => {
      JSON.stringify(desiredOf(parsed(value)), (_key, one) => {
        expect(one).not.toBeNaN();
        return one;
      });
    }),
  );
});
