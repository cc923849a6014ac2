import { z } from 'zod';
import {
  type FakeReceiver,
  type ReceivedRequest,
  type ReceiverAnswer,
  startFakeReceiver,
} from './fault-script.fake.js';

const componentStatus = z.enum([
  'operational',
  'under_maintenance',
  'degraded_performance',
  'partial_outage',
  'major_outage',
]);
const changes = {
  status: z.enum(['investigating', 'identified', 'monitoring', 'resolved']).optional(),
  body: z.string().min(1).max(25_000).optional(),
  impact_override: z.enum(['none', 'minor', 'major', 'critical']).optional(),
  component_ids: z.array(z.string()).optional(),
  components: z.record(z.string(), componentStatus).optional(),
  deliver_notifications: z.boolean().optional(),
  /** Each of its values is an object too. */
  metadata: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
};
const createSchema = z.strictObject({ incident: z.strictObject({ ...changes, name: z.string().min(1).max(255) }) });
const updateSchema = z.strictObject({ incident: z.strictObject({ ...changes, name: z.string().max(255).optional() }) });
type Changes = z.infer<typeof updateSchema>['incident'];

/** An incident as their page shows it. */
export interface StatuspageIncident {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** Texts, the first one first. */
  readonly updates: readonly string[];
  /** How its components were said to be, by the newest update. */
  readonly components: Readonly<Record<string, string>>;
}

/** A fake of Statuspage's incidents, strict about what is documented. */
export interface FakeStatuspage extends FakeReceiver {
  readonly incidents: readonly StatuspageIncident[];
  /** Somebody takes one off the page. */
  readonly remove: (id: string) => void;
}

/** What it knows. */
export interface StatuspageAccount {
  readonly pageId: string;
  readonly key: string;
  readonly componentIds: readonly string[];
}

const invalid = (...errors: string[]): ReceiverAnswer => ({ status: 422, body: { error: errors } });

const parse = <T>(schema: z.ZodType<T>, body: string): T | ReceiverAnswer => {
  try {
    const parsed = schema.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : invalid(...parsed.error.issues.map(({ message }) => message));
  } catch {
    return { status: 400, body: { error: 'the body is not JSON' } };
  }
};

interface Held extends StatuspageIncident {
  name: string;
  status: string;
  readonly updates: string[];
  components: Readonly<Record<string, string>>;
  impact: string;
  metadata: unknown;
}

/** As their list tells it: the newest update first. */
const shown = ({ id, name, status, impact, metadata, updates, components }: Held): object => ({
  id,
  name,
  status,
  impact,
  metadata,
  components: Object.entries(components).map(([component, how]) => ({ id: component, status: how })),
  incident_updates: updates.toReversed().map((body) => ({ body, status })),
});

/** Starts the fake. */
export const startFakeStatuspage = async (account: StatuspageAccount): Promise<FakeStatuspage> => {
  const incidents: Held[] = [];
  let opened = 0;
  const path = `/v1/pages/${account.pageId}/incidents`;

  const refusalOf = ({ component_ids = [], components = {} }: Changes): ReceiverAnswer | undefined =>
    [...component_ids, ...Object.keys(components)].every((id) => account.componentIds.includes(id))
      ? undefined
      : invalid('Component is not of this page');
  const apply = (request: ReceivedRequest): ReceiverAnswer => {
    if (request.method === 'GET' && request.path === `${path}/unresolved`)
      return { status: 200, body: incidents.filter(({ status }) => status !== 'resolved').map(shown) };
    const isCreate = request.method === 'POST' && request.path === path;
    const found = incidents.find(({ id }) => request.method === 'PATCH' && request.path === `${path}/${id}`);
    if (!isCreate && found === undefined) return { status: 404, body: { error: 'Not found' } };
    const read = parse<{ incident: Changes }>(isCreate ? createSchema : updateSchema, request.body);
    if (!('incident' in read)) return read;
    const refused = refusalOf(read.incident);
    if (refused !== undefined) return refused;
    const { name, status = 'investigating', body, components, impact_override: impact, metadata } = read.incident;
    const id = `sp${(opened += isCreate ? 1 : 0)}`;
    const incident = found ?? { id, name: '', status, updates: [], components: {}, impact: 'none', metadata: {} };
    incident.name = name ?? incident.name;
    incident.status = status;
    incident.components = components ?? incident.components;
    incident.impact = impact ?? incident.impact;
    incident.metadata = metadata ?? incident.metadata;
    if (body !== undefined) incident.updates.push(body);
    if (isCreate) incidents.push(incident);
    return { status: isCreate ? 201 : 200, body: { id: incident.id, name: incident.name, status } };
  };
  const receiver = await startFakeReceiver((request) =>
    request.headers['authorization'] === `OAuth ${account.key}`
      ? apply(request)
      : { status: 401, body: { error: 'Could not authenticate' } },
  );
  const remove = (id: string): void => {
    const index = incidents.findIndex((each) => each.id === id);
    if (index >= 0) incidents.splice(index, 1);
  };
  return { ...receiver, incidents, remove };
};
