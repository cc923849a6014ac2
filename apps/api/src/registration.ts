import { canonicalJson, event, type EventData, refuse, type Refusal, streamOf } from '#contracts';
import type { CatalogueRepository, CustomerRow, EventStore, NodeRow } from '#store';
import { appendAgain } from './append-again.js';

/** Nodes as they are registered. */
export type NewNodes = EventData<'NodesRegistered'>['nodes'];
/** Customers as they are registered. */
export type NewCustomers = EventData<'CustomersRegistered'>['customers'];

/** Longest zone name, RFC 1035. */
const ZONE_CHARS_MAX = 253;
// Underscores are no host names but are zone names (_tcp.example); international names come as A-labels.
const ZONE = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** A zone as batches name it, lower case and without trailing dot; undefined when it is none. */
export const zoneOf = (name: string): string | undefined => {
  const zone = name.toLowerCase().replace(/\.$/, '');
  return zone.length <= ZONE_CHARS_MAX && ZONE.test(zone) ? zone : undefined;
};

const repeated = (names: readonly string[]): string | undefined =>
  names.find((name, index) => names.indexOf(name) !== index);

/** Customers with their zones as batches name them; refused when a name is none, or a customer comes twice. */
export const normalisedCustomers = (customers: NewCustomers): NewCustomers | Refusal => {
  const twice = repeated(customers.map(({ customerId }) => customerId));
  if (twice !== undefined) return refuse('BODY_INVALID', `customer ${twice} comes twice`, '/customers');
  const normalised = customers.map((customer) => ({ ...customer, zones: customer.zones.map(zoneOf) }));
  const wrong = normalised.flatMap(({ zones }, index) => {
    const zone = zones.indexOf(undefined);
    return zone < 0 ? [] : [`/customers/${index}/zones/${zone}`];
  });
  if (wrong[0] !== undefined) return refuse('BODY_INVALID', 'not the name of a zone', wrong[0]);
  return normalised.map((customer) => ({
    ...customer,
    zones: [...new Set(customer.zones.filter((zone) => zone !== undefined))].toSorted(),
  }));
};

/** A zone has one customer: refused when, after the registration, it would have two. */
export const zoneConflict = (known: readonly CustomerRow[], registered: NewCustomers): Refusal | undefined => {
  const changed = new Set(registered.map(({ customerId }) => customerId));
  const owners = new Map<string, string>();
  for (const { customerId, zones } of known)
    if (!changed.has(customerId)) for (const zone of zones) owners.set(zone, customerId);
  for (const { customerId, zones } of registered)
    for (const zone of zones) {
      const owner = owners.get(zone);
      if (owner !== undefined) return refuse('CONFLICT', `zone ${zone} belongs to customer ${owner}`);
      owners.set(zone, customerId);
    }
  return undefined;
};

const isSame = (a: object | undefined, b: object): boolean => a !== undefined && canonicalJson(a) === canonicalJson(b);

/** Who registers, where. */
export interface Registrar {
  readonly store: EventStore;
  readonly repository: CatalogueRepository;
  readonly actor: string;
}

/** Registers nodes, or moves them. What is registered already says nothing new. */
export const registerNodes = async (
  { store, repository, actor }: Registrar,
  nodes: NewNodes,
): Promise<undefined | Refusal> => {
  const twice = repeated(nodes.map(({ nodeId }) => nodeId));
  if (twice !== undefined) return refuse('BODY_INVALID', `node ${twice} comes twice`, '/nodes');
  return appendAgain(store, { actor, cause: 'register nodes' }, async () => {
    const { version, nodes: known } = await repository.load();
    const byId = new Map<string, NodeRow>(known.map((node) => [node.nodeId, node]));
    const news = nodes.filter((node) => !isSame(byId.get(node.nodeId), node));
    const events = news.length === 0 ? [] : [event('NodesRegistered', { nodes: news })];
    return { stream: streamOf.catalogue, expectedVersion: version, events };
  });
};

/** Registers customers, or replaces what was registered of them, zones included. */
export const registerCustomers = async (
  { store, repository, actor }: Registrar,
  customers: NewCustomers,
): Promise<undefined | Refusal> => {
  const registered = normalisedCustomers(customers);
  if ('refused' in registered) return registered;
  return appendAgain(store, { actor, cause: 'register customers' }, async () => {
    const { version, customers: known } = await repository.load();
    const conflict = zoneConflict(known, registered);
    if (conflict !== undefined) return conflict;
    const byId = new Map<string, CustomerRow>(known.map((customer) => [customer.customerId, customer]));
    const news = registered.filter((customer) => !isSame(byId.get(customer.customerId), customer));
    const events = news.length === 0 ? [] : [event('CustomersRegistered', { customers: news })];
    return { stream: streamOf.catalogue, expectedVersion: version, events };
  });
};
