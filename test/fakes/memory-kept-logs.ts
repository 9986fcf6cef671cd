// Logs of removed containers on the simulated device. They outlive the engine and the power.
import type { KeptLog, KeptLogs, ServiceName } from '../../agent/ports/kept-logs.ts';

export class MemoryKeptLogs implements KeptLogs {
  /** By `DEPLOYMENT/SERVICE`. */
  readonly kept = new Map<string, KeptLog>();

  keep({ deployment, service }: ServiceName, log: KeptLog): Promise<void> {
    this.kept.set(`${deployment}/${service}`, log);
    return Promise.resolve();
  }

  find({ deployment, service }: ServiceName): Promise<KeptLog | null> {
    return Promise.resolve(this.kept.get(`${deployment}/${service}`) ?? null);
  }

  forget(deployment: string): Promise<void> {
    for (const name of [...this.kept.keys()]) if (name.startsWith(`${deployment}/`)) this.kept.delete(name);
    return Promise.resolve();
  }
}
