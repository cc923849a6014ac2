import { event, type Event, type PrincipalRole, streamOf } from '#contracts';
import { NOW_MS, type ServedApi, serveApi, tellStory } from './api.fixture.js';

const RELEASE = { softwareVersion: 'v2.1.4', configRev: 'c41' };
const of = { service: 'dns', release: RELEASE };

describe('what people say of releases, automation and redirects', () => {
  let api: ServedApi;
  beforeEach(async () => {
    api = await serveApi();
    await tellStory(api);
  });
  afterEach(() => api.end());

  const post = async (role: PrincipalRole, path: string, body: unknown) =>
    api.send('POST', `/v1/${path}`, await api.as(role), body);
  const get = async (path: string) => (await api.send('GET', `/v1/${path}`, await api.as('viewer'))).body;
  const seen = async (query: string) => (await api.ask(`{ ${query} }`, await api.as('viewer'))).body;
  const told = async (stream: string) =>
    (await api.parts.eventStore.readStream(stream)).map(({ event: { type }, metadata }) => [type, metadata.actor]);
  const reasons = async (stream: string) =>
    (await api.parts.eventStore.readStream(stream)).map(({ metadata }) => metadata.audit?.reason);
  const tell = async (stream: string, ...events: readonly Event[]) => {
    const append = { stream, expectedVersion: 0, events };
    expect(await api.parts.eventStore.append([append], { actor: 'rules', cause: 'test' })).toHaveProperty('appended');
  };

  it('R39, R51: a release is attested and rehearsed, with who said so; the same attestation again says nothing', async () => {
    const attested = { ...of, goodSinceMs: NOW_MS - 9e7, nodes: 20, isRollbackSafe: true };
    const because = { ...attested, comment: 'it ran for a week' };
    expect(await post('operator', 'releases/attestations', because)).toMatchObject({
      status: 200,
      body: { release: { name: 'v2.1.4+c41', attestation: { nodes: 20, by: 'operator:test operator', at: NOW_MS } } },
    });
    await post('operator', 'releases/attestations', { ...attested, comment: 'a day of traffic' });
    await post('deploy', 'releases/rehearsals', { ...of, passed: true, detail: 'back in 12 s', comment: 'game day' });
    expect(await told(streamOf.release('dns', 'v2.1.4+c41'))).toEqual([
      ['ReleaseAttested', 'operator:test operator'],
      ['RollbackRehearsed', 'deploy:test deploy'],
    ]);
    expect(await reasons(streamOf.release('dns', 'v2.1.4+c41'))).toEqual(['it ran for a week', 'game day']);
    expect(await get('releases')).toMatchObject({ releases: [{ service: 'dns', rehearsal: { passed: true } }] });
    expect(await post('operator', 'releases/attestations', { ...attested, goodSinceMs: NOW_MS + 1 })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/goodSinceMs' }] },
    });
  });

  it('R39, R54: a quarantine is lifted by an incident commander or an administrator, who says why', async () => {
    const stream = streamOf.release('dns', 'v2.1.4+c41');
    await tell(stream, event('ReleaseQuarantined', { ...of, rollbackId: 'rb1', because: 'rolled back', at: NOW_MS }));
    const preview = () => post('viewer', 'releases/quarantine/lift/preview', of);
    expect(await preview()).toMatchObject({
      status: 200,
      body: { preview: { ...of, quarantine: { rollbackId: 'rb1', because: 'rolled back' }, attested: null } },
    });
    const asked = `liftingPreview(service: "dns", release: { softwareVersion: "v2.1.4", configRev: "c41" }) {
      service release { softwareVersion configRev } quarantine { rollbackId because }
      attested { goodSince nodes isRollbackSafe } isRehearsed effect
    }`;
    expect(await seen(asked)).toMatchObject({ data: { liftingPreview: (await preview()).body['preview'] } });
    expect(await told(stream)).toHaveLength(1);
    const lift = (role: PrincipalRole, comment: unknown) => post(role, 'releases/quarantine/lift', { ...of, comment });
    expect(await lift('operator', 'it is fine')).toMatchObject({ status: 403, body: { code: 'PERMISSION_DENIED' } });
    expect(await lift('admin', '  ')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/comment' }] } });
    expect(await lift('incident_commander', 'it was the network')).toMatchObject({
      status: 200,
      body: { release: { quarantine: null, lifting: { comment: 'it was the network' } } },
    });
    expect(await preview()).toMatchObject({ status: 409, body: { code: 'RELEASE_NOT_QUARANTINED' } });
    expect(await seen(asked)).toMatchObject({ errors: [{ extensions: { code: 'RELEASE_NOT_QUARANTINED' } }] });
    expect(await lift('admin', 'again')).toMatchObject({ status: 409, body: { code: 'RELEASE_NOT_QUARANTINED' } });
    expect((await told(stream)).at(-1)).toEqual(['QuarantineLifted', 'incident_commander:test incident_commander']);
  });

  it('the kill switch is an administrator’s; what nobody touched is on and in mode auto', async () => {
    expect(await get('automation')).toEqual({
      automation: { isOn: true, lastSwitch: null, rateRail: null, services: [] },
    });
    const off = { isOn: false, comment: 'drill' };
    expect(await post('operator', 'automation/switch', off)).toMatchObject({ status: 403 });
    expect(await post('admin', 'automation/switch', off)).toMatchObject({ body: { automation: { isOn: false } } });
    await post('admin', 'automation/switch', off);
    await post('admin', 'automation/modes', { service: 'dns', mode: 'approve', comment: 'first week' });
    expect(await post('operator', 'automation/rate-resets', { service: 'dns', comment: 'known' })).toMatchObject({
      body: { automation: { services: [{ service: 'dns', mode: { mode: 'approve' }, rateReset: { at: NOW_MS } }] } },
    });
    expect(await post('admin', 'automation/modes', { service: 'dns', mode: 'wild', comment: 'x' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/mode' }] },
    });
    expect(await told(streamOf.automation)).toEqual([
      ['AutomationSwitched', 'admin:test admin'],
      ['AutomationModeSet', 'admin:test admin'],
      ['RateRailReset', 'operator:test operator'],
    ]);
  });

  it('R25: a redirect that stopped is ended by a person; one under way is not', async () => {
    const decided = (redirectId: string) =>
      event('RedirectDecided', {
        redirectId,
        incidentId: 'in1',
        alertId: 'al1',
        scope: 'pop',
        key: 'iad1',
        nodes: ['n1'],
        siblings: ['iad2'],
        ...of,
        trigger: { ...REASON },
        rails: [],
        at: NOW_MS,
      });
    const stopped = event('RedirectStopped', {
      redirectId: 'rd1',
      because: 'n1 did not come back',
      at: NOW_MS + 5_000,
    });
    await tell(streamOf.redirect('rd1'), decided('rd1'), stopped);
    await tell(streamOf.redirect('rd2'), decided('rd2'));
    const preview = (id: string) => post('viewer', `redirects/${id}/end/preview`, {});
    expect(await preview('rd1')).toMatchObject({
      status: 200,
      body: { preview: { redirectId: 'rd1', incidentId: 'in1', state: 'stopped', isNew: true, away: ['n1'] } },
    });
    expect(await preview('rd2')).toMatchObject({ status: 409, body: { code: 'REDIRECT_NOT_STOPPED' } });
    expect(await preview('none')).toMatchObject({ status: 404 });
    const asked = (id: string) =>
      seen(`redirectEndPreview(redirectId: "${id}") { redirectId incidentId state isNew away effect }`);
    expect(await asked('rd1')).toMatchObject({ data: { redirectEndPreview: (await preview('rd1')).body['preview'] } });
    expect(await asked('rd2')).toMatchObject({ errors: [{ extensions: { code: 'REDIRECT_NOT_STOPPED' } }] });
    expect(await told(streamOf.redirect('rd1'))).toHaveLength(2);
    const end = (id: string) => post('operator', `redirects/${id}/end`, { comment: 'n1 was scrapped' });
    expect(await end('rd1')).toMatchObject({
      status: 200,
      // Never before what it answers, whatever the clock of the server says.
      body: {
        redirect: {
          status: 'ended',
          because: 'operator:test operator: n1 was scrapped',
          endedAt: NOW_MS + 5_000,
        },
      },
    });
    expect(await end('rd1')).toMatchObject({ status: 200 });
    expect(await end('rd2')).toMatchObject({ status: 409, body: { code: 'REDIRECT_NOT_STOPPED' } });
    expect(await end('none')).toMatchObject({ status: 404 });
    expect(await told(streamOf.redirect('rd1'))).toHaveLength(3);
  });
});

const REASON = {
  rule: 'R25',
  signal: 'latency',
  text: 'p99 6 s > 5 s',
  value: 6_000,
  threshold: 5_000,
  windowMs: 60_000,
  good: 1,
  bad: 0,
  tick: 1,
  coverage: 1,
};
