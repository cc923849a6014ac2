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
}

/** A fake of Statuspage's incidents, strict about what is documented. */
export interface FakeStatuspage extends FakeReceiver {
  readonly incidents: readonly StatuspageIncident[];
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

/** Starts the fake. */
export const startFakeStatuspage = async (account: StatuspageAccount): Promise<FakeStatuspage> => {
  const incidents: { id: string; name: string; status: string; updates: string[] }[] = [];
  const path = `/v1/pages/${account.pageId}/incidents`;

  const refusalOf = ({ component_ids = [], components = {} }: Changes): ReceiverAnswer | undefined =>
    [...component_ids, ...Object.keys(components)].every((id) => account.componentIds.includes(id))
      ? undefined
      : invalid('Component is not of this page');
  const apply = (request: ReceivedRequest): ReceiverAnswer => {
    const isCreate = request.method === 'POST' && request.path === path;
    const found = incidents.find(({ id }) => request.method === 'PATCH' && request.path === `${path}/${id}`);
    if (!isCreate && found === undefined) return { status: 404, body: { error: 'Not found' } };
    const read = parse<{ incident: Changes }>(isCreate ? createSchema : updateSchema, request.body);
    if (!('incident' in read)) return read;
    const refused = refusalOf(read.incident);
    if (refused !== undefined) return refused;
    const { name, status = 'investigating', body } = read.incident;
    const incident = found ?? { id: `sp${incidents.length + 1}`, name: '', status, updates: [] };
    Object.assign(incident, { name: name ?? incident.name, status });
    if (body !== undefined) incident.updates.push(body);
    if (isCreate) incidents.push(incident);
    return { status: isCreate ? 201 : 200, body: { id: incident.id, name: incident.name, status } };
  };
  const receiver = await startFakeReceiver((request) =>
    request.headers['authorization'] === `OAuth ${account.key}`
      ? apply(request)
      : { status: 401, body: { error: 'Could not authenticate' } },
  );
  return { ...receiver, incidents };
};
