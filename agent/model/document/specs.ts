// The services of a document as specs.
// Tested in test/agent/model/document/conversion.test.ts.
import type { PresentDeployment } from '../../../protocol/deployment/deployment.ts';
import type { Service } from '../../../protocol/deployment/service.ts';
import { joinedServices } from '../../../protocol/deployment/service-namespaces.ts';
import type { Restart } from '../desired-service.ts';
import { enginePolicy, policyText } from '../engine-policy.ts';
import { lifecycleOf } from '../lifecycle.ts';
import type { MutableSettings } from '../observed.ts';
import type { VolumeSpec } from '../resources.ts';
import type { Attachment, ServiceSpec } from '../service-spec.ts';
import { filesOf } from './files.ts';
import { networkOf, volumeOf } from './resources.ts';
import { serviceOf } from './service.ts';
import { askedNetworks, hashOf, volumeNames } from './spec-hash.ts';
import { bytesIn, nanoCpus } from './values.ts';

/** Throws `NoValue`. */
export function specsOf(document: PresentDeployment): ServiceSpec[] {
  return Object.entries(document.services).map(([name, service]) => specOf(document, name, service));
}

function specOf(document: PresentDeployment, name: string, asked: Service): ServiceSpec {
  const files = filesOf(document, asked);
  const service = serviceOf(asked);
  return {
    name,
    revision: document.revision,
    service,
    files,
    hash: hashOf(document, asked, files),
    settings: settingsOf(asked, service.restart),
    networks: attachmentsOf(document, name, asked),
    volumes: mountedVolumes(document, asked),
    joins: joinedServices(asked),
    lifecycle: lifecycleOf(service.restart, isJob(document, name, asked)),
  };
}

/** A server also exits with 0 when the engine stops. A service with a probe or published ports counts as a server. */
function isJob({ services }: PresentDeployment, name: string, { probe, ports = [] }: Service): boolean {
  const isAwaited = Object.values(services).some(
    ({ depends_on = {} }) => depends_on[name]?.condition === 'service_completed_successfully',
  );
  return isAwaited || (probe === undefined && ports.length === 0);
}

function settingsOf(service: Service, restart: Restart): MutableSettings {
  const limits = service.deploy?.resources?.limits;
  return {
    memoryBytes: bytesIn(limits?.memory) ?? UNLIMITED,
    nanoCpus: limits?.cpus === undefined ? UNLIMITED : nanoCpus(limits.cpus),
    pids: limits?.pids ?? UNLIMITED,
    restartPolicy: policyText(enginePolicy(restart)),
  };
}

const UNLIMITED = 0;

function attachmentsOf(
  document: PresentDeployment,
  name: string,
  service: Service,
): Record<string, Attachment> {
  return Object.fromEntries(
    Object.entries(askedNetworks(service)).map(
      ([network, { aliases = [], ipv4_address: address = null }]) => [
        networkOf(document, network).key,
        { aliases: [name, ...aliases], address },
      ],
    ),
  );
}

function mountedVolumes(document: PresentDeployment, service: Service): Record<string, VolumeSpec> {
  return Object.fromEntries(volumeNames(service).map((name) => [name, volumeOf(document, name)]));
}
