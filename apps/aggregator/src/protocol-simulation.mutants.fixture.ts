import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Aggregator } from './protocol-simulation.fixture.js';

/** A fault that somebody could put into the protocol: a piece of a compiled module, and what stands there instead. */
export interface Mutant {
  readonly name: string;
  readonly module: string;
  readonly code: string;
  readonly instead: string;
  /** The seed that is tried first, where the first ones do not find it: the one that found it last time. */
  readonly foundBy?: number;
}

/**
 * Each must be found by some seed. Three lines are not among them, since what they do is fenced by others too:
 * - The filter of offsets that are counted already: the ledger knows each batch. It keeps reports and signals, which have no
 *   number, from being told twice.
 * - `leave` at a revocation: the position refuses a worker that stays. It spares memory and attempts.
 * - The one snapshot of a load: a ledger newer than the position belongs to ticks that were told before, and the flush is refused.
 */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'the answer of the compare-and-swap is ignored',
    module: 'partition.repository.js',
    code: 'if (!(await createPositionRepository(tx).advance(tx, step)))',
    instead: 'if (!(await createPositionRepository(tx).advance(tx, step)) && false)',
  },
  {
    name: 'the position is written outside of the transaction',
    module: 'partition.repository.js',
    code: '.advance(tx, step)',
    instead: '.advance(database, step)',
  },
  {
    name: 'a jump forward is accepted in silence',
    module: 'partition-worker.js',
    code: 'if (record.offset > state.nextOffset && !(await this.passHole(record.offset, state)))',
    instead: 'if (false)',
  },
  {
    name: 'a hole is believed at first sight, without asking the log',
    module: 'partition.repository.js',
    code: 'if (record !== undefined && record.offset < to)',
    instead: 'if (false)',
    foundBy: 27,
  },
  {
    name: 'a commit of unknown outcome is taken for written',
    module: 'partition-worker.js',
    code: 'return nextOffset === flush.expected ? await this.write(flush) :',
    instead: "return nextOffset === flush.expected ? 'written' :",
    foundBy: 674,
  },
  {
    name: 'a commit of unknown outcome is taken for refused, and what is held for right',
    module: 'partition-worker.js',
    code: 'this.isDoubtful = true;\n        this.outbox.abandon();\n        this.parts.counters.refused += 1;',
    instead: 'this.parts.counters.refused += 1;',
  },
  {
    name: 'batches are not recognised when they are repeated',
    module: 'partition-state.js',
    code: "=== 'duplicate'",
    instead: "=== 'never'",
  },
  {
    name: 'a batch that arrives late is a duplicate',
    module: 'domain/partition/sequence-ledger.js',
    code: 'if (closed === undefined)',
    instead: 'if (true)',
  },
  {
    name: 'gaps are not remembered',
    module: 'domain/partition/ledger-pending.js',
    code: '(booked.opened ??= new Map()).set(gap.from, gap)',
    instead: 'void gap',
  },
  {
    name: 'a flush is taken in the middle of a tick',
    module: 'partition-state.js',
    code: '!this.ticks.isAtBoundary ||',
    instead: '',
    foundBy: 36,
  },
  {
    name: 'positions do not wait for what has to be told',
    module: 'partition-worker.js',
    code: 'if (!(await outbox.inLog()))',
    instead: 'if (false)',
  },
  {
    name: 'what is lost is not written',
    module: 'partition-state.js',
    code: 'gaps: this.gaps.take()',
    instead: 'gaps: []',
  },
  {
    name: 'what is lost is written apart from the position',
    module: 'partition.repository.js',
    code: '.insert(tx, cluster, gaps)',
    instead: '.insert(database, cluster, gaps)',
  },
  {
    name: 'a topic that was made anew is not noticed',
    module: 'partition.repository.js',
    code: 'const isNew = position.nextOffset > ends.high;',
    instead: 'const isNew = false;',
  },
  {
    name: 'the log is looked at before the position',
    module: 'partition.repository.js',
    code: 'const ends = await endsOf(log, partition);\n    const stored',
    instead: 'const ends = first;\n    const stored',
    foundBy: 71,
  },
  {
    name: 'incarnations have the same segment keys',
    module: 'partition-state.js',
    code: '(incarnation - 1) * INCARNATION_OFFSETS',
    instead: '0 * INCARNATION_OFFSETS',
    foundBy: 143,
  },
  {
    name: 'open slots are not restored',
    module: 'partition-state.js',
    code: 'this.fold.restore(slot, decodeOwnBlock(body));',
    instead: 'void slot, void body;',
  },
];

const SOURCE = join(import.meta.dirname);
const DOMAIN = join(SOURCE, '../../../libs/domain/src');

const patch = (text: string, { name, module, code, instead }: Mutant): string => {
  const found = text.split(code).length - 1;
  if (found !== 1) throw new Error(`mutant '${name}': its code stands ${found} times in ${module}`);
  return text.replace(code, () => instead);
};

/** With a domain of its own, which its modules then import, where the fault is in there. */
const copyModules = async (directory: string, withDomain: boolean): Promise<void> => {
  const modules = (await readdir(SOURCE)).filter((name) => name.endsWith('.js') && !name.endsWith('.spec.js'));
  const copy = async (name: string): Promise<void> => {
    const text = await readFile(join(SOURCE, name), 'utf8');
    await writeFile(join(directory, name), withDomain ? text.replaceAll("'#domain'", "'./domain/index.js'") : text);
  };
  await Promise.all(modules.map(copy));
  if (withDomain) await cp(DOMAIN, join(directory, 'domain'), { recursive: true });
};

/** Loads the aggregator with a fault in it: a copy of its compiled modules, beside them, so that their imports hold. */
export const loadMutant = async (mutant: Mutant): Promise<{ code: Aggregator; remove: () => Promise<void> }> => {
  const directory = await mkdtemp(join(SOURCE, 'mutant-'));
  await copyModules(directory, mutant.module.startsWith('domain/'));
  const at = join(directory, mutant.module);
  const remove = (): Promise<void> => rm(directory, { recursive: true });
  try {
    await writeFile(at, patch(await readFile(at, 'utf8'), mutant));
    const loaded = (await import(pathToFileURL(join(directory, 'aggregator.consumer.js')).href)) as {
      AggregatorConsumer: Aggregator;
    };
    return { code: loaded.AggregatorConsumer, remove };
  } catch (error) {
    await remove();
    throw error;
  }
};
