import { releaseName } from '#contracts';
import { playDecisions, type Strike } from './decisions.fixture.js';
import { all } from './event-time-day.fixture.js';
import { BAD_RELEASE } from './fleet.js';

/** Octets of a name on the wire: each label with its length before it, and the root. */
const octetsOf = (name: string): number => (name === '' ? 1 : Buffer.byteLength(name) + 2);

/** The names of the study's load tester, family by family. */
const FAMILIES = {
  normal: ['www.example.com', 'api.example.com'],
  malformed: ['', '.'],
  oversized: [`${'a'.repeat(300)}.example.com`],
  'high frequency': Array.from({ length: 1_000 }, (_, index) => `h${index}.example.com`),
  // The study's own (20 times 19 letters) is longer than any name may be, and so oversized too.
  'edge-case': [
    'xn--unicode-domain--crb.example.com',
    '1.1.168.192.in-addr.arpa',
    `${'very-long-subdomain.'.repeat(12)}com`,
  ],
};

/** Sends all names of a family to a node. */
const sending =
  (names: readonly string[]): Strike =>
  (node, atUs) => {
    for (const name of names) node.receive(octetsOf(name), atUs);
  };

describe('the five families of the load tester against a simulated canary', () => {
  it.each(['normal', 'malformed', 'high frequency', 'edge-case'] as const)('R63: %s queries trip nothing', (family) => {
    const { told } = playDecisions(7, 14, sending(FAMILIES[family]));
    expect(all(told, 'AlertFired')).toEqual([]);
    expect(all(told, 'RollbackDecided')).toEqual([]);
  });

  it('R61, R63: one oversized name trips the canary, and the release is rolled back', () => {
    const { told } = playDecisions(7, 14, sending(FAMILIES.oversized));
    const [decided] = all(told, 'RollbackDecided');
    expect(decided?.data.from).toEqual(BAD_RELEASE);
    expect(all(told, 'AlertFired')[0]?.data.key).toContain(releaseName(BAD_RELEASE));
  });
});
