import { KEY_SEPARATOR } from '#contracts';
import type { PolicySubject } from '#domain';
import type { Queryable } from '../database.js';
import type { IncidentRow } from '../incident.repository.js';

/** The region that an incident is about, where its subject names one, or its node or PoP lies in one. */
const regionsOf = async (tx: Queryable, { scope, key }: IncidentRow): Promise<readonly string[]> => {
  if (scope === 'region') return [key];
  if (scope === 'release_region') return key.split(KEY_SEPARATOR).slice(1);
  if (scope !== 'node' && scope !== 'pop') return [];
  const rows = await tx.query<{ region: string }>(
    'select distinct region from node where case when $1 then node_id = $2 else pop = $2 end',
    [scope === 'node', key],
  );
  return rows.map(({ region }) => region);
};

/** The services whose release the incident is about, as far as their rollouts or its rollbacks say. */
const servicesOf = async (tx: Queryable, { incidentId, scope, key }: IncidentRow): Promise<readonly string[]> => {
  const [release = ''] = scope === 'release' || scope === 'release_region' ? key.split(KEY_SEPARATOR) : [];
  const rows = await tx.query<{ service: string }>(
    `select service from rollback where incident_id = $1 and service is not null
     union select service from rollout
     where release ->> 'softwareVersion' || '+' || (release ->> 'configRev') = $2`,
    [incidentId, release],
  );
  return rows.map(({ service }) => service);
};

/** What of an incident chooses its policy, and raises its level. */
export const policySubjectOf = async (tx: Queryable, incident: IncidentRow): Promise<PolicySubject> => ({
  severity: incident.severity,
  priority: incident.priority,
  impactScore: incident.impact.score,
  dollarsPerMinute: incident.impact.dollarsPerMinute,
  rule: incident.rule,
  regions: await regionsOf(tx, incident),
  services: await servicesOf(tx, incident),
});
