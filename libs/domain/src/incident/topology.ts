/**
 * Of which parts a DNS fleet is made, and which rest on which (R2). A fault goes from a part to those that rest on it: a deployment
 * brings a bug to the authoritative servers, caches pass on what these say, PoPs fail to resolve, and anycast carries it on (R3).
 * Each part names parts that stand above it, so nothing can rest on itself by way of others.
 */

/** A plane, with the colour in which consoles draw it. */
export const PLANES = {
  edge: { colour: '#3B82F6' },
  service: { colour: '#10B981' },
  state: { colour: '#F59E0B' },
  control: { colour: '#8B5CF6' },
} as const;

/** How much a part matters to clients, with the colour in which consoles mark it. */
export const PART_IMPACTS = {
  high: { colour: '#ff6b6b' },
  medium: { colour: '#ffd93d' },
  low: { colour: '#6bcf7f' },
} as const;

/** One part. */
export interface Part {
  /** What the label `component` of a rule names. */
  readonly name: string;
  readonly plane: keyof typeof PLANES;
  readonly impact: keyof typeof PART_IMPACTS;
  /** Directly. */
  readonly restsOn: readonly Part[];
}

const part = (name: string, plane: Part['plane'], impact: Part['impact'], ...restsOn: readonly Part[]): Part => ({
  name,
  plane,
  impact,
  restsOn,
});

const deployment = part('deployment', 'control', 'high');
const configDb = part('config_db', 'state', 'high', deployment);
const zoneData = part('zone_data', 'state', 'high', configDb);
const auth = part('auth', 'service', 'high', deployment, zoneData, configDb);
const cache = part('cache', 'service', 'medium', auth);
const healthChecking = part('health_checking', 'service', 'medium', deployment, configDb);
const loadBalancing = part('load_balancing', 'service', 'medium', healthChecking, configDb);
const trafficSteering = part('traffic_steering', 'control', 'high', healthChecking, configDb);
const edge = part('edge', 'edge', 'high', auth, cache, loadBalancing);
const anycast = part('anycast', 'edge', 'high', edge, trafficSteering);
const telemetry = part('telemetry', 'state', 'low');
const backup = part('backup', 'state', 'low');
const monitoring = part('monitoring', 'control', 'medium', telemetry);
const incidentResponse = part('incident_response', 'control', 'medium', monitoring);

/** Every part, each after those that it rests on. */
export const TOPOLOGY: readonly Part[] = [
  deployment,
  configDb,
  zoneData,
  auth,
  cache,
  healthChecking,
  loadBalancing,
  trafficSteering,
  edge,
  anycast,
  telemetry,
  backup,
  monitoring,
  incidentResponse,
];

const byName: ReadonlyMap<string, Part> = new Map(TOPOLOGY.map((each) => [each.name, each]));

/** A part by its name; undefined when there is none. */
export const partOf = (name: string): Part | undefined => byName.get(name);

const below = ({ restsOn }: Part): readonly Part[] => restsOn.flatMap((each) => [each, ...below(each)]);
const upstream: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  TOPOLOGY.map((each) => [each.name, new Set(below(each).map(({ name }) => name))]),
);

/** Whether a fault of one part may come from the other: it rests on it, directly or by way of others. */
export const mayComeFrom = (symptom: string, cause: string): boolean => upstream.get(symptom)?.has(cause) === true;

/** Its place in the order of causes: every part comes after those that it rests on. */
export const depthOf = (name: string): number => TOPOLOGY.findIndex((each) => each.name === name);
