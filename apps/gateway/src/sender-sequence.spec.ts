import fc from 'fast-check';
import type { NodeColumns } from '#domain';
import type { OutcomeBatch } from '#contracts';
import { SenderSequence } from './sender-sequence.js';

const ENVELOPE = { softwareVersion: 'v1', configRev: 'c1', ring: '' };
const placeOf = (nodeId: string) => ({ nodeId, pop: 'p', region: 'r' });
const columnsOf = (nodeId: string, n = 2): NodeColumns => ({
  nodeId,
  t0Us: 1,
  n,
  zones: ['a.example'],
  dtUs: new Uint32Array(n),
  zoneIx: new Uint16Array(n),
  latencyUs: new Uint32Array(n),
  outcome: new Uint8Array(n),
  qtype: new Uint16Array(n),
  rcode: new Uint16Array(n),
  transport: new Uint8Array(n),
  flags: new Uint8Array(n),
  qnameLen: new Uint8Array(n),
});
const open = (): SenderSequence => {
  let boots = 0;
  return new SenderSequence(() => String((boots += 1)));
};
const identity = ({ nodeId, agentBootId, seq, published }: OutcomeBatch) => [nodeId, agentBootId, seq, published];

/** What became of an append: the log has it, it has not, or it has it and could not say so. */
type Append = 'taken' | 'failed' | 'landed unheard';

describe('the sequence of senders that have none', () => {
  it('numbers each node from 1, over several batches of one request', () => {
    const sequence = open();
    const batches = sequence.number([columnsOf('n1'), columnsOf('n2'), columnsOf('n1', 5)], ENVELOPE, placeOf, 3);
    expect(batches.map(identity)).toEqual([
      ['n1', '1', 1, 2],
      ['n2', '2', 1, 2],
      ['n1', '1', 2, 7],
    ]);
    expect(batches.map(({ completeness }) => completeness.malformed)).toEqual([3, 0, 0]);
  });

  it('uses a number again when it never came to the log, and a new boot when nobody knows', () => {
    const sequence = open();
    const number = () => sequence.number([columnsOf('n1')], ENVELOPE, placeOf, 0);
    sequence.taken(number());
    expect(number().map(identity)).toEqual([['n1', '1', 2, 4]]);
    sequence.doubtful(number());
    expect(number().map(identity)).toEqual([['n1', '2', 1, 2]]);
  });

  it('whatever becomes of the appends, what is in the log has no gap and nothing of it looks like another batch', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.array(fc.constantFrom('n1', 'n2', 'n3'), { minLength: 1, maxLength: 4 }),
            fc.constantFrom<Append>('taken', 'failed', 'landed unheard'),
          ),
          { maxLength: 40 },
        ),
        (requests) => {
          const sequence = open();
          const log: OutcomeBatch[] = [];
          for (const [nodes, append] of requests) {
            const batches = sequence.number(
              nodes.map((node) => columnsOf(node)),
              ENVELOPE,
              placeOf,
              0,
            );
            if (append !== 'failed') log.push(...batches);
            if (append === 'taken') sequence.taken(batches);
            else sequence.doubtful(batches);
          }
          const last = new Map<string, OutcomeBatch>();
          for (const batch of log) {
            const boot = `${batch.nodeId}|${batch.agentBootId}`;
            expect(batch.seq).toBe((last.get(boot)?.seq ?? 0) + 1);
            expect(batch.published).toBe((last.get(boot)?.published ?? 0) + batch.n);
            last.set(boot, batch);
          }
        },
      ),
    );
  });
});
