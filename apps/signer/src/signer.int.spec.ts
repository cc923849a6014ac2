import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audienceDigest, event, releaseName, signedCommandSchema, streamOf, verifyCommand } from '#contracts';
import type { Database, EventStore } from '#store';
import type { SignerSettings } from './signer.config.js';
import { SignerWorld } from './signer.fixture.js';

describe('the signer', () => {
  let world: SignerWorld;
  beforeEach(async () => {
    world = await SignerWorld.open();
  });
  afterEach(() => world.close());

  it('signs what was issued, under its key', async () => {
    const signer = await world.signer();
    await world.issues(1, 7);
    await signer.settle();
    const [signed, ...others] = await world.signed();
    expect(others).toEqual([]);
    const verdict = verifyCommand(
      signedCommandSchema.parse(signed?.signed),
      world.keys.publicKey,
      world.clock.nowMs(),
      'n1',
      6,
    );
    expect(verdict).toMatchObject({ verdict: 'execute', command: { commandId: 'co1', generation: 7 } });
  });

  it('is told of what was issued, and tells of what it signed, within a process', async () => {
    const signer = await world.signer();
    let told = 0;
    world.notices.listen('CommandSigned', () => (told += 1));
    await world.issues(1, 1);
    world.notices.tell(await world.eventStore.readAll(0, 10));
    await signer.settle();
    expect([told, (await world.signed()).length]).toEqual([1, 1]);
  });

  it('an expired command is never signed, and refused once', async () => {
    await world.issues(1, 1);
    await world.clock.advance(120_000);
    const signer = await world.signer();
    await signer.settle();
    await signer.settle();
    expect(await world.typesOf('co1')).toEqual(['CommandIssued', 'CommandRefused']);
    expect(world.lines.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { commandId: 'co1', code: 'expired' }, message: 'refused to sign a command' },
    ]);
  });

  it('signs in the order of generations, and refuses one that comes behind', async () => {
    const signer = await world.signer();
    await world.issues(1, 7);
    await signer.settle();
    await world.verifies(1);
    await world.issues(2, 7);
    await signer.settle();
    expect(await world.refusals()).toMatchObject([{ commandId: 'co2', audience: ['n2', 'n3'], code: 'generation' }]);
  });

  it('R32: reads the evidence from the log: a wave that follows one that is not verified is refused', async () => {
    const signer = await world.signer();
    await world.issues(1, 1);
    await world.issues(2, 2);
    await signer.settle();
    expect((await world.signed()).map(({ commandId }) => commandId)).toEqual([]);
    expect(await world.refusals()).toMatchObject([
      { commandId: 'co1', code: 'wave' },
      { commandId: 'co2', code: 'wave' },
    ]);
  });

  it('refuses what a broken decider issues without a decision, and what it alters', async () => {
    const signer = await world.signer();
    await world.issues(1, 1, { audience: ['n1', 'n2'], audienceDigest: audienceDigest(['n1', 'n2']) });
    await world.issues(1, 2, { commandId: 'co8', rollbackId: 'never decided' });
    await signer.settle();
    expect(await world.signed()).toEqual([]);
    expect((await world.refusals()).map(({ code }) => code)).toEqual(['wave', 'plan']);
  });

  it('refuses a release in quarantine, and a rollback of a service that may not act by itself', async () => {
    const { service, to: release } = world.commandOf(1, 1);
    const at = world.clock.nowMs();
    await world.tell(
      streamOf.release(service, releaseName(release)),
      event('ReleaseQuarantined', { service, release, rollbackId: 'rb0', because: 'failed', at }),
    );
    const signer = await world.signer();
    await world.issues(1, 1);
    await signer.settle();
    expect(await world.refusals()).toMatchObject([{ code: 'target', because: 'v2.1.4+c41 is in quarantine: failed' }]);
  });

  describe('its kill switch (RAIL-14)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'switch-'));
    const file = (text: string): string => {
      const path = join(folder, randomUUID());
      writeFileSync(path, text);
      return path;
    };
    const settleWith = async (settings: Partial<SignerSettings>): Promise<readonly string[]> => {
      const signer = await world.signer({ settings });
      await world.issues(1, 1);
      await signer.settle();
      return world.typesOf('co1');
    };
    const SIGNED = ['CommandIssued', 'CommandSigned'];
    const REFUSED = ['CommandIssued', 'CommandRefused'];

    it.each([
      ['the setting says off', { automation: 'off' }],
      ['the setting says something else', { automation: 'On' }],
      ['the setting is empty', { automation: '' }],
      ['the file is not there', { automationFile: join(folder, 'none') }],
      ['the file cannot be read', { automationFile: folder }],
      ['the file says off', { automationFile: file('off') }],
      ['the file is empty', { automationFile: file('') }],
      ['the file says on, and more', { automationFile: file('on or off') }],
    ])('is off when %s', async (_what, settings) => {
      expect(await settleWith(settings)).toEqual(REFUSED);
      expect(await world.refusals()).toMatchObject([{ code: 'switched_off' }]);
      expect(world.lines.filter(({ level }) => level === 'warn')[0]?.message).toMatch(/^nothing is signed: /);
    });

    it('is on when the setting and the file say on', async () => {
      expect(await settleWith({ automation: 'on', automationFile: file('on\n') })).toEqual(SIGNED);
    });

    it('is read anew for every command', async () => {
      const automationFile = file('on');
      const signer = await world.signer({ settings: { automationFile } });
      rmSync(automationFile);
      await world.issues(1, 1);
      await signer.settle();
      expect(await world.typesOf('co1')).toEqual(REFUSED);
    });

    it('of the log is off when a person switched it off', async () => {
      const off = { isOn: false, by: 'user:alice', comment: 'maintenance', at: world.clock.nowMs() };
      await world.tell(streamOf.automation, event('AutomationSwitched', off));
      expect(await settleWith({})).toEqual(REFUSED);
      expect(await world.refusals()).toMatchObject([{ because: 'user:alice switched it off: maintenance' }]);
    });
  });

  it('signs nothing when something changes between its reading and its signature: it reads again', async () => {
    await world.issues(1, 1);
    let isFirst = true;
    const off = { isOn: false, by: 'user:alice', comment: 'stop', at: world.clock.nowMs() };
    const late: EventStore = {
      ...world.eventStore,
      append: async (streams, metadata) => {
        if (isFirst) await world.tell(streamOf.automation, event('AutomationSwitched', off));
        isFirst = false;
        return world.eventStore.append(streams, metadata);
      },
    };
    const signer = await world.signer({ eventStore: late });
    await signer.settle();
    expect(await world.typesOf('co1')).toEqual(['CommandIssued']);
    await signer.settle();
    expect(await world.typesOf('co1')).toEqual(['CommandIssued', 'CommandRefused']);
  });

  it('signs nothing while the database is away, says so, and afterwards what is still of its time', async () => {
    let isAway = true;
    const database: Database = {
      ...world.db.database,
      query: async (text, values) => {
        if (isAway) throw new Error('connect ECONNREFUSED');
        return world.db.database.query(text, values);
      },
    };
    await world.issues(1, 1);
    const signer = await world.signer({ database });
    await signer.settle();
    expect([signer.unready(), await world.typesOf('co1')]).toEqual(['sign: connect ECONNREFUSED', ['CommandIssued']]);
    isAway = false;
    await signer.settle();
    expect([signer.unready(), await world.typesOf('co1')]).toEqual([undefined, ['CommandIssued', 'CommandSigned']]);
    isAway = true;
    await world.verifies(1);
    await world.issues(2, 2);
    await signer.settle();
    await world.clock.advance(120_000);
    isAway = false;
    await signer.settle();
    expect(await world.refusals()).toMatchObject([{ commandId: 'co2', code: 'expired' }]);
  });

  it('dies between reading and appending, or after it, and leaves nothing by half', async () => {
    await world.issues(1, 1);
    const dying = (after: boolean): EventStore => ({
      ...world.eventStore,
      append: async (streams, metadata) => {
        if (after) await world.eventStore.append(streams, metadata);
        throw new Error('killed');
      },
    });
    const before = await world.signer({ eventStore: dying(false) });
    await before.settle();
    expect([before.unready(), await world.typesOf('co1')]).toEqual(['sign: killed', ['CommandIssued']]);
    await (await world.signer({ eventStore: dying(true) })).settle();
    await (await world.signer()).settle();
    expect(await world.typesOf('co1')).toEqual(['CommandIssued', 'CommandSigned']);
  });

  it('two signers sign a command once', async () => {
    const both = [await world.signer(), await world.signer()];
    await world.issues(1, 1);
    await Promise.all(both.map((signer) => signer.settle()));
    expect(await world.typesOf('co1')).toEqual(['CommandIssued', 'CommandSigned']);
  });
});
