/** The namespace of the platform on every site. */
export const NAMESPACE = 'mintpress';

/** Name of the platform's database, wherever it is. */
export const DATABASE_NAME = 'mintpress';

/** Name of the Secret with the DSNs. */
export const SECRET_NAME = 'database';

/** What differs between one site's platform and another's. */
export interface SiteParameters {
  site: string;
  /** name of the image as the nodes already hold it */
  image: string;
  /** DSN of the read-write endpoint, as the pods reach it */
  databaseRw: string;
  /** DSN of the read-only endpoint */
  databaseRo: string;
  /** URLs of the nodes of the other site, where each site has a database of its own */
  peers?: readonly string[];
  /** writes at the site that follows go on to the other one */
  forwardWrites?: boolean;
  apiReplicas?: number;
  workerReplicas?: number;
  nodePort?: number;
  /** how many times slower than usual the machine is; the pods' probes wait that much longer */
  slow?: number;
  /** a control: the health check says 200 whatever happens */
  blindHealthCheck?: boolean;
  /** a control: the health check says 503 in every other period of this length; ms */
  flappingHealthCheckMs?: number;
  /** further settings of every process */
  /** a control: the only node that pods may run on */
  onlyNode?: string;
  /** a control: s until a pod is first asked whether it is ready */
  readyAfterS?: number;
  environment?: Readonly<Record<string, string>>;
}
