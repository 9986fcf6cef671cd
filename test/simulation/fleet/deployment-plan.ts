// How the deployments of one run are, drawn at its beginning.

export interface DeploymentPlan {
  readonly name: string;
  readonly strategy: 'stop-first' | 'start-first';
  /** Topics that the manager uses for it. */
  readonly sources: readonly ('device' | 'groups/berlin' | 'groups/europe')[];
  /** A second service, which needs the first and is the same in all revisions. */
  readonly hasHelper: boolean;
  readonly hasVolume: boolean;
  readonly hasSecondNetwork: boolean;
  /** It switches only in the first twenty minutes of an hour. */
  readonly hasWindow: boolean;
  /** A port of the device that its first service has, where it is updated stop-first; `null`: none. */
  readonly port: number | null;
  /** Revisions give the port to the other service, and a second one back. */
  readonly doesPortMove: boolean;
  /** It takes its time to stop, up to its grace, which is longer than the deadline of what follows it. */
  readonly isSlowToStop: boolean;
  /** A third service, which ends by itself; `null`: none. */
  readonly job: JobPlan | null;
  /** The helper lives in the network of the first, and has to follow it. */
  readonly isHelperJoined: boolean;
  /** `pull_policy: always`, and tags that move. */
  readonly isPulledAnew: boolean;
  /** The first service may take its time to be healthy: only the deadline tells that it never will be. */
  readonly isPatient: boolean;
}

export interface JobPlan {
  readonly restart: 'no' | 'on-failure';
  /** Whether the first service starts only once the job has ended well. */
  readonly isAwaited: boolean;
}
