import { KEY_SEPARATOR } from '#contracts';
import { JUDGE_WINDOW_MS } from '../rollout/blame.js';
import type { AlertSubject } from '../rule/rule.js';
import { cohortKey } from '../rule/presence.js';
import type { TickView } from '../rule/tick-view.js';

/** Good and bad outcomes of something over the last seconds. */
export interface Tally {
  readonly good: number;
  readonly bad: number;
}

/** Fewer failures than this say nothing about where they come from. */
export const SHARE_FAILURES_MIN = 10;

interface Cell extends Tally {
  readonly release: string;
  readonly region: string;
  readonly pop?: string;
  readonly nodeId?: string;
}

/** Whether a cell lies within a subject; undefined where its kind cannot say. */
const isWithin = (cell: Cell, { scope, key }: AlertSubject): boolean | undefined => {
  switch (scope) {
    case 'fleet':
      return true;
    case 'release':
      return cell.release === key;
    case 'release_region':
      return cohortKey(cell.release, cell.region) === key;
    case 'region':
      return cell.region === key;
    case 'pop':
      return cell.pop === undefined ? undefined : cell.pop === key;
    case 'node':
      return cell.nodeId === undefined ? undefined : cell.nodeId === key;
    case 'partition':
    case 'customer':
    case 'external':
      return undefined;
  }
};

const NOTHING: Tally = { good: 0, bad: 0 };
const total = (tallies: readonly Tally[]): Tally =>
  tallies.reduce((sum, { good, bad }) => ({ good: sum.good + good, bad: sum.bad + bad }), NOTHING);

/**
 * Who fails, and within whom, over the last ten seconds of one tick. Read when it is first asked for: a tick without alerts pays
 * nothing.
 */
export class Failures {
  private cohorts: readonly Cell[] | undefined;
  private nodes: readonly Cell[] | undefined;

  constructor(private readonly view: TickView) {}

  /** Everything a subject answered; undefined for what has no outcomes of its own. */
  of(subject: AlertSubject): Tally | undefined {
    const { scope, key } = subject;
    if (scope === 'customer') return this.sum('customer', key);
    if (scope === 'partition' || scope === 'external') return undefined;
    return total(this.cellsFor(subject).filter((cell) => isWithin(cell, subject) === true));
  }

  /** The share of a subject's failures that lie within another; undefined where there are too few, or nobody knows. */
  share(within: AlertSubject, subject: AlertSubject): number | undefined {
    if ([within, subject].some(({ scope }) => scope === 'partition' || scope === 'external')) return undefined;
    if (subject.scope === 'customer') return this.shareOfCustomer(within, subject.key);
    if (within.scope === 'customer') return undefined;
    const isFine = [within, subject].some(({ scope }) => scope === 'pop' || scope === 'node');
    const cells = isFine ? this.byNode() : this.byCohort();
    const own = cells.filter((cell) => isWithin(cell, subject) === true);
    const { bad } = total(own);
    if (bad < SHARE_FAILURES_MIN) return undefined;
    return total(own.filter((cell) => isWithin(cell, within) === true)).bad / bad;
  }

  private shareOfCustomer(within: AlertSubject, customerId: string): number | undefined {
    const own = this.sum('customer', customerId);
    if (own.bad < SHARE_FAILURES_MIN) return undefined;
    const key = `${customerId}${KEY_SEPARATOR}${within.key.split(KEY_SEPARATOR)[0]}`;
    if (within.scope === 'release' || within.scope === 'release_region')
      return Math.min(1, this.sum('customer_release', key).bad / own.bad);
    if (within.scope === 'region') return Math.min(1, this.sum('customer_region', key).bad / own.bad);
    if (within.scope !== 'fleet') return undefined;
    // The fleet explains of a customer what everybody suffers; the rest is the customer's own.
    const fleet = this.sum('fleet', within.key);
    const usual = fleet.bad / Math.max(1, fleet.good + fleet.bad);
    return Math.min(1, usual / (own.bad / (own.good + own.bad)));
  }

  private cellsFor({ scope }: AlertSubject): readonly Cell[] {
    return scope === 'pop' || scope === 'node' ? this.byNode() : this.byCohort();
  }

  private sum(family: 'fleet' | 'customer' | 'customer_release' | 'customer_region', key: string): Tally {
    return this.view.windows.sum(family, key, JUDGE_WINDOW_MS, this.view.endSlot);
  }

  private byCohort(): readonly Cell[] {
    const { windows, placement, endSlot } = this.view;
    this.cohorts ??= [...placement].flatMap(([region, releases]) =>
      [...releases].map((release) => {
        const { good, bad } = windows.sum('release_region', cohortKey(release, region), JUDGE_WINDOW_MS, endSlot);
        return { release, region, good, bad };
      }),
    );
    return this.cohorts;
  }

  private byNode(): readonly Cell[] {
    const { windows, nodes, endSlot } = this.view;
    this.nodes ??= nodes.map(({ nodeId, pop, region, release }) => {
      const { good, bad } = windows.sum('node', nodeId, JUDGE_WINDOW_MS, endSlot);
      return { nodeId, pop, region, release, good, bad };
    });
    return this.nodes;
  }
}
