import { canonicalJson, event, type EventData, type Principal, refuseAll, type Refusal, streamOf } from '#contracts';
import { worldRegionOf } from '#domain';
import type { CatalogueRepository, CustomerRow, EventStore, NodeRow } from '#store';
import { metadataOf } from './act-metadata.js';
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

const faultsOf = (customers: NewCustomers) => {
  const seen = new Set<string>();
  return customers.flatMap(({ customerId, zones, countries = [] }, index) => {
    const at = `/customers/${index}`;
    const twice = seen.has(customerId) ? [{ pointer: at, detail: `customer ${customerId} comes twice` }] : [];
    seen.add(customerId);
    const badZones = zones.flatMap((zone, of) =>
      zoneOf(zone) === undefined ? [{ pointer: `${at}/zones/${of}`, detail: 'not the name of a zone' }] : [],
    );
    const badCountries = countries.flatMap((country, of) =>
      worldRegionOf(country) === undefined
        ? [{ pointer: `${at}/countries/${of}`, detail: `ISO 3166-1 has no country ${country}` }]
        : [],
    );
    return [...twice, ...badZones, ...badCountries];
  });
};

/** Customers with their zones as batches name them; refused with every name that is none, and every customer that comes twice. */
export const normalisedCustomers = (customers: NewCustomers): NewCustomers | Refusal => {
  const faults = faultsOf(customers);
  if (faults.length > 0) return refuseAll('BODY_INVALID', faults, { list: 'customers', items: customers.length });
  return customers.map(({ countries = [], ...customer }) => ({
    ...customer,
    zones: [...new Set(customer.zones.map(zoneOf).filter((zone) => zone !== undefined))].toSorted(),
    // The first is its home, so their order stays; who has none is as before there were any.
    ...(countries.length === 0 ? {} : { countries: [...new Set(countries)] }),
  }));
};

/** A zone has one customer: refused with every one that, after the registration, would have two. */
export const zoneConflict = (known: readonly CustomerRow[], registered: NewCustomers): Refusal | undefined => {
  const changed = new Set(registered.map(({ customerId }) => customerId));
  const owners = new Map<string, string>();
  for (const { customerId, zones } of known)
    if (!changed.has(customerId)) for (const zone of zones) owners.set(zone, customerId);
  const conflicts = registered.flatMap(({ customerId, zones }, index) =>
    zones.flatMap((zone, of) => {
      const owner = owners.get(zone);
      owners.set(zone, owner ?? customerId);
      const pointer = `/customers/${index}/zones/${of}`;
      return owner === undefined ? [] : [{ pointer, detail: `zone ${zone} belongs to customer ${owner}` }];
    }),
  );
  const batch = { list: 'customers', items: registered.length };
  return conflicts.length === 0 ? undefined : refuseAll('CONFLICT', conflicts, batch);
};

const isSame = (a: object | undefined, b: object): boolean => a !== undefined && canonicalJson(a) === canonicalJson(b);

/** Who registers, where. */
export interface Registrar {
  readonly store: EventStore;
  readonly repository: CatalogueRepository;
  readonly caller: Principal;
}

/** What a registration did with one thing. */
type Registered = 'new' | 'changed' | 'unchanged';
const registeredAs = (before: object | undefined, now: object): Registered =>
  before === undefined ? 'new' : isSame(before, now) ? 'unchanged' : 'changed';

/** What a registration did with one node. */
export interface RegisteredNode {
  readonly nodeId: string;
  readonly result: Registered;
}

const repeatedNodes = (nodes: NewNodes): Refusal | undefined => {
  const names = nodes.map(({ nodeId }) => nodeId);
  const faults = names.flatMap((name, index) =>
    names.indexOf(name) === index ? [] : [{ pointer: `/nodes/${index}`, detail: `node ${name} comes twice` }],
  );
  const batch = { list: 'nodes', items: nodes.length };
  return faults.length === 0 ? undefined : refuseAll('BODY_INVALID', faults, batch);
};

/** Registers nodes, or moves them, all of them or none. What is registered already says nothing new. */
export const registerNodes = async (
  { store, repository, caller }: Registrar,
  nodes: NewNodes,
): Promise<readonly RegisteredNode[] | Refusal> => {
  const twice = repeatedNodes(nodes);
  if (twice !== undefined) return twice;
  let results: readonly RegisteredNode[] = [];
  const compared = async () => {
    const { version, nodes: known } = await repository.load();
    const byId = new Map<string, NodeRow>(known.map((node) => [node.nodeId, node]));
    results = nodes.map((node) => ({ nodeId: node.nodeId, result: registeredAs(byId.get(node.nodeId), node) }));
    return version;
  };
  const refusal = await appendAgain(store, metadataOf(caller, 'register nodes'), async () => {
    const version = await compared();
    const news = nodes.filter((_node, index) => results[index]?.result !== 'unchanged');
    const events = news.length === 0 ? [] : [event('NodesRegistered', { nodes: news })];
    return { stream: streamOf.catalogue, expectedVersion: version, events };
  });
  // Sent again under a key, nothing is decided: what holds now is compared.
  if (refusal === undefined && results.length < nodes.length) await compared();
  return refusal ?? results;
};

/** What a registration did, or would do, with one customer. */
export interface RegisteredCustomer {
  readonly customerId: string;
  readonly result: Registered;
}

const planRegistration = async (repository: CatalogueRepository, registered: NewCustomers) => {
  const { version, customers: known } = await repository.load();
  const conflict = zoneConflict(known, registered);
  if (conflict !== undefined) return conflict;
  const byId = new Map<string, CustomerRow>(known.map((customer) => [customer.customerId, customer]));
  const results = registered.map((customer): RegisteredCustomer => {
    const { customerId } = customer;
    const before = byId.get(customerId);
    return { customerId, result: registeredAs(before, customer) };
  });
  const news = registered.filter((_customer, index) => results[index]?.result !== 'unchanged');
  return { version, results, news };
};

/**
 * Registers customers, or replaces what was registered of them, zones included: all of them or, when anything is wrong, none. A dry
 * run says what would be done.
 */
export const registerCustomers = async (
  { store, repository, caller }: Registrar,
  customers: NewCustomers,
  isDryRun = false,
): Promise<readonly RegisteredCustomer[] | Refusal> => {
  const registered = normalisedCustomers(customers);
  if ('refused' in registered) return registered;
  if (isDryRun) {
    const plan = await planRegistration(repository, registered);
    return 'refused' in plan ? plan : plan.results;
  }
  let results: readonly RegisteredCustomer[] = [];
  const refusal = await appendAgain(store, metadataOf(caller, 'register customers'), async () => {
    const plan = await planRegistration(repository, registered);
    if ('refused' in plan) return plan;
    const { version, news } = plan;
    results = plan.results;
    const events = news.length === 0 ? [] : [event('CustomersRegistered', { customers: news })];
    return { stream: streamOf.catalogue, expectedVersion: version, events };
  });
  if (refusal !== undefined || results.length === registered.length) return refusal ?? results;
  // Sent again under a key, nothing is decided: what holds now is compared.
  const plan = await planRegistration(repository, registered);
  return 'refused' in plan ? plan : plan.results;
};
